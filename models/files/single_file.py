"""Atomic writing of one file: a killed run leaves the old file or the new one, never half."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from ..diagnostics.problems import SETTINGS, BadInputError, Diagnostic
from .folder import FolderRefusedError, flush_folder

LOCKS = ("~${}", ".~lock.{}#")
"""Files that Excel and LibreOffice leave beside a workbook while it is open."""


def write_file(path: str | os.PathLike[str], write: Callable[[Path], None], *, overwrite: bool) -> None:
    """Write a file under another name beside the target, flush it to disk, and give it the target's name.

    Parameters
    ----------
    path
        The file; its folder is made.
    write
        Writes the content to the path that it is given.
    overwrite
        Whether a file that stands there may be replaced.

    Raises
    ------
    FolderRefusedError
        The file stands already, or the disk refused; nothing was changed.
    BadInputError
        The file is open in another program.
    """
    target = Path(os.path.abspath(path))  # noqa: PTH100  # resolve() would follow a link at the target itself
    check_file(target, overwrite=overwrite)
    staging: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.stem}.", suffix=target.suffix, dir=target.parent)
        os.close(handle)
        staging = Path(name)
        write(staging)
        with staging.open("rb+") as file:
            os.fsync(file.fileno())
        staging.chmod(0o666 & ~_umask())
        staging.replace(target)
        staging = None
        flush_folder(target.parent)
    except PermissionError as error:
        if target.is_file():
            raise BadInputError([_in_use(target, "it cannot be replaced")]) from error
        raise FolderRefusedError(f"{path} cannot be written ({error.strerror})", "choose another folder") from error
    except OSError as error:
        raise FolderRefusedError(
            f"{path} was not written ({error.strerror}); nothing was kept", "make room or choose another folder"
        ) from error
    finally:
        if staging is not None:
            staging.unlink(missing_ok=True)


def check_file(path: str | os.PathLike[str], *, overwrite: bool) -> None:
    """Refuse a file that must not be written, before any work is done for it.

    Raises
    ------
    FolderRefusedError
        It stands already and ``overwrite`` is not set, or a folder stands there.
    BadInputError
        It is open in another program.
    """
    target = Path(path)
    if target.is_dir():
        raise FolderRefusedError(f"{path} is a folder", "choose another name for the file")
    if target.exists() and not overwrite:
        raise FolderRefusedError(f"{path} exists already", "choose another name or say --overwrite")
    for lock in LOCKS:
        beside = target.with_name(lock.format(target.name))
        if target.exists() and beside.exists():
            raise BadInputError([_in_use(target, f"{beside.name} stands beside it")])


def _in_use(target: Path, why: str) -> Diagnostic:
    remedy = "close it there, or choose another name"
    return Diagnostic(
        "SP-X007", SETTINGS, target.name, value=f"a file in use by another program ({why})", remedy=remedy
    )


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
