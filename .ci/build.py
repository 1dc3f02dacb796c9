"""Build wheel and sdist so that anybody who builds the same commit gets the same bytes: ``python .ci/build.py FOLDER``.

Built twice, in two places, two zones of time and two orders of hashes; the bytes are compared before anything is handed
out. The dates of all files are that of the commit, and all may read them; the sdist, which the build tool packs with
dates and owners of its own, is packed again.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def git(*arguments: str) -> bytes:
    """Ask git about the checkout."""
    return subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, check=True).stdout


def built(date: str, zone: str, order: str) -> dict[str, bytes]:
    """Build the commit in a folder of its own; the name of each file and its content."""
    with tempfile.TemporaryDirectory() as folder:
        checkout, out = Path(folder, "checkout"), Path(folder, "dist")
        before = os.umask(0o022)  # permissions are in the wheel
        try:
            with tarfile.open(fileobj=io.BytesIO(git("archive", "HEAD"))) as archive:
                archive.extractall(checkout, filter="data")
            command = [sys.executable, "-m", "build", "--outdir", str(out), str(checkout)]
            environment = {**os.environ, "SOURCE_DATE_EPOCH": date, "TZ": zone, "PYTHONHASHSEED": order}
            ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        finally:
            os.umask(before)
        if ended.returncode:
            sys.exit(ended.stdout[-4000:] + ended.stderr[-4000:])
        return {
            path.name: packed(path.read_bytes(), int(date)) if path.name.endswith(".tar.gz") else path.read_bytes()
            for path in sorted(out.iterdir())
        }


def packed(content: bytes, date: int) -> bytes:
    """Pack an archive again: names in order, one date, no owner, and one of two permissions."""
    inner = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(content)) as old,
        tarfile.open(fileobj=inner, mode="w", format=tarfile.PAX_FORMAT) as new,
    ):
        for member in sorted(old.getmembers(), key=lambda member: member.name):
            plain = tarfile.TarInfo(member.name)
            plain.type, plain.size, plain.mtime = member.type, member.size, date
            plain.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
            new.addfile(plain, old.extractfile(member) if member.isfile() else None)
    return gzip.compress(inner.getvalue(), mtime=date)


def main() -> None:
    """Build twice, compare, and write what was built."""
    if len(sys.argv) != 2:
        sys.exit("name the folder to write to: python .ci/build.py dist")
    date = git("log", "-1", "--format=%ct").decode().strip()
    one, other = built(date, "UTC", "1"), built(date, "Asia/Tokyo", "2")
    if differ := sorted(name for name in one | other if one.get(name) != other.get(name)):
        sys.exit(f"two builds of one commit differ: {', '.join(differ)}")
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for name, content in one.items():
        (target / name).write_bytes(content)
        print(f"{name}: {len(content):,} bytes, sha256 {hashlib.sha256(content).hexdigest()}, the same twice")


if __name__ == "__main__":
    main()
