"""Talks of simulated areas to their end: rounds, asks and the first stage of both settlements, round by round.

Run ``python -m benchmarks.talks`` for the table of the page on talks.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import singlepot as sp
from singlepot.scenarios.talks.simulating import KINDS

MIXED = (*KINDS, ",".join(KINDS))
"""Kinds of areas, and all of them in turn."""

DRAWING = "random"
"""Kind whose answers depend on the seed."""

SEEDS = range(4)

HEADER = (
    "| areas | seed | asks by round | first stage if all is accepted | first stage agreed so far | CPU s |\n"
    "|---|---:|---|---|---|---:|"
)


class Talked(NamedTuple):
    """Talks that ended: kinds of areas, seed, and by round the asks and the first stage's value in both settlements."""

    kinds: str
    seed: int
    asks: Sequence[int]
    all_accepted: Sequence[float]
    agreed_so_far: Sequence[float]
    cpu_s: float

    @property
    def row(self) -> str:
        """Row of the table."""
        drawn = DRAWING in self.kinds
        cells = [
            self.kinds.replace(",", ", "),
            str(self.seed) if drawn else "any",
            ", ".join(map(str, self.asks)),
            ", ".join(f"{value:.2%}" for value in self.all_accepted),
            ", ".join(f"{value:.2%}" for value in self.agreed_so_far),
            f"{self.cpu_s:.0f}",
        ]
        return f"| {' | '.join(cells)} |"


def talk(scenario: str, kinds: str, seed: int, folder: Path) -> Talked:
    """Talk a shipped scenario to its end in a new folder."""
    begun = time.process_time()
    talks = sp.simulate_talks(scenario, folder, areas=kinds.split(","), seed=seed)
    cpu_s = time.process_time() - begun
    asks: list[int] = []
    after: list[float] = []
    now: list[float] = []
    for entry in talks.entries:
        if entry.kind == "round":
            at = folder / "rounds" / str(entry.seq)
            asks.append(len(entry.content["asks"]))
            for name, values in (("all_accepted", after), ("agreed_so_far", now)):
                values.append(float(sp.read_settlement(at / name).stages["value"].iloc[0]))
    return Talked(kinds, seed, asks, after, now, cpu_s)


def rows(scenario: str, kinds: Sequence[str] = MIXED, seeds: Sequence[int] = SEEDS) -> Iterator[str]:
    """Talk with each kind of areas and each seed; where the seed changes nothing, once."""
    for kind in kinds:
        for seed in seeds if DRAWING in kind else seeds[:1]:
            with tempfile.TemporaryDirectory() as folder:
                yield talk(scenario, kind, seed, Path(folder) / "talks").row


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("scenario", nargs="?", default="england")
    parser.add_argument("--areas", action="append", help="kinds of areas, with commas between; all by default")
    chosen = parser.parse_args()
    print(HEADER, flush=True)
    for row in rows(chosen.scenario, chosen.areas or MIXED):
        print(row, flush=True)


if __name__ == "__main__":
    main()
