"""Settle scenarios of stress shapes from fixed seeds, count the exit codes and name every one that fails.

``python .ci/stress.py 2000`` settles the seeds from 0 on; ``--from`` begins elsewhere. Every settlement is held to its
whole pounds: no pot over, no cap on what moves passed. Exit code 6 of any scenario, whatever the reason, is a failure.
"""

import argparse
import logging
import re
import sys
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import singlepot as sp
from singlepot.models.infeasibility.explain import POINTER
from tests.stress_shapes import stressed

AMOUNT = re.compile(r"£[0-9]|[0-9]%")
"""By what an explanation says how much would have to change."""

SLOWEST = 5
"""How many of the slowest are named."""


def check_pounds(settlement: sp.Settlement) -> None:
    """Raise AssertionError where whole pounds pass a pot or a cap on what leaves it."""
    unit = {"GBP": 1, "GBP thousand": 1_000, "GBP million": 1_000_000}[settlement.scenario.settings.money]
    pot, rules = settlement.pot, settlement.scenario.settings.rules
    years = list(settlement.scenario.settings.years)
    wide = pot.pivot(index="envelope", columns="year", values="carried_pounds").reindex(columns=years)
    arrived = wide.shift(1, axis=1).fillna(0).stack().reindex(list(zip(pot["envelope"], pot["year"], strict=True)))
    whole = np.floor(pot["amount"] * unit * (1 + 1e-15) + 1e-6)
    limit = whole - pot["carried_pounds"] - pot["vired_pounds"] + pot["vired_in_pounds"] + arrived.to_numpy()
    assert (pot["pounds"] <= limit).all(), "whole pounds pass a pot"
    for rule, column in (("carry_over", "carried_pounds"), ("virement", "vired_pounds")):
        cap = rules.get(rule, 0.0) * pot["amount"] * unit * (1 + 1e-12) + 1e-6
        assert (pot[column] <= cap).all(), f"whole pounds pass the cap of {rule}"


def settle(seed: int) -> tuple[int, str, float]:
    """Exit code, what went wrong, and CPU seconds of one seed."""
    made, shapes = stressed(seed)
    start = time.process_time()
    code, what = 0, ""
    try:
        check_pounds(sp.settle(sp.Scenario.from_tables(**made), time_limit_s=600))
    except sp.NoSettlementError as error:
        code, what = error.exit_code, str(error)
        if not AMOUNT.search(what.removesuffix(POINTER)):
            code, what = 6, f"no amount is said: {what}"
    except sp.SinglepotError as error:
        code, what = error.exit_code, str(error)
    except Exception:  # noqa: BLE001  # whatever it is, it is what the command line would call exit code 6
        code, what = 6, traceback.format_exc(limit=-2).strip().replace("\n", " | ")
    return code, f"{', '.join(shapes)}: {what}", time.process_time() - start


def main() -> int:
    """Run the seeds and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--from", dest="first", type=int, default=0)
    wanted = parser.parse_args()
    logging.disable(logging.WARNING)
    warnings.simplefilter("error")
    codes: Counter[int] = Counter()
    times: list[tuple[float, int, str]] = []
    for seed in range(wanted.first, wanted.first + wanted.count):
        code, what, seconds = settle(seed)
        codes[code] += 1
        times.append((seconds, seed, what))
        if code not in (0, 4):
            print(f"seed {seed}: exit {code}, {what}", flush=True)
    print("exit codes:", ", ".join(f"{code}: {count}" for code, count in sorted(codes.items())))
    print(f"CPU seconds: {sum(seconds for seconds, *_ in times):.0f} in all; the slowest:")
    print("\n".join(f"  {seconds:.1f} seed {seed} {what[:60]}" for seconds, seed, what in sorted(times)[-SLOWEST:]))
    return int(bool(set(codes) - {0, 4}))


if __name__ == "__main__":
    sys.exit(main())
