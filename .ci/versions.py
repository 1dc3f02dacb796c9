"""Settle with the lowest and with the newest versions that pyproject.toml allows, and compare pounds and stage values.

    python .ci/versions.py python3.11 [python3.12 python3.13 …]

The first Python gets an environment in which each direct dependency and extra has its lower bound; it and every other
gets one with whatever the index offers. In each, scenarios settle with every backend, and one is written with workbook,
report and charts.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
EXTRAS = ("charts", "parquet", "excel-formats", "ensemble", "report")
SCENARIOS = ("bucks-and-burnley", "levelling-up-fund", "england")
BACKENDS = ("highs", "pulp", "pyomo")
NEAR = 1e-6
"""The largest relative difference of a stage value, and of a grant beside the largest grant, between two versions."""

PROGRAM = f"""
import importlib.metadata as metadata, json, sys
import singlepot as sp
rows = {{}}
for name in {SCENARIOS}:
    for backend in {BACKENDS}:
        settlement = sp.settle(name, backend=backend)
        assert settlement.certificate.passed, (name, backend)
        rows[name + " by " + backend] = [settlement.stages["final"].tolist(), settlement.grants["grant"].tolist()]
sp.settle("bucks-and-burnley").write(sys.argv[1])
versions = {{d.name.lower().replace("_", "-"): d.version for d in metadata.distributions()}}
print(json.dumps({{"values": rows, "versions": versions}}))
"""


def lowest() -> list[str]:
    """Pin every direct dependency of the package and of its extras to its lower bound."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *(text for name in EXTRAS for text in project["optional-dependencies"][name])]
    bounds = (re.match(r"([\w-]+)>=([\d.]+)", text) for text in wanted if not text.startswith("singlepot["))
    return [f"{bound[1]}=={bound[2]}" for bound in bounds if bound]


def run(*command: str | Path) -> str:
    """Run a command; where it fails, end with what it printed."""
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        sys.exit(f"{' '.join(map(str, command[:4]))} … failed:\n{ended.stdout[-2000:]}{ended.stderr[-4000:]}")
    return ended.stdout


def settled(python: str, folder: Path, pins: list[str]) -> dict[str, dict[str, list[list[float]]]]:
    """Return stage values and grants of every scenario and backend in a new environment, and the versions there."""
    run(python, "-m", "venv", folder / "env")
    (folder / "pins.txt").write_text("\n".join(pins), encoding="utf-8")
    here = folder / "env" / "bin" / "python"
    run(here, "-m", "pip", "install", "--quiet", "--constraint", folder / "pins.txt", f"{ROOT}[{','.join(EXTRAS)}]")
    values = json.loads(run(here, "-c", PROGRAM, folder / "out"))
    run(folder / "env" / "bin" / "singlepot", "settle", SCENARIOS[0], "--out", folder / "all")
    return values


def difference(one: list[list[float]], other: list[list[float]]) -> float:
    """Return the largest difference of stage values, each beside its size, and of grants beside the largest."""
    stages = max(abs(a - b) / max(1.0, abs(a)) for a, b in zip(one[0], other[0], strict=True))
    return max(stages, *(abs(a - b) / max(one[1]) for a, b in zip(one[1], other[1], strict=True)))


def main() -> None:
    """Settle in the environments of each Python, and fail where an answer differs from that of the lowest versions."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("python", nargs="+")
    pythons = parser.parse_args().python
    pins = lowest()
    worst, low = 0.0, {}
    for python, wanted in [(pythons[0], pins), *((python, []) for python in pythons)]:
        with tempfile.TemporaryDirectory() as folder:
            answer = settled(python, Path(folder), wanted)
        low = low or answer
        versions = ", ".join(
            f"{name} {answer['versions'][name.lower()]}" for name in (pin.split("==")[0] for pin in pins)
        )
        print(f"{python}, {'lowest' if wanted else 'newest'}: {versions}")
        for name, values in answer["values"].items():
            gap = difference(low["values"][name], values)
            worst = max(worst, gap)
            print(f"  {name}: largest difference from the lowest {gap:.1e}", flush=True)
    if worst > NEAR:
        sys.exit(f"two versions differ by {worst:.1e}, more than {NEAR:.0e}")


if __name__ == "__main__":
    main()
