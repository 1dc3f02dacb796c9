"""Settle random scenarios of 20,000 to 200,000 entries from fixed seeds and compare each with the others of its size.

``python .ci/spread.py 500`` settles 500, with a line for each; ``--from`` begins elsewhere, ``--minutes`` ends early.
More than ten times the CPU time of the median of its size, per entry, is a failure, and so is a scenario that does not
settle.
"""

import argparse
import logging
import sys
import time
from itertools import pairwise
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import singlepot as sp
from benchmarks.workloads import drawn
from singlepot.models.formulation.formulation import formulate

LEAST, MOST = 20_000, 200_000
"""Entries of the matrix."""

SIZES = (20_000, 40_000, 80_000, 140_000, 200_001)
"""Entries between which scenarios are of one size."""

FACTOR = 10.0
"""How many times the median of its size a scenario may take."""


def draw(seed: int) -> sp.Scenario:
    """Draw a scenario of the wanted size: others of the same seed are drawn until one has it."""
    rng = np.random.default_rng(seed)
    while True:
        made = drawn(rng, areas=(40, 700), options=(2, 14), years=(1, 6), objectives=(2, 7))
        scenario = sp.Scenario.from_tables(**made)
        if LEAST <= formulate(scenario).programme.matrix.nnz <= MOST:
            return scenario


def main() -> int:
    """Settle, and print the median and the largest of each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=np.inf)
    wanted = parser.parse_args()
    logging.disable(logging.WARNING)
    end, found, failed = time.monotonic() + 60 * wanted.minutes, [], 0
    for seed in range(wanted.first, wanted.first + wanted.count):
        if time.monotonic() > end:
            break
        scenario = draw(seed)
        entries, start = formulate(scenario).programme.matrix.nnz, time.process_time()
        try:
            sp.settle(scenario)
        except sp.SinglepotError as error:
            failed += error.exit_code != sp.NoSettlementError.exit_code
            print(f"seed {seed}: exit {error.exit_code}, {error}", flush=True)
            continue
        found.append((entries, time.process_time() - start, seed))
        print(f"seed {seed}: {entries:,} entries, {found[-1][1]:.1f} s", flush=True)
    print(f"{len(found)} scenarios settled")
    for low, high in pairwise(SIZES):
        inside = [(seconds / entries, seconds, seed) for entries, seconds, seed in found if low <= entries < high]
        if not inside:
            continue
        median = float(np.median([rate for rate, *_ in inside]))
        rate, seconds, seed = max(inside)
        failed += rate > FACTOR * median
        slowest = f"the slowest {rate / median:.1f} times the median ({seconds:.1f} s, seed {seed})"
        print(f"{low:,} to {high:,} entries: {len(inside)}, {slowest}")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
