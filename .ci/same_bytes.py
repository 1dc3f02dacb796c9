"""Show that a change of the code changes no byte of what four shipped scenarios settle to.

``python .ci/same_bytes.py write before`` settles them with everything that people look at; after the change,
``python .ci/same_bytes.py write after`` and ``python .ci/same_bytes.py compare before after`` name each file that
differs, is new or is gone, and exit with 1 if there is one. Only ``run.json`` (times and host) may differ.
A change of how the stages are solved moves last digits: ``python .ci/same_bytes.py values before after`` asks for equal
values of the stages to 1e-9 and for the same whole pounds instead.
"""

import csv
import math
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


def rows(path: Path) -> list[dict[str, str]]:
    """Read a table."""
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def compare_values(before: Path, after: Path) -> list[str]:
    """Name stages whose values differ by more than 1e-9, relative, and scenarios whose pounds differ."""
    wrong = []
    for name in SCENARIOS:
        old, new = (folder / name / "tables" for folder in (before, after))
        for one, other in zip(rows(old / "stages.csv"), rows(new / "stages.csv"), strict=True):
            if not math.isclose(float(one["final"]), float(other["final"]), rel_tol=1e-9, abs_tol=1e-9):
                wrong.append(f"{name}: {one['name']} was {one['final']} and is {other['final']}")
        pounds = [[row["pounds"] for row in rows(table / "grants.csv")] for table in (old, new)]
        if pounds[0] != pounds[1]:
            wrong.append(f"{name}: {sum(map(str.__ne__, *pounds))} grants differ in whole pounds")
    return wrong


if __name__ == "__main__":
    task, *places = sys.argv[1:]
    folders = [Path(place) for place in places]
    if task == "write":
        write(*folders)
    else:
        differences = compare(*folders) if task == "compare" else compare_values(*folders)
        equal = f"{len(documents(folders[0]))} documents, the same to the byte" if task == "compare" else "equal values"
        print("\n".join(differences) or equal)
        sys.exit(bool(differences))
