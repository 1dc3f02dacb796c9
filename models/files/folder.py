"""Atomic writing of a folder: a killed run leaves the old folder or the new one, never half."""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import secrets
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .interrupts import interrupts_put_off
from .locks import held
from .ownership import (
    Claims,
    FolderKind,
    FolderRefusedError,
    claims_of,
    digest,
    entries_of,
    holds,
    manifest_bytes,
    refuse_strangers,
)
from .removal import place_folder, previous_of, remove_claimed, restore, show_kept

log = logging.getLogger("singlepot")

PathOrText = str | os.PathLike[str]


def write_folder(
    path: PathOrText,
    kind: FolderKind,
    files: Mapping[str, bytes],
    entries: Mapping[str, object] | None = None,
    *,
    overwrite: bool,
    unlisted: Mapping[str, bytes] | None = None,
) -> None:
    """Write files and their manifest into a new folder, in one step as seen from outside.

    Everything is written to a hidden folder beside the target and flushed to disk, the manifest after all others;
    then the hidden folder takes the target's name. A folder that already stands there is replaced only if its
    manifest proves that every file in it was written so and is unchanged, or if it is empty.

    Parameters
    ----------
    path
        The folder; its parents are made, and a link is followed.
    kind
        Kind of the folder.
    files
        Relative path, with ``/``, → content.
    entries
        Entries of the manifest beside kind, version and hashes.
    overwrite
        Whether a folder of the same kind may be replaced.
    unlisted
        Sealed files that the manifest does not list.

    Raises
    ------
    FolderRefusedError
        The folder stands already, holds what was not written so, or the disk refused; nothing was changed.
    """
    target = check_target(path, kind, overwrite=overwrite)
    contents = {**files, **(unlisted or {})}
    if kind.manifest:
        contents[kind.manifest] = manifest_bytes(kind, files, entries or {})
    order = sorted(contents, key=lambda name: (name == kind.manifest, name))
    plan = [(name, len(contents[name]), digest(contents[name])) for name in order]
    staging = hidden_beside(target, f"{secrets.token_hex(8)}.partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with held(_lock_of(target), str(path), {"staging": staging.name, "files": plan}, FolderRefusedError) as left:
            _clear(target, left, kind)
            _refuse(target, path, kind, overwrite)
            try:
                for name in order:
                    _write_file(staging / name, contents[name])
                if target.exists():
                    staging.chmod(target.stat().st_mode & 0o777)
                with interrupts_put_off():  # for a moment the old folder stands beside it
                    kept = place_folder(staging, target, kind)
                    if kept is not None:
                        seen = show_kept(kept)
                        log.warning("a file of %s changed while it was replaced; the old folder is %s", path, seen)
            except BaseException:
                remove_claimed(staging, _unfinished(staging, plan))
                raise
            flush_folder(target.parent)
    except PermissionError as error:
        if not target.exists():
            raise FolderRefusedError(f"{path} cannot be written ({error.strerror})", "choose another folder") from error
        cause = f"{path} was not replaced ({error.strerror}): another program has a file of it open, or you may not"
        raise FolderRefusedError(cause, "close it, or choose another folder") from error
    except OSError as error:
        size = sum(map(len, contents.values()))
        cause = f"{path} was not written ({error.strerror}); it needs {size / 1e6:.1f} MB, and nothing was kept"
        raise FolderRefusedError(cause, "make room or choose another folder") from error


def check_target(path: PathOrText, kind: FolderKind, *, overwrite: bool, inputs: Iterable[Path] = ()) -> Path:
    """Refuse a folder that must not be written, before any work is done for it.

    Parameters
    ----------
    path
        The folder.
    kind
        Kind of the folder.
    overwrite
        Whether a folder of the same kind may be replaced.
    inputs
        Files and folders that are read: the folder may not be one, hold one or lie in one.

    Returns
    -------
    The folder, without links.

    Raises
    ------
    FolderRefusedError
        It stands already and ``overwrite`` is not set, it holds what a run did not write, or overlaps an input.
    """
    try:
        target = real_path(path)
        finish_killed(target, kind, str(path))
        refuse_overlap(target, path, inputs)
        _refuse(target, path, kind, overwrite)
    except OSError as error:
        raise FolderRefusedError(f"{path} cannot be read ({error.strerror})", "choose another folder") from error
    return target


def _refuse(target: Path, path: PathOrText, kind: FolderKind, overwrite: bool) -> None:
    """Refuse a target for what stands there."""
    if not os.path.lexists(target):
        return
    if not target.is_dir():
        raise FolderRefusedError(f"{path} is a file", "choose another name for the folder")
    if _is_above(target, Path.cwd()):
        remedy = "name a folder in it, such as ./out, or call from elsewhere"
        raise FolderRefusedError(f"{path} is the folder that you are in, which would be replaced", remedy)
    if not any(target.iterdir()):
        return
    claims = claims_of(target, kind)
    if not overwrite:
        remedy = "choose another folder" + (" or say --overwrite" if claims else "")
        raise FolderRefusedError(f"{path} exists already, with files in it", remedy)
    if claims:
        _refuse_open(target)
    refuse_strangers(target, path, claims, kind)


def beside(path: PathOrText) -> Path:
    """Return the first folder beside another that does not exist yet: its name with ``-2``, ``-3`` and so on."""
    target = Path(path)
    return next(
        other for number in itertools.count(2) if not (other := target.with_name(f"{target.name}-{number}")).exists()
    )


def real_path(path: PathOrText) -> Path:
    """Path without links; refuse what is none."""
    try:
        return Path(os.path.realpath(path))
    except (TypeError, ValueError) as error:
        raise FolderRefusedError(f"{path!r} is no path", "give a text or a path") from error


def refuse_overlap(target: Path, path: PathOrText, inputs: Iterable[Path]) -> None:
    """Refuse a folder that is, holds or lies in something that is read."""
    for source in inputs:
        if not source.exists():
            continue
        if _is_above(source, target):
            raise FolderRefusedError(f"{path} is or lies in {source}, which is read", "choose a folder outside it")
        if target.exists() and _is_above(target, Path(os.path.realpath(source))):
            raise FolderRefusedError(f"{path} holds {source}, which is read", "choose a folder beside it")


def _is_above(above: Path, below: Path) -> bool:
    """Whether a path is another or a folder above it, as the file system sees it: links, and letters in any case."""
    return any(path.exists() and path.samefile(above) for path in (below, *below.parents))


def _refuse_open(folder: Path) -> None:
    """Refuse a folder with the lock file that a spreadsheet leaves beside an open file: Excel's or LibreOffice's."""
    lock = next((path for pattern in ("~$*", ".~lock.*#") for path in sorted(folder.glob(pattern))), None)
    if lock is not None:
        name = lock.name.removeprefix(".~lock.").removesuffix("#").removeprefix("~$")
        remedy = f"close it, or choose another folder; if no program has it open, delete {lock.name} there"
        raise FolderRefusedError(f"{folder / name} is open in a spreadsheet", remedy)


def _write_file(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def hidden_beside(target: Path, ending: str) -> Path:
    """Hidden name beside a target, short enough for every file system."""
    name = target.name if len(os.fsencode(target.name)) <= 100 else digest(os.fsencode(target.name))[:32]
    return target.with_name(f".{name}.{ending}")


def _lock_of(target: Path) -> Path:
    return hidden_beside(target, "lock")


def finish_killed(target: Path, kind: FolderKind, what: str) -> None:
    """Remove what a killed run left beside a folder, and bring back an old folder that it was about to replace."""
    lock = _lock_of(target)
    if os.path.lexists(lock):
        with held(lock, what, {}, FolderRefusedError) as left:
            _clear(target, left, kind)


def _clear(target: Path, left: Mapping[str, Any], kind: FolderKind) -> None:
    """Remove the hidden folder that a killed run recorded, as far as it is proved; bring back the old folder."""
    name = left.get("staging")
    if not isinstance(name, str) or Path(name).name != name:
        return
    staging = target.with_name(name)
    previous = previous_of(staging)
    with interrupts_put_off():  # what is left of it afterwards is recorded nowhere
        restore(previous, target)
        for folder in (staging, previous):
            claims = {**_unfinished(folder, left["files"]), **claims_of(folder, kind)}
            if folder.is_dir() and not remove_claimed(folder, claims, kind.manifest):
                log.warning("%s was left by a run that was killed; it holds files that were changed since", folder)


def _unfinished(staging: Path, plan: Sequence[tuple[str, int, str]]) -> Claims:
    """Prove the files of a hidden folder that was not finished: as planned, and the last of them perhaps shorter."""
    claims = {name: planned for name, _, planned in plan}
    there = {name for name in entries_of(staging) if not name.endswith("/")} if staging.is_dir() else set()
    begun = plan[: len(there)]
    if there and there == {name for name, *_ in begun} and all(holds(staging / name, by) for name, _, by in begun[:-1]):
        name, size, _ = begun[-1]
        if (staging / name).stat().st_size < size:
            claims[name] = digest((staging / name).read_bytes())
    return claims


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
