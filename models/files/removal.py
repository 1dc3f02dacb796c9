"""Removal and replacement of files: the one module that deletes, renames or writes over anything.

It removes what a claim proves to be written by a run and unchanged, what this process made itself, and a file that the
caller named and allowed to be replaced. A test holds that no other module of the package calls such a function.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

from .interrupts import interrupts_put_off
from .ownership import Claims, FolderKind, claims_of, entries_of, holds

_AT_FDCWD = -100
_EXCHANGE = 2


def remove_claimed(folder: Path, claims: Claims, last: str = "", keep: Collection[str] = ()) -> bool:
    """Remove the files that hold what the claims say, and the folders that are empty then.

    Parameters
    ----------
    folder
        Where the claims hold; removed too where nothing is left in it and nothing is to be kept.
    claims
        Files to remove; one that was changed since stays.
    last
        Manifest that proves the others; it goes only if no other file is left.
    keep
        Names that stay.

    Returns
    -------
    Whether the folder is gone.
    """
    for name, claim in sorted(claims.items(), key=lambda item: item[0] == last):
        if name in keep or not holds(folder / name, claim):
            continue
        if name != last or not {other for other in entries_of(folder) if other[-1] != "/"} - {name, *keep}:
            (folder / name).unlink()
    parents = {parent for name in claims for parent in (folder / name).parents} - {folder, *folder.parents}
    for parent in sorted(parents, key=lambda path: len(path.parts), reverse=True):
        with contextlib.suppress(OSError):  # not there, or something is left in it
            parent.rmdir()
    if not keep:
        with contextlib.suppress(OSError):
            folder.rmdir()
    return not folder.exists()


@contextlib.contextmanager
def draft_file(path: Path, content: bytes = b"") -> Iterator[Path]:
    """Make a file that does not exist yet; what is still there of it at the end is removed."""
    with interrupts_put_off() as interrupts:
        file = path.open("xb")
        try:
            with file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            with interrupts.heeded():
                yield path
        finally:
            with contextlib.suppress(OSError):
                path.unlink()


def remove_draft(folder: Path, name: object) -> None:
    """Remove the draft that a run which has ended recorded; a name with a folder in it is none."""
    if isinstance(name, str) and name and Path(name).name == name and (folder / name).is_file():
        (folder / name).unlink()


def remove_held(path: Path, handle: int) -> None:
    """Remove the file that a handle holds open, if the path still names it."""
    with contextlib.suppress(OSError):
        if os.path.samestat(path.lstat(), os.fstat(handle)):
            if os.name == "nt":  # where an open file cannot be removed
                os.close(handle)
            path.unlink()


def place_file(draft: Path, target: Path, *, overwrite: bool) -> None:
    """Give a draft its name.

    Raises
    ------
    OSError
        The system refuses, or, without ``overwrite``, something has that name by now.
    """
    if overwrite:
        draft.replace(target)
    elif os.name == "nt":
        draft.rename(target)
    else:
        try:
            os.link(draft, target)
        except OSError:  # something stands there, or the file system has no hard links
            if os.path.lexists(target):
                raise
            draft.replace(target)


def place_folder(staging: Path, target: Path, kind: FolderKind) -> Path | None:
    """Give a new folder its name; where one stands already, the two change places and the old one is removed.

    Parameters
    ----------
    staging
        The new folder.
    target
        Its name; there is nothing, an empty folder, or one whose files are proved.
    kind
        Kind of both folders.

    Returns
    -------
    Where the old folder is, if something in it changed at the last moment; it is kept.
    """
    old = staging
    if not target.exists() or not any(target.iterdir()):
        if os.name == "nt" and target.exists():
            target.rmdir()
        staging.rename(target)  # fails where something has come into the empty folder
        return None
    if not _exchange(staging, target):
        old = previous_of(staging)
        target.rename(old)
        staging.rename(target)
    return None if remove_claimed(old, claims_of(old, kind), kind.manifest) else old


def restore(previous: Path, target: Path) -> None:
    """Bring back the old folder if a run ended between the two renames of a system that cannot swap."""
    if previous.is_dir() and not target.exists():
        previous.rename(target)


def previous_of(staging: Path) -> Path:
    """Name of the old folder while a new one takes its place, on a system that cannot swap."""
    return staging.with_suffix(".previous")


def show_kept(folder: Path) -> Path:
    """Give a hidden folder, which holds what must not be removed, a name that people see."""
    stem = folder.name.lstrip(".").partition(".")[0]
    for number in range(1, 1000):
        seen = folder.with_name(f"{stem}-kept-{number}")
        if not os.path.lexists(seen):
            folder.rename(seen)
            return seen
    return folder


def _exchange(first: Path, second: Path) -> bool:
    """Swap two folders in one step, where the system can (Linux)."""
    if not sys.platform.startswith("linux"):
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    return bool(rename(_AT_FDCWD, os.fsencode(first), _AT_FDCWD, os.fsencode(second), _EXCHANGE) == 0)
