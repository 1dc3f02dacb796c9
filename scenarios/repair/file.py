"""A repair as the file of a what-if that builds on the scenario it repairs."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import tomli_w

from singlepot.models.diagnostics.problems import list_words
from singlepot.models.files.ownership import FolderRefusedError
from singlepot.models.files.single_file import check_file, write_file
from singlepot.models.infeasibility.clash import called

from ..reading.shipped import shipped_source
from ..what_if.file import ENDING
from .repair import Repair


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


def write_what_if(repair: Repair, base: str, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
    """Write a repair as a what-if.

    Parameters
    ----------
    repair
        The repair.
    base
        What the repaired scenario was read from: a shipped name or a path.
    path
        What to write; a path in ``base`` is said relative to it.
    overwrite
        Whether a file that stands there may be replaced.
    """
    target = Path(path)
    document = {"base": _base(base, target), **repair.what_if()}
    lines = [f"# {line}" for line in _reasons(repair)]
    content = "\n".join(lines) + "\n" + tomli_w.dumps(document)
    write_file(target, content.encode(), overwrite=overwrite)


def _reasons(repair: Repair) -> list[str]:
    sentences = [" ".join(str(clash).split()) for clash in repair.clashes]
    what = "A uniform change" if repair.uniform else "The least change"
    return [*sentences, f"{what} of {list_words(called(kind) for kind in repair.may_change)}; {repair.rounding}."]


def _base(base: str, file: Path) -> str:
    if "/" not in base and os.sep not in base and shipped_source(base) is not None:
        return base
    relative = Path(os.path.relpath(str(Path(base).expanduser()), str(file.parent))).as_posix()
    return relative if "/" in relative else f"./{relative}"
