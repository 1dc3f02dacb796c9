"""Marked copy of a workbook: its name is checked before any work, and it is written complete or not at all."""

from __future__ import annotations

from pathlib import Path

from singlepot.models.diagnostics.problems import BadInputError
from singlepot.models.files.single_file import check_file, write_file

from .writing import WrongTargetError

CLOSED = ("SP-X001", "SP-X002", "SP-X003", "SP-X004", "SP-X005", "SP-X006", "SP-F001", "SP-F003")
"""Problems of a workbook that must not be opened, so that there is nothing to mark."""

_ENDINGS = (".xlsx", ".xlsm")


def check_copy(source: str, path: str, *, overwrite: bool) -> None:
    """Refuse a copy that cannot be made, before any work is done for it.

    Raises
    ------
    WrongTargetError
        The source is no workbook, or the copy has another ending or is the source itself.
    FolderRefusedError
        Something stands there already.
    """
    one, other = Path(source), Path(path)
    if one.suffix.lower() not in _ENDINGS:
        raise WrongTargetError(f"{source} is no workbook, and only workbooks can be marked", "leave --marked out")
    if other.suffix.lower() != one.suffix.lower():
        raise WrongTargetError(f"{path} does not end in {one.suffix}", f"choose a name that ends in {one.suffix}")
    if other.exists() and one.exists() and other.samefile(one):
        raise WrongTargetError(f"{path} is the workbook itself", "choose another name for the copy")
    check_file(path, overwrite=overwrite, inputs=[one])


def write_marked_copy(source: str, path: str, refused: BadInputError, *, overwrite: bool) -> bool:
    """Write the copy; return whether there was something to mark.

    Raises
    ------
    FolderRefusedError
        The copy could not be written.
    ExtraNotInstalledError
        openpyxl is not installed.
    BadInputError
        It cannot open the workbook.
    """
    if any(problem.code in CLOSED for problem in refused.problems):
        return False
    from ..workbooks.marking import mark

    write_file(path, lambda staging: mark(Path(source), staging, refused.problems), overwrite=overwrite)
    return True
