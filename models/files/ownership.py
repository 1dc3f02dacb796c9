"""Proof of ownership: a sealed manifest lists the hash of every file that a run wrote into a folder."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from singlepot.solver import SinglepotError

from .table_json import json_text

Claims = Mapping[str, str]
"""Relative path of a file, with ``/`` → its SHA-256 in hexadecimal digits, or the first 32 or more of them."""

_SEAL = ',\n "sha256": "{}"\n}}\n'
_SEAL_LENGTH = len(_SEAL.format("0" * 64))
NAMED = 3
"""Names of files that a refusal lists; the others are counted."""


class FolderRefusedError(SinglepotError):
    """A folder or file was not written, because of what stands there or because the disk refused."""

    exit_code = 2


@dataclass(frozen=True)
class FolderKind:
    """Kind of folder that is written.

    Parameters
    ----------
    name
        Noun for its content, such as ``settlement``.
    manifest
        File that lists the others, written last: a folder without it is incomplete. Empty for folders that are never
        replaced.
    schema
        Version of the written form.
    unlisted
        Sealed files whose content differs from run to run, and which the manifest does not list.
    """

    name: str
    manifest: str
    schema: int = 1
    unlisted: tuple[str, ...] = ()


def sealed(values: Mapping[str, object]) -> bytes:
    """Write values as JSON whose last entry, ``sha256``, is the hash of the text before it."""
    body = json_text(values)[:-3]
    return body + _SEAL.format(digest(body)).encode()


def is_sealed(content: bytes) -> bool:
    """Whether a text is one that :func:`sealed` wrote, unchanged."""
    body = content[:-_SEAL_LENGTH]
    return content == body + _SEAL.format(digest(body)).encode()


def digest(content: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def manifest_bytes(kind: FolderKind, files: Mapping[str, bytes], entries: Mapping[str, object]) -> bytes:
    """Write a manifest: entries of the caller, kind, version, and the hash of every file."""
    return sealed_manifest(kind, {name: digest(content) for name, content in files.items()}, entries)


def sealed_manifest(kind: FolderKind, hashes: Claims, entries: Mapping[str, object]) -> bytes:
    """Write a manifest from the hashes of the files."""
    return sealed({**entries, "schema": kind.schema, "kind": kind.name, "files": dict(sorted(hashes.items()))})


def claims_of(folder: Path, kind: FolderKind) -> dict[str, str]:
    """Read which files of a folder a run wrote; none where its manifest is absent, altered or of another kind."""
    claims = _sealed_files(folder, (kind.manifest,))
    if not claims:
        return {}
    values = json.loads((folder / kind.manifest).read_bytes())
    if values.get("kind") != kind.name or values["schema"] > kind.schema:
        return {}
    return {**values["files"], **_sealed_files(folder, kind.unlisted), **claims}


def _sealed_files(folder: Path, names: Collection[str]) -> dict[str, str]:
    sealed_ones = {}
    for name in names:
        content = _regular_content(folder / name)
        if content is not None and is_sealed(content):
            sealed_ones[name] = digest(content)
    return sealed_ones


def holds(path: Path, claim: str) -> bool:
    """Whether a path is a regular file, no link, with the content that a claim says."""
    content = _regular_content(path)
    return content is not None and len(claim) >= 32 and digest(content).startswith(claim)


def _regular_content(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if stat.S_ISREG(path.lstat().st_mode) else None
    except OSError:
        return None


def entries_of(folder: Path) -> set[str]:
    """List every file, link and empty folder below a folder, without following links; a folder's name ends in ``/``."""
    there = set()
    for root, folders, files in os.walk(folder, onerror=_raise):
        at = Path(root)
        links = [name for name in folders if (at / name).is_symlink()]
        there |= {(at / name).relative_to(folder).as_posix() for name in (*files, *links)}
        if not folders and not files and at != folder:
            there.add(f"{at.relative_to(folder).as_posix()}/")
    return there


def _raise(error: OSError) -> None:
    raise error


def refuse_strangers(
    folder: Path, path: object, claims: Claims, kind: FolderKind, passed: Collection[str] = ()
) -> None:
    """Refuse a folder with anything that no claim proves to be written by a run and unchanged.

    Parameters
    ----------
    folder
        The folder, which exists.
    path
        Its name in messages.
    claims
        What was written there.
    kind
        Kind of folder that would replace it.
    passed
        Names that are not looked at.

    Raises
    ------
    FolderRefusedError
        With a count and the first names of what would be lost.
    """
    there = sorted(entries_of(folder) - set(passed))
    changed = [name for name in there if name in claims and not holds(folder / name, claims[name])]
    foreign = [name for name in there if name not in claims]
    parts = []
    if foreign:
        parts.append(f"{_count(foreign)} that no {kind.name} wrote there ({_named(foreign)})")
    if changed:
        parts.append(f"{_count(changed)} changed since ({_named(changed)})")
    if parts:
        remedy = "move what you want to keep, or choose another folder"
        raise FolderRefusedError(f"{path} holds {' and '.join(parts)}, which would be lost", remedy)


def _count(names: list[str]) -> str:
    return f"{len(names)} file{'s' if len(names) != 1 else ''}"


def _named(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
