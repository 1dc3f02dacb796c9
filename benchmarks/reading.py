"""Read and check a million rows from every format: ``python -m benchmarks.reading [FOLDER]``.

The scenario has 1,000 areas with 250 options each over four years. Each format is read in a process of its own;
CPU seconds and peak memory are those of the reading process and of the one that opens a workbook.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

import singlepot as sp

AREAS, OPTIONS = 1_000, 250
YEARS = ["2026-27", "2027-28", "2028-29", "2029-30"]
TARGETS = {"parquet": "parquet", "csv": "csv", "million.xlsx": "xlsx", "million.json": "json"}


def million() -> sp.Scenario:
    """A scenario with a million rows of ``option_years``."""
    draw = np.random.default_rng(1)
    codes = [f"E{number:08d}" for number in range(AREAS)]
    areas = np.repeat(codes, OPTIONS)
    options = np.asarray([f"option-{number}" for number in range(OPTIONS)] * AREAS)
    rows = len(areas) * len(YEARS)
    keys = ["skills", "carbon", "trees"]
    return sp.Scenario.from_tables(
        areas=pd.DataFrame({"code": codes, "name": [f"Area {code}" for code in codes]}),
        objectives=pd.DataFrame({"key": keys, "name": keys, "unit": "units"}),
        pot=pd.DataFrame({"year": YEARS, "amount": 20_000.0}),
        bids=pd.DataFrame(
            {"area": np.repeat(codes, 4), "year": YEARS * AREAS, "amount": draw.uniform(1, 60, 4 * AREAS).round(6)}
        ),
        options=pd.DataFrame({"area": areas, "option": options, "own_cost": draw.uniform(0, 1, len(areas)).round(6)}),
        option_years=pd.DataFrame(
            {
                "area": np.repeat(areas, 4),
                "option": np.repeat(options, 4),
                "year": YEARS * len(areas),
                **{name: draw.uniform(-1, 1, rows).round(6) for name in ("grant", *keys)},
            }
        ),
        years=YEARS,
    )


def read(path: str) -> None:
    """Read one scenario and print what it took."""
    begun, scenario = time.perf_counter(), sp.read_scenario(path)
    own, child = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    cpu = sum(used.ru_utime + used.ru_stime for used in (own, child))
    peaks = f"{own.ru_maxrss / 1e3:>6.0f} MB here {child.ru_maxrss / 1e3:>6.0f} MB in the child"
    wall = time.perf_counter() - begun
    print(f"{Path(path).name:<14} {len(scenario.option_years):>9,} rows {cpu:>6.1f} CPU s {wall:>6.1f} s {peaks}")


def write(folder: Path) -> None:
    """Write the scenario in every format."""
    scenario = million()
    for name, form in TARGETS.items():
        sp.write_scenario(scenario, folder / name, format=form, overwrite=True)  # type: ignore[arg-type]  # one of the forms


def main() -> None:
    """Write the scenario in a process of its own, whose memory would count for its children, and read each format."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(sys.argv[1] if len(sys.argv) > 1 else temporary)
        command = [sys.executable, "-m", "benchmarks.reading"]
        subprocess.run([*command, "--write", str(folder)], check=True)
        for name in TARGETS:
            subprocess.run([*command, "--read", str(folder / name)], check=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--read"]:
        read(sys.argv[2])
    elif sys.argv[1:2] == ["--write"]:
        write(Path(sys.argv[2]))
    else:
        main()
