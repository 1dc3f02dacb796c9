"""Scenarios of stress shapes settle, or it is said with amounts why there is no settlement."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given

import singlepot as sp

from ..strategies import Draft
from ..stress_shapes import SHAPES, stress_drafts, stressed

AMOUNT = re.compile(r"£[0-9]|[0-9]%")


def outcome_of(made: Draft) -> str:
    """Settle; the error of the rules that clash has to say an amount, and there is no other error."""
    try:
        assert sp.settle(sp.Scenario.from_tables(**made)).certificate.passed
    except sp.NoSettlementError as refused:
        assert AMOUNT.search(refused.cause + refused.remedy), refused
        return "none"
    return "settled"


@given(stress_drafts())
def test_a_scenario_of_stress_shapes_settles_or_says_why_not(made: Draft) -> None:
    outcome_of(made)


def test_stress_shapes_mostly_settle_and_all_occur() -> None:
    outcomes: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for seed in range(100, 160):
        made, shapes = stressed(seed)
        outcomes[outcome_of(made)] += 1
        seen.update(shapes)
    assert outcomes["settled"] >= 40
    assert set(seen) == set(SHAPES)


@pytest.mark.parametrize("seed", [1, 7, 101, 179, 199, 292, 651, 698, 1738, 1854, 1856])
def test_seeds_that_once_failed_settle(seed: int) -> None:
    """Wild duals, rows far from their own units, small terms that count, cells of nothing, a give of pennies."""
    assert outcome_of(stressed(seed)[0]) == "settled"
