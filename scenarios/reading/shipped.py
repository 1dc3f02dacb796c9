"""Shipped scenarios: the library in the package is listed and searched by name."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from importlib.resources.abc import Traversable

from ..formats.settings_file import NAME
from ..what_if.file import ENDING, read_title

WHAT_IFS = "what-ifs"
"""Folder of the shipped what-ifs in the library."""


def list_scenarios() -> list[tuple[str, str]]:
    """List the shipped scenarios: pairs of name and title, by name."""
    return [(name, _title(folder)) for name, folder in _folders().items()]


def shipped_names() -> tuple[str, ...]:
    """List the names of the shipped scenarios."""
    return tuple(_folders())


def shipped_what_ifs() -> list[tuple[str, str]]:
    """List the shipped what-ifs: pairs of name and title, by name."""
    return [(name, read_title(file)) for name, file in _what_ifs().items()]


def shipped_source(name: str) -> Traversable | None:
    """Find the folder of a shipped scenario, or the file of a shipped what-if; None if there is none of that name."""
    return _folders().get(name) or _what_ifs().get(name)


def _what_ifs() -> dict[str, Traversable]:
    folder = files("singlepot.scenarios.library").joinpath(WHAT_IFS)
    what_ifs = {item.name.removesuffix(ENDING): item for item in folder.iterdir() if item.name.endswith(ENDING)}
    return dict(sorted(what_ifs.items()))


def _folders() -> dict[str, Traversable]:
    library = files("singlepot.scenarios.library")
    folders = {item.name: item for item in library.iterdir() if item.is_dir() and item.joinpath(NAME).is_file()}
    return dict(sorted(folders.items()))


def _title(folder: Traversable) -> str:
    try:
        title = tomllib.loads(folder.joinpath(NAME).read_text(encoding="utf-8")).get("title", "")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return ""
    return title if isinstance(title, str) else ""
