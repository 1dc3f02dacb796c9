"""Hold many drawn scenarios against the double build and against themselves changed, from fixed seeds.

    nice python .ci/relations.py 20000              # all of them: some hours
    nice python .ci/relations.py 20000 --shard 3/40 # the third of forty equal parts

Each seed is a scenario without and with programme lines, with aims of convergence and inclusion, and with recipients
of two tiers, in turn. It is settled, the double build judges it, and then it is permuted and renamed, given in other
units, split in halves that are merged again, given copies, relaxed and tightened: what has to come of each is the test
of that invariant in ``tests/properties``, called with the scenario of the seed instead of a drawn one. Whatever fails
is printed with the seed and the relation, and ``--only`` tries it again alone.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import singlepot as sp
from singlepot.models.assurance.double_build import rebuild
from tests.agreement import judge
from tests.levelling_strategies import seeded_levelled
from tests.programme_strategies import seeded_programmes
from tests.properties import test_invariants as plain
from tests.properties import test_levelling as levelled
from tests.properties import test_programmes as programmes
from tests.strategies import Draft, scenario, seeded, seeded_two_tiers, with_copies

Relation = Callable[[int], object]


def agrees(made: Draft) -> None:
    """Settle a scenario, and insist that the double build agrees."""
    settlement = sp.settle(scenario(made))
    judge(settlement, rebuild(settlement.scenario))


def held(test: Any, draw: Callable[..., Draft], *more: Callable[[int], Any], **premises: Any) -> Relation:
    """Hold the scenario of a seed to the test of an invariant; ``more`` makes its further arguments of the seed."""
    return lambda seed: test.hypothesis.inner_test(draw(seed, **premises), *(make(seed) for make in more))


RELATIONS: dict[str, tuple[Relation, ...]] = {
    "double build": (
        lambda seed: agrees(with_copies(seeded(seed), ["0copy", "Zcopy"]) if seed % 5 == 4 else seeded(seed)),
        lambda seed: agrees(seeded_programmes(seed)),
        lambda seed: agrees(seeded_levelled(seed)),
        lambda seed: agrees(seeded_two_tiers(seed)),
    ),
    "permute and rename": (
        held(plain.test_7_order_and_names_change_nothing, seeded, random.Random),
        held(programmes.test_7_order_and_names_change_nothing, seeded_programmes, random.Random),
        held(levelled.test_order_and_names_change_nothing, seeded_levelled),
        held(plain.test_7_order_and_names_change_nothing, seeded_two_tiers, random.Random),
    ),
    "rescale": (
        held(plain.test_8_units_rescale_and_change_nothing_else, seeded),
        held(programmes.test_8_units_rescale_and_change_nothing_else, seeded_programmes),
        held(levelled.test_units_of_an_objective_change_nothing_relative, seeded_levelled),
        held(plain.test_8_units_rescale_and_change_nothing_else, seeded_two_tiers),
    ),
    "split and merge": (
        held(plain.test_9_halves_of_an_area_get_half_each, seeded, simple=True),
        held(programmes.test_9_an_area_in_halves_gives_halves, seeded_programmes, simple=True),
        held(levelled.test_halves_of_an_area_get_half_each, seeded_levelled, simple=True),
    ),
    "duplicate": (
        held(plain.test_6_equal_areas_are_treated_equally, seeded, random.Random, simple=True),
        held(programmes.test_6_equal_areas_are_treated_equally, seeded_programmes, random.Random, simple=True),
    ),
    "add nothing": (
        held(plain.test_11_an_empty_area_changes_nothing, seeded),
        held(programmes.test_11_an_area_of_nothing_changes_nothing, seeded_programmes),
        held(levelled.test_an_idle_area_changes_nothing, seeded_levelled),
        held(plain.test_11_an_empty_area_changes_nothing, seeded_two_tiers),
    ),
    "relax": (
        held(plain.test_10_more_room_never_worsens_the_first_stage, seeded, lambda seed: seed // 4 % 12,
             simple=True, objectives=1),
        held(levelled.test_smaller_aims_never_worsen_the_first_stage, seeded_levelled),
    ),
    "tighten": (
        held(plain.test_10_a_higher_national_target_never_lowers_the_first_stage, seeded, simple=True, objectives=1),
    ),
}  # fmt: skip
"""What is tried: for each relation one function for each kind of scenario, which the seeds take in turn."""


def main() -> int:
    """Try every relation on each seed, and print how many held and what failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int)
    parser.add_argument("--shard", default="1/1", help="which of how many")
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--only", choices=RELATIONS)
    parser.add_argument("--minutes", type=float, default=float("inf"))
    chosen = parser.parse_args()
    warnings.simplefilter("error")
    shard, shards = map(int, chosen.shard.split("/"))
    end, tried, failed = time.monotonic() + 60 * chosen.minutes, Counter[str](), Counter[str]()
    for seed in range(chosen.first + shard - 1, chosen.first + chosen.count, shards):
        if time.monotonic() > end:
            break
        tried["scenarios"] += 1
        for name, kinds in RELATIONS.items():
            if chosen.only not in (None, name):
                continue
            tried[name] += 1
            try:
                kinds[seed % len(kinds)](seed)
            except Exception:  # noqa: BLE001  # whatever it is, the relation does not hold
                failed[name] += 1
                said = " | ".join(traceback.format_exc(limit=-3).split("\n"))
                print(f"seed {seed}, {name}: {said[:1200]}", flush=True)
    print(f"{tried.pop('scenarios'):,} scenarios, {sum(failed.values())} relations do not hold")
    print("\n".join(f"  {count:>7,} {name}, {failed[name]} failed" for name, count in tried.items()))
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
