"""Atomic writing of a folder: a killed run leaves the old folder or the new one, never half."""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from singlepot.solver import SinglepotError

_AT_FDCWD = -100
_EXCHANGE = 2


class FolderRefusedError(SinglepotError):
    """A folder was not written, because of what stands there or because the disk refused."""

    exit_code = 2


def write_folder(path: str | os.PathLike[str], files: Mapping[str, bytes], last: str, *, overwrite: bool) -> None:
    """Write files into a new folder, in one step as seen from outside.

    Everything is written to a hidden folder beside the target and flushed to disk, ``last`` after all others;
    then the hidden folder takes the target's name. A folder that already stands there is replaced only if it was
    written by this function (it holds ``last``) or is empty.

    Parameters
    ----------
    path
        The folder; its parents are made.
    files
        Relative path, with ``/``, → content.
    last
        The file whose presence says that the folder is complete.

    Raises
    ------
    FolderRefusedError
        The folder stands already, or the disk refused; nothing was changed.
    """
    target = Path(os.path.abspath(path))  # noqa: PTH100  # resolve() would follow a link at the target itself
    check_target(target, last, overwrite=overwrite)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".partial", dir=target.parent))
    except OSError as error:
        raise FolderRefusedError(f"{path} cannot be written ({error.strerror})", "choose another folder") from error
    try:
        for name in sorted(files, key=lambda name: (name == last, name)):
            _write_file(staging / name, files[name])
        staging.chmod(0o777 & ~_umask())
        _take_name(staging, target)
    except PermissionError as error:
        if not target.exists():
            raise FolderRefusedError(f"{path} cannot be written ({error.strerror})", "choose another folder") from error
        cause = f"{path} was not replaced ({error.strerror}): another program has a file of it open, or you may not"
        raise FolderRefusedError(cause, "close it, or choose another folder") from error
    except OSError as error:
        size = sum(map(len, files.values()))
        cause = f"{path} was not written ({error.strerror}); it needs {size / 1e6:.1f} MB, and nothing was kept"
        raise FolderRefusedError(cause, "make room or choose another folder") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def check_target(path: str | os.PathLike[str], last: str, *, overwrite: bool) -> None:
    """Refuse a folder that must not be written, before any work is done for it.

    Raises
    ------
    FolderRefusedError
        It stands already and ``overwrite`` is not set, or it holds something else.
    """
    target = Path(path)
    _recover(target)
    if not target.exists():
        return
    if not target.is_dir():
        raise FolderRefusedError(f"{path} is a file", "choose another name for the folder")
    if not any(target.iterdir()):
        return
    if not (target / last).is_file():
        raise FolderRefusedError(f"{path} holds other files", "choose a new or empty folder")
    if not overwrite:
        raise FolderRefusedError(f"{path} exists already", "choose another folder or say --overwrite")
    if (lock := _lock(target)) is not None:
        name = lock.name.removeprefix(".~lock.").removesuffix("#").removeprefix("~$")
        remedy = f"close it, or choose another folder; if no program has it open, delete {lock.name} there"
        raise FolderRefusedError(f"{target / name} is open in a spreadsheet", remedy)


def beside(path: str | os.PathLike[str]) -> Path:
    """Return the first folder beside another that does not exist yet: its name with ``-2``, ``-3`` and so on."""
    target = Path(path)
    return next(
        other for number in itertools.count(2) if not (other := target.with_name(f"{target.name}-{number}")).exists()
    )


def _lock(folder: Path) -> Path | None:
    """Find the lock file that a spreadsheet leaves beside a file while it has it open: Excel's or LibreOffice's."""
    return next((path for pattern in ("~$*", ".~lock.*#") for path in sorted(folder.glob(pattern))), None)


def _write_file(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _take_name(staging: Path, target: Path) -> None:
    """Give the new folder its name; where one stands already, the two change places and the old one goes."""
    if not target.exists():
        staging.replace(target)
    elif not _exchange(staging, target):
        previous = _previous(target)
        shutil.rmtree(previous, ignore_errors=True)
        target.replace(previous)
        staging.replace(target)
        shutil.rmtree(previous, ignore_errors=True)
    flush_folder(target.parent)


def _exchange(first: Path, second: Path) -> bool:
    """Swap two folders in one step, where the system can (Linux)."""
    if not sys.platform.startswith("linux"):
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    return bool(rename(_AT_FDCWD, os.fsencode(first), _AT_FDCWD, os.fsencode(second), _EXCHANGE) == 0)


def _previous(target: Path) -> Path:
    return target.parent / f".{target.name}.previous"


def _recover(target: Path) -> None:
    """Bring back the old folder if a run was killed between the two renames of a system that cannot swap."""
    previous = _previous(target)
    if previous.is_dir() and not target.exists():
        previous.replace(target)


def flush_folder(folder: Path) -> None:
    """Flush a folder's list of names to disk, where the system can."""
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
