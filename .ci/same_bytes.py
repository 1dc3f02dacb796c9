"""Show that a change of the code changes no byte of what four shipped scenarios settle to.

``python .ci/same_bytes.py write before`` settles them with everything that people look at; after the change,
``python .ci/same_bytes.py write after`` and ``python .ci/same_bytes.py compare before after`` name each file that
differs, is new or is gone, and exit with 1 if there is one. Only ``run.json`` (times and host) may differ.
"""

import subprocess
import sys
from pathlib import Path

SCENARIOS = ("england", "england-tight", "levelling-up-fund", "bucks-and-burnley")
MAY_DIFFER = {"run.json"}


def write(folder: Path) -> None:
    """Settle each scenario into a folder of its name."""
    for name in SCENARIOS:
        settle = [sys.executable, "-m", "singlepot", "settle", name, "--out", str(folder / name), "--quiet"]
        subprocess.run([*settle, "--overwrite", "--area-pages", "--pictures", "png"], check=True)


def documents(folder: Path) -> dict[Path, bytes]:
    """Read every file below a folder, by its place there."""
    paths = (path for path in folder.rglob("*") if path.is_file() and path.name not in MAY_DIFFER)
    return {path.relative_to(folder): path.read_bytes() for path in paths}


def compare(before: Path, after: Path) -> list[str]:
    """Name what differs between two folders, a line each."""
    old, new = documents(before), documents(after)
    if not old:
        return [f"{before} holds no document"]
    changed = [f"{path}: differs" for path in sorted(old.keys() & new.keys()) if old[path] != new[path]]
    gone, added = sorted(old.keys() - new.keys()), sorted(new.keys() - old.keys())
    return [*changed, *(f"{path}: is gone" for path in gone), *(f"{path}: is new" for path in added)]


if __name__ == "__main__":
    task, *places = sys.argv[1:]
    folders = [Path(place) for place in places]
    if task == "write":
        write(*folders)
    else:
        differences = compare(*folders)
        print("\n".join(differences) or f"{len(documents(folders[0]))} documents, the same to the byte")
        sys.exit(bool(differences))
