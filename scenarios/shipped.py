"""The scenarios that come with the package."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from importlib.resources.abc import Traversable

from .settings_file import NAME


def shipped() -> list[tuple[str, str]]:
    """List the shipped scenarios: pairs of name and title, by name."""
    return [(name, _title(folder)) for name, folder in _folders().items()]


def shipped_names() -> tuple[str, ...]:
    """The names of the shipped scenarios."""
    return tuple(_folders())


def shipped_folder(name: str) -> Traversable | None:
    """The folder of a shipped scenario; None if there is none of that name."""
    return _folders().get(name)


def _folders() -> dict[str, Traversable]:
    library = files("singlepot.scenarios.library")
    found = {item.name: item for item in library.iterdir() if item.is_dir() and item.joinpath(NAME).is_file()}
    return dict(sorted(found.items()))


def _title(folder: Traversable) -> str:
    try:
        title = tomllib.loads(folder.joinpath(NAME).read_text(encoding="utf-8")).get("title", "")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return ""
    return title if isinstance(title, str) else ""
