"""Constraints of the calling program hold, at every stage, by every backend, and are named."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import singlepot as sp

from ..agreement import compare_grants
from ..contracts.test_backends import ALWAYS

CAPPED = "E06000060"


def cap(rows: sp.ExtraRows) -> None:
    """Buckinghamshire may not have more than £55m over both years."""
    grants = rows.labels("grant")
    columns = grants["column"][grants["area"] == CAPPED]
    rows.at_most("Buckinghamshire at most 55", columns, 1.0, 55.0)


@pytest.fixture(scope="module")
def scenario() -> sp.Scenario:
    return sp.read_scenario("bucks-and-burnley").with_(rules={"grant_floor": None})


def of_capped(settlement: sp.Settlement) -> float:
    return float(settlement.grants.query("area == @CAPPED")["grant"].sum())


def test_an_extra_constraint_holds_and_is_named(scenario: sp.Scenario) -> None:
    assert of_capped(sp.settle(scenario)) > 55
    settlement = sp.settle(scenario, extra=cap)
    assert of_capped(settlement) <= 55 + 1e-9
    assert settlement.certificate.passed
    assert settlement.provenance["extra"] == ["extra[Buckinghamshire at most 55]"]
    assert sp.settle(scenario).provenance["extra"] == []


@pytest.mark.parametrize(("backend", "solver"), ALWAYS[1:])
def test_it_holds_for_every_backend(scenario: sp.Scenario, backend: str, solver: str) -> None:
    other = sp.settle(scenario, extra=cap, backend=backend, solver=solver)
    assert compare_grants(sp.settle(scenario, extra=cap), other) <= 1e-6


def test_at_least_and_equal(scenario: sp.Scenario) -> None:
    def fix(rows: sp.ExtraRows) -> None:
        grants = rows.labels("grant")
        columns = grants["column"][grants["area"] == CAPPED]
        rows.equal("one year", columns[:1], [1.0], 29.5)
        rows.at_least("both years", columns, np.ones(len(columns)), 59.0)

    grants = sp.settle(scenario, extra=fix).grants.query("area == @CAPPED")["grant"].to_numpy()
    assert grants[0] == pytest.approx(29.5, abs=1e-9)
    assert grants.sum() >= 59 - 1e-9


def test_one_that_cannot_hold_is_named_in_the_conflict(scenario: sp.Scenario) -> None:
    def impossible(rows: sp.ExtraRows) -> None:
        rows.at_least("more than everything", rows.labels("grant")["column"], 1.0, 1e6)

    with pytest.raises(sp.NoSettlementError, match="more than everything"):
        sp.settle(scenario, extra=impossible)


@pytest.mark.parametrize(
    ("name", "columns", "values", "limit", "said"),
    [
        ("", [0], 1.0, 1.0, "a name of its own"),
        ("far", [10**6], 1.0, 1.0, "no such column"),
        ("odd", [0], float("nan"), 1.0, "not finite"),
        ("odd", [0], 1.0, float("nan"), "not finite"),
    ],
)
def test_mistakes_are_said_in_a_line(
    scenario: sp.Scenario, name: str, columns: list[int], values: float, limit: float, said: str
) -> None:
    def wrong(rows: sp.ExtraRows) -> None:
        rows.at_most(name, columns, values, limit)

    with pytest.raises(sp.BadExtraRowsError, match=said):
        sp.settle(scenario, extra=wrong)


def test_a_family_that_is_not_there_is_empty(scenario: sp.Scenario) -> None:
    seen: list[int] = []
    sp.settle(scenario, extra=lambda rows: seen.append(len(rows.labels("virement")["column"])))
    assert seen == [0]


SETTLES_AGAIN: dict[str, Callable[[sp.Settlement], object]] = {
    "stability": sp.measure_stability,
    "what is lost without the area": lambda settled: sp.explain_area(settled, "Burnley", without=True),
    "an alternative": lambda settled: sp.find_alternatives(settled, by="area"),
}


@pytest.mark.parametrize("purpose", SETTLES_AGAIN)
def test_what_settles_again_is_refused_where_a_program_added_rows(scenario: sp.Scenario, purpose: str) -> None:
    """They would be lost, and the difference would say what they do."""
    assert SETTLES_AGAIN[purpose](sp.settle(scenario)) is not None
    with pytest.raises(sp.BadOptionError, match=rf"{purpose} cannot be worked out: it settles again"):
        SETTLES_AGAIN[purpose](sp.settle(scenario, extra=cap))
