"""Named scenarios: what-if files in a folder that the user names."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from singlepot.models.files.ownership import FolderRefusedError
from singlepot.models.files.single_file import write_file
from singlepot.scenarios.reading.saving import base_from, levers_document
from singlepot.scenarios.reading.shipped import shipped_source

from .errors import BadRequestError, NotThereError
from .sessions import Base, Pairs

ENDING = ".toml"

NAME = re.compile(r"[^\W_](?:[\w \-]{0,58}[^\W_])?")
"""Names that are safe as those of files: letters, digits, spaces, hyphens and low lines inside, at most 60."""

TAKEN = {"scenario", "con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
"""Names that mean something else: a scenario's settings, and devices of Windows."""


@dataclass(frozen=True)
class Opened:
    """A named scenario: the base that it names, and its levers where it holds nothing else.

    Parameters
    ----------
    source
        What the levers are pulled in, or the file itself where it changes more than levers.
    pairs
        The levers.
    """

    source: str
    pairs: Pairs


class Saved:
    """What-if files of a folder.

    Parameters
    ----------
    folder
        The folder, which is there; None where nothing is kept.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def names(self) -> list[str]:
        """List the names, in the order of the alphabet."""
        if self.folder is None:
            return []
        return sorted((path.stem for path in self.folder.glob(f"*{ENDING}") if _is_ours(path)), key=str.casefold)

    def save(self, name: str, base: Base, pairs: Pairs, *, overwrite: bool = False) -> str:
        """Write levers as a what-if, and a workbook that they are pulled in beside it; return the name.

        Raises
        ------
        BadRequestError
            The name cannot be that of a file.
        FolderRefusedError
            There is one of that name, or the disk refuses.
        """
        path = self._path(name)
        source = base.source
        if path.exists() and not overwrite:
            raise FolderRefusedError(f"there is a saved scenario {path.stem}", "tick the box to replace it")
        if base.uploaded:
            source = str(self._beside(Path(base.source)))
        content = levers_document(base_from(source, path), base.scenario.settings.title, pairs)
        write_file(path, content, overwrite=overwrite)
        return path.stem

    def open(self, name: str) -> Opened:
        """Read a named scenario.

        Raises
        ------
        NotThereError
            There is none of that name.
        """
        path = self._path(name)
        if not _is_ours(path):
            raise NotThereError(f"there is no saved scenario {path.stem}", "choose one of the list")
        try:
            document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError):
            return Opened(str(path), ())
        base, levers = document.get("base"), document.get("levers", {})
        plain = isinstance(levers, dict) and all(isinstance(value, str | int | float) for value in levers.values())
        if not isinstance(base, str) or not plain or set(document) - {"base", "title", "levers"}:
            return Opened(str(path), ())
        nearby = path.parent / base
        is_path = "/" in base or os.sep in base or nearby.exists() or shipped_source(base) is None
        return Opened(str(nearby) if is_path else base, tuple(levers.items()))

    def _path(self, name: str) -> Path:
        if self.folder is None:
            raise BadRequestError("no folder was named for saved scenarios", "start the server with --folder FOLDER")
        name = " ".join(name.split())
        if not _is_name(name):
            raise BadRequestError("this cannot be a name", "use letters, digits, spaces and hyphens, at most 60")
        return self.folder / f"{name}{ENDING}"

    def _beside(self, upload: Path) -> Path:
        """Keep an uploaded file in the folder, under a name of its own where another has that name."""
        assert self.folder is not None
        content = upload.read_bytes()
        for kept in (self.folder / upload.name, self.folder / f"{upload.stem}-{upload.parent.name[:8]}{upload.suffix}"):
            if not kept.exists():
                write_file(kept, content, overwrite=False)
                return kept
            if kept.read_bytes() == content:
                return kept
        raise FolderRefusedError(f"{upload.name} is there with other content", "rename one of them")


def _is_ours(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and _is_name(path.stem)


def _is_name(name: str) -> bool:
    return NAME.fullmatch(name) is not None and name.casefold() not in TAKEN


def what_if_of(base: Base, pairs: Sequence[tuple[str, float | str]]) -> bytes:
    """Write levers as a what-if for a reader who has the base beside it."""
    is_shipped = "/" not in base.source and os.sep not in base.source and shipped_source(base.source) is not None
    source = base.source if is_shipped else f"./{Path(base.source).name}"
    return levers_document(source, base.scenario.settings.title, pairs)
