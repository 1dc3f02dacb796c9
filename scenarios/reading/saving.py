"""What-if files that the program writes: each builds on what it was made from."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import tomli_w

from singlepot.models.files.ownership import FolderRefusedError
from singlepot.models.files.single_file import check_file, write_file

from ..what_if.file import ENDING
from .reading import read_scenario
from .shipped import shipped_source


def check_what_if(path: str | os.PathLike[str], *, overwrite: bool = False, inputs: Iterable[Path] = ()) -> None:
    """Refuse a file that must not be written, before any work is done for it.

    Parameters
    ----------
    path
        The file.
    overwrite
        Whether a file that stands there may be replaced.
    inputs
        What is read and may not be replaced.

    Raises
    ------
    FolderRefusedError
        Its name does not end as a what-if's, it is there already, it is an input, or its folder is not there.
    """
    target = Path(path)
    if target.suffix != ENDING:
        raise FolderRefusedError(f"{target} is no name of a what-if", f"let it end in {ENDING}")
    if not target.parent.is_dir():
        raise FolderRefusedError(f"{target.parent} is no folder", "make it first")
    check_file(path, overwrite=overwrite, inputs=inputs)


def write_levers(
    base: str, levers: Sequence[tuple[str, object]], path: str | os.PathLike[str], *, overwrite: bool = False
) -> None:
    """Write levers as a what-if on what they were pulled in; read again it gives the same scenario.

    Parameters
    ----------
    base
        A shipped name or a path.
    levers
        Levers with their values, in the order in which they are pulled.
    path
        What to write; a path in ``base`` is said relative to it.
    overwrite
        Whether a file that stands there may be replaced.

    Raises
    ------
    FolderRefusedError
        A lever stands twice, which a file cannot say; or the file cannot be written.
    """
    title = read_scenario(base).settings.title
    write_file(path, levers_document(base_from(base, Path(path)), title, levers), overwrite=overwrite)


def levers_document(base: str, title: str, levers: Sequence[tuple[str, object]]) -> bytes:
    """Return levers as the content of a what-if.

    Parameters
    ----------
    base
        What the file names as its base.
    title
        Title of the base.
    levers
        Levers with their values, in the order in which they are pulled.

    Raises
    ------
    FolderRefusedError
        A lever stands twice, which a file cannot say.
    """
    if len({name for name, _ in levers}) < len(levers):
        raise FolderRefusedError("one lever stands twice, which a file cannot say", "set each lever once")
    return tomli_w.dumps({"base": base, "title": title, "levers": dict(levers)}).encode()


def base_from(base: str, file: Path) -> str:
    """Say what a what-if builds on as its file has to: a shipped name, or a path from its folder."""
    if "/" not in base and os.sep not in base and shipped_source(base) is not None:
        return base
    relative = Path(os.path.relpath(str(Path(base).expanduser()), str(file.parent))).as_posix()
    return relative if "/" in relative else f"./{relative}"
