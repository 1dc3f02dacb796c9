"""The peers of the benchmarks solve what we solve: every stage to a millionth, on England and on drawn scenarios."""

from __future__ import annotations

from functools import cache
from importlib import import_module

import pytest

import singlepot as sp
from benchmarks.peers.prepared import prepare
from benchmarks.peers.solving import Clock

from ..agreement import compare_stages
from ..cbc import needs_cbc
from ..levelling_strategies import seeded_levelled
from ..strategies import scenario, seeded

PEERS = ("pulp", "pyomo", "linopy", "cvxpy")
SAME = 1e-6
"""Largest difference of a stage's optimum, relative to its size."""

DRAWN = (3, 11, 14, 19, 22, 23, 45, 57)
"""Drawn scenarios of which some one fails whichever constraint is left out of a peer's model."""

CUT_DIGITS = 1e-3
"""The same for CBC, whose answers come back through a file with eight digits."""

pytestmark = pytest.mark.filterwarnings("ignore")
"""Other people's libraries may warn of what they like."""


@cache
def england() -> sp.Settlement:
    return sp.settle(sp.read_scenario("england"))


@cache
def drawn(seed: int) -> sp.Settlement:
    return sp.settle(scenario(seeded(seed)))


def optima(peer: str, settlement: sp.Settlement, **options: str) -> dict[str, float]:
    clock = Clock()
    stages = import_module(f"benchmarks.peers.{peer}_model").stages
    result = stages(prepare(settlement.scenario), clock, **options)
    assert set(clock.seconds) >= {"build", *result}
    return dict(result)


@pytest.mark.parametrize("peer", PEERS)
def test_a_peer_finds_our_optima_of_england(peer: str) -> None:
    assert compare_stages(england(), optima(peer, england())) <= SAME


def test_aims_that_no_peer_states_are_refused() -> None:
    with pytest.raises(ValueError, match="convergence"):
        prepare(scenario(seeded_levelled(0)))


@pytest.mark.parametrize("peer", PEERS)
@pytest.mark.parametrize("seed", DRAWN)
def test_a_peer_finds_our_optima_of_a_drawn_scenario(peer: str, seed: int) -> None:
    assert compare_stages(drawn(seed), optima(peer, drawn(seed))) <= SAME


@needs_cbc
def test_cbc_finds_what_its_digits_allow() -> None:
    assert compare_stages(england(), optima("pulp", england(), solver="cbc")) <= CUT_DIGITS


def test_the_drawn_scenarios_use_every_part_of_the_programme() -> None:
    """A part that no scenario uses would not be compared."""
    data = [prepare(drawn(seed).scenario) for seed in DRAWN]
    seen = {
        "group": any((d.moves.table["group"] != "").any() for d in data),
        "requirement": any(len(d.moves.requires) for d in data),
        "joint scheme": any((d.moves.table["scheme"] != "").any() for d in data),
        "scale-back without money": any((d.burdens["bid"] == 0).any() for d in data),
        "own cost ceiling": any(len(d.own_cost_ceiling) for d in data),
        "step": any(len(d.steps) for d in data),
        "share of the pot": any(d.pot_shares for d in data),
        "limit of a sum": any(d.sums for d in data),
        "carry-over": any((d.pot["carry"] > 0).any() for d in data),
        "virement": any((d.pot["vire"] > 0).any() and d.pot["envelope"].nunique() > 1 for d in data),
        "floor": any((d.grants["low"] > 0).any() for d in data),
        "lock": any((d.grants["low"] == d.grants["high"]).any() for d in data),
        "target ceiling": any((d.targets["ceiling"] < float("inf")).any() for d in data),
        "range of years": any((d.national["first"] < d.national["last"]).any() for d in data),
        "centre": any((drawn(seed).scenario.filled("areas")["type"] == "centre").any() for seed in DRAWN),
        "equity": any(d.burdens["equity"].nunique() > 1 for d in data),
        "give": any(any(d.give.values()) for d in data),
        "largest concession": any(("concession.largest", None) in d.order for d in data),
        "two priorities": any(d.national["priority"].nunique() > 1 for d in data),
    }
    assert [part for part, used in seen.items() if not used] == []
