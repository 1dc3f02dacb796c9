"""Path checks: a scenario is read from folders of this machine, and from files that stay inside them."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from singlepot.models.diagnostics.problems import SETTINGS, Diagnostic, shown
from singlepot.models.files.folder_kinds import MANIFEST
from singlepot.models.tables.schema import TABLES

from .file_kinds import kind_of_file
from .read_options import HowToRead
from .settings_file import NAME

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_SHARE = re.compile(r"[\\/]{2}")
_DEVICE = re.compile(r"(con|nul|prn|aux|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


def refuse_place(text: str) -> Diagnostic | None:
    """Check the text of a path before the file system is asked, on every system alike: asking may reach a network."""
    if _ADDRESS.match(text):
        kind, remedy = "an address", "download it and name the folder"
    elif _SHARE.match(text):
        kind, remedy = "a path to another machine", "copy it to this machine, or give the share a drive letter"
    elif devices := [part for part in re.split(r"[\\/]", text) if _DEVICE.fullmatch(part.rstrip(" ."))]:
        kind, remedy = f"{shown(devices[0])}, which Windows keeps for a device", "rename the folder"
    else:
        return None
    return Diagnostic("SP-F018", SETTINGS, shown(text), "", "", kind, "a folder on this machine", remedy)


def what_is_there(path: Path) -> str:
    """Describe a path that is no folder: nothing there, or the kind of file by its first bytes."""
    if not path.is_file():
        return "nothing there"
    with path.open("rb") as file:
        return kind_of_file(file.read(64)) or "a file"


def refuse_file(folder: Path, name: str, how: HowToRead) -> Diagnostic | None:
    """Check a file before it is read: a link that leads out of the folder, or a file too large, is refused."""
    table = _table_of(name)
    path = folder / name
    if path.is_symlink() and not how.allow_outside and folder.resolve() not in path.resolve().parents:
        remedy = "copy the file into the folder, or pass --allow-outside"
        value = f"a link to {shown(path.resolve().name)} in another folder"
        return Diagnostic("SP-F017", table, name, "", "", value, "a file inside the folder", remedy)
    size = path.stat().st_size
    if size > how.largest_mb * 1e6:
        remedy = f"see that it is the right file, or pass --largest-mb {-(-size // 1_000_000)}"
        expected = f"at most {how.largest_mb:g} MB"
        return Diagnostic("SP-F013", table, name, "", "", f"{size / 1e6:.6g} MB", expected, remedy)
    return None


def listed_files(folder: Path) -> dict[str, tuple[str, str]]:
    """Read the hashes of a manifest, in the folder or in the settlement that it is part of.

    Returns
    -------
    The hash of each file of the scenario, and where it is listed; nothing where there is no manifest.
    """
    listed: dict[str, tuple[str, str]] = {}
    for path, prefix in ((folder / MANIFEST, ""), (folder.parent / MANIFEST, f"{folder.name}/")):
        where = f"{path.name} of {shown(path.parent.name)}"
        listed |= {name: (digest, where) for name, digest in _manifest_hashes(path, prefix).items()}
    return listed


def refuse_content(name: str, content: bytes | None, listed: tuple[str, str]) -> Diagnostic | None:
    """Compare the hash of a file with the manifest's; the content is None where the file is not there."""
    digest, where = listed
    if content is None:
        value, remedy = "no such file", "see that nothing was lost"
    elif hashlib.sha256(content).hexdigest() != digest:
        value, remedy = "another content", "see that the change is meant and the file whole"
    else:
        return None
    return Diagnostic("SP-F016", _table_of(name), name, "", "", value, f"the file listed in {where}", remedy)


def _table_of(name: str) -> str:
    """Name the table that a file of a scenario holds."""
    return SETTINGS if name == NAME else name.rpartition(".")[0]


def _manifest_hashes(path: Path, prefix: str) -> dict[str, str]:
    """Read the hash of each scenario file that a manifest lists; none where there is no such manifest."""
    try:
        files = json.loads(path.read_text(encoding="utf-8"))["files"]
        hashes = {str(name): str(digest) for name, digest in files.items()}
    except (OSError, ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return {}
    known = {NAME, *(f"{table}.csv" for table in TABLES)}
    short = {name.removeprefix(prefix): digest for name, digest in hashes.items() if name.startswith(prefix)}
    return {name: digest for name, digest in short.items() if name in known}
