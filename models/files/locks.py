"""Advisory locks: the operating system frees a lock when its process ends, so that no dead run keeps a folder."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from singlepot.solver import SinglepotError

from .interrupts import interrupts_put_off
from .ownership import is_sealed, sealed
from .removal import remove_held

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

log = logging.getLogger("singlepot")

_HEADER = b'{\n "singlepot": "lock",'
_FAR = 1 << 30
"""Byte that is locked on Windows, where a locked byte cannot be read."""

_PATIENCE, _PAUSE_S = 200, 0.01
"""How often, and after which pause, to look again at a lock file that is empty: its maker is about to lock it."""


@contextlib.contextmanager
def held(
    path: Path, what: str, record: Mapping[str, object], error: type[SinglepotError], *, empty_is_ours: bool = False
) -> Iterator[Mapping[str, Any]]:
    """Hold a lock file, which is removed at the end.

    A lock whose run has ended is taken over, and the log ``singlepot`` says so.

    Parameters
    ----------
    path
        The lock file; its folder exists.
    what
        What it guards, for messages.
    record
        What the next run has to find if this one ends without removing the file.
    error
        Class of the refusals.
    empty_is_ours
        Whether an empty file of that name is a lock, which is removed; else it is empty again at the end.

    Yields
    ------
    What a run that has ended recorded; empty without one.

    Raises
    ------
    SinglepotError
        As ``error``: another run holds the lock, or the file is none of ours.
    OSError
        The file cannot be made.
    """
    values = {"singlepot": "lock", "pid": os.getpid(), "host": socket.gethostname(), "lock": "system", **record}
    with interrupts_put_off() as interrupts:  # a lock file without a content looks like somebody else's for ever
        handle, left, empty = _acquire(path, what, error)
        try:
            _fill(handle, sealed(values))
            with interrupts.heeded():
                os.fsync(handle)
                yield left
        finally:
            if empty and not empty_is_ours:
                _fill(handle, b"")
            else:
                remove_held(path, handle)
            with contextlib.suppress(OSError):
                os.close(handle)


def _fill(handle: int, content: bytes) -> None:
    os.ftruncate(handle, 0)
    os.lseek(handle, 0, os.SEEK_SET)
    os.write(handle, content)


def _acquire(path: Path, what: str, error: type[SinglepotError]) -> tuple[int, Mapping[str, Any], bool]:
    flags = os.O_RDWR | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    patience = _PATIENCE
    while True:
        try:
            handle, new = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o666), True
        except FileExistsError:
            try:
                handle, new = os.open(path, flags), False
            except FileNotFoundError:
                continue
        wait = False
        try:
            free = _lock(handle)
            while new and free is False and patience > 0:  # another looks whether it is being made, and lets it go
                patience -= 1
                time.sleep(_PAUSE_S)
                free = _lock(handle)
            empty = not new and not os.fstat(handle).st_size
            wait = patience > 0 and empty
            if not wait:
                left = _what_was_left(handle, path, what, (new, free), error)
                if os.path.samestat(path.lstat(), os.fstat(handle)):
                    return handle, left, empty
        except FileNotFoundError:
            pass
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)  # it is being made, or its holder removed it meanwhile
        if wait:
            patience -= 1
            time.sleep(_PAUSE_S)


def _what_was_left(
    handle: int, path: Path, what: str, state: tuple[bool, bool | None], error: type[SinglepotError]
) -> Mapping[str, Any]:
    """Read the record of a lock file that stands; refuse one that is held or is none."""
    new, free = state
    os.lseek(handle, 0, os.SEEK_SET)
    content = b"".join(iter(lambda: os.read(handle, 1 << 16), b""))
    values = _parsed(content)
    pid, host = values.get("pid"), values.get("host")
    known = isinstance(pid, int) and isinstance(host, str)
    if free is False:
        whom = f"process {pid} on {host}" if known else "another process"
        raise error(f"{what} is in use by {whom}", "wait for it")
    if new:
        return {}
    if not known:
        if content.strip() and not content.startswith(_HEADER):
            remedy = f"if no other run works there, delete {path.name} and run the same command again"
            raise error(f"{path} is damaged or not of singlepot", remedy)
        log.warning("%s was left without a content and is taken over", path)
        return {}
    elsewhere = host != socket.gethostname()
    if elsewhere or ((free is None or values.get("lock") != "system") and _alive(pid)):
        remedy = f"wait for it, or delete {path.name} there if it is gone"
        raise error(f"{what} is in use by process {pid} on {host}", remedy)
    log.warning("%s was left by process %s, which has ended, and is taken over", path, pid)
    return values if is_sealed(content) else {}


def _parsed(content: bytes) -> dict[str, Any]:
    try:
        values = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}


def _lock(handle: int) -> bool | None:
    """Lock an open file; False where another process or thread holds it, None where the file system has no locks."""
    try:
        if sys.platform == "win32":
            os.lseek(handle, _FAR, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return None
    return True


def _alive(pid: object) -> bool:
    if not isinstance(pid, int) or pid <= 0 or pid == os.getpid() or os.name == "nt":
        return False
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True
