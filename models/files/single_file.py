"""Atomic writing of one file: a killed run leaves the old file or the new one, never half."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterable
from pathlib import Path

from ..diagnostics.problems import SETTINGS, BadInputError, Diagnostic
from .folder import PathOrText, flush_folder, hidden_beside, real_path
from .locks import held
from .ownership import FolderRefusedError
from .removal import draft_file, place_file, remove_draft

LOCKS = ("~${}", ".~lock.{}#")
"""Files that Excel and LibreOffice leave beside a workbook while it is open."""


def write_file(path: PathOrText, content: bytes | Callable[[Path], object], *, overwrite: bool | None) -> None:
    """Write a file under another name beside the target, flush it to disk, and give it the target's name.

    Parameters
    ----------
    path
        The file; its folder is made, and a link is followed.
    content
        The content, or a function that writes it to the path that it is given.
    overwrite
        Whether a file that stands there may be replaced.

    Raises
    ------
    FolderRefusedError
        The file stands already, or the disk refused; nothing was changed.
    BadInputError
        The file is open in another program.
    """
    target = check_file(path, overwrite=overwrite)
    draft = hidden_beside(target, f"{secrets.token_hex(8)}.partial{target.suffix}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with held(hidden_beside(target, "lock"), str(path), {"draft": draft.name}, FolderRefusedError) as left:
            remove_draft(target.parent, left.get("draft"))
            with draft_file(draft, content if isinstance(content, bytes) else b""):
                if not isinstance(content, bytes):
                    content(draft)
                    with draft.open("rb+") as file:
                        os.fsync(file.fileno())
                place_file(draft, target, overwrite=bool(overwrite))
            flush_folder(target.parent)
    except PermissionError as error:
        if target.is_file():
            raise BadInputError([_in_use(target, "it cannot be replaced")]) from error
        raise FolderRefusedError(f"{path} cannot be written ({error.strerror})", "choose another folder") from error
    except OSError as error:
        raise FolderRefusedError(
            f"{path} was not written ({error.strerror}); nothing was kept", "make room or choose another folder"
        ) from error


def check_file(path: PathOrText, *, overwrite: bool | None, inputs: Iterable[Path] = ()) -> Path:
    """Refuse a file that must not be written, before any work is done for it.

    Parameters
    ----------
    path
        The file.
    overwrite
        Whether a file that stands there may be replaced; None where nobody can say so.
    inputs
        Files and folders that are read: the file may not be one of them, and none that stands in one is replaced.

    Returns
    -------
    The file, without links.

    Raises
    ------
    FolderRefusedError
        It stands already and ``overwrite`` is not set, it is an input, or what stands there is no regular file.
    BadInputError
        It is open in another program.
    """
    target = real_path(path)
    if not os.path.lexists(target):
        return target
    if not target.is_file():
        what = "a folder" if target.is_dir() else "no regular file"
        raise FolderRefusedError(f"{path} is {what}", "choose another name for the file")
    for source in inputs:
        if source.exists() and any(above.samefile(source) for above in (target, *target.parents)):
            raise FolderRefusedError(f"{path} is or lies in {source}, which is read", "choose another name")
    if not overwrite:
        can_say_so = "" if overwrite is None else " or say --overwrite"
        raise FolderRefusedError(f"{path} exists already", f"choose another name{can_say_so}")
    for lock in LOCKS:
        beside = target.with_name(lock.format(target.name))
        if beside.exists():
            raise BadInputError([_in_use(target, f"{beside.name} stands beside it")])
    return target


def _in_use(target: Path, why: str) -> Diagnostic:
    remedy = "close it there, or choose another name"
    return Diagnostic(
        "SP-X007", SETTINGS, target.name, value=f"a file in use by another program ({why})", remedy=remedy
    )
