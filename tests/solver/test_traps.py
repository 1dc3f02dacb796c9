"""What goes wrong without the cures: each trap is walked into with the cure switched off, and avoided with it."""

from __future__ import annotations

from functools import cache

import pytest

import singlepot as sp
from singlepot.models.formulation.formulation import Formulation, formulate
from singlepot.solver import Control, SolverFailedError, Staged, Technique, minimise_in_turn, share
from singlepot.solver.sharing import sharing

STRICT = {"give": {"shortfall.largest": 0.0, "shortfall.total": 0.0}}


@cache
def england(multiple: float = 1.0) -> Formulation:
    """England without give, every objective counted in a unit so many times smaller."""
    scenario = sp.read_scenario("england").with_(stages=STRICT)
    if multiple != 1.0:
        tables = {
            name: scenario.tables[name].assign(target=scenario.tables[name]["target"] * multiple)
            for name in ("national", "targets")
        }
        profile = scenario.option_years
        keys = list(scenario.objectives["key"])
        tables["option_years"] = profile.assign(**{key: profile[key] * multiple for key in keys})
        scenario = scenario.with_(**tables)
    return formulate(scenario)


def solved(formulation: Formulation, technique: Technique) -> Staged:
    return minimise_in_turn(formulation.programme, formulation.stages, Control(), technique=technique)


@cache
def right() -> Staged:
    return solved(england(), Technique())


def values(staged: Staged) -> dict[str, float]:
    return {result.stage.name: result.value for result in staged.results}


def test_an_unscaled_objective_is_accepted_too_early() -> None:
    """Targets in millionths of their unit: coefficients fall under the solver's absolute tolerance."""
    true = values(right())["shortfall.total[1]"]
    small_units = england(1e6)
    scaled = values(solved(small_units, Technique()))["shortfall.total[1]"]
    assert scaled == pytest.approx(true, rel=1e-9)
    wrong = values(solved(small_units, Technique(scale=False)))["shortfall.total[1]"]
    assert abs(wrong - true) > 1e-4 * true


def test_a_row_that_holds_a_stage_loses_the_later_ones() -> None:
    """Held by a row at their optimum instead of by their face, the stages of England cannot all be proved."""
    uneven = formulate(sp.read_scenario("england-uneven").with_(stages=STRICT))
    assert max(result.gap for result in solved(uneven, Technique()).results) <= 1e-11
    with pytest.raises(SolverFailedError):
        solved(uneven, Technique(hold_by_face=False))


def test_a_hair_of_slack_buys_much_of_a_later_stage() -> None:
    """A billionth given in the first stage moves a later stage by far more than that: so nothing is given unasked."""
    exact = values(right())
    hair = formulate(england().scenario.with_(stages={"give": {"shortfall.largest": 1e-9}}))
    loose = values(solved(hair, Technique()))
    relative = abs(loose["concession.total"] - exact["concession.total"]) / exact["concession.total"]
    assert relative > 1e-6


@pytest.mark.long
def test_sharing_between_nominal_bounds_is_not_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounds as they stand in the tables exclude the stages' own point by rounding; displacements do not."""
    monkeypatch.setattr(sharing, "LEAST_CURVATURES", sharing.LEAST_CURVATURES[:1])
    assert share(right(), england().curvature, Control()).residual <= 1e-12
    with pytest.raises(SolverFailedError, match="sharing step"):
        share(right(), england().curvature, Control(), Technique(share_by_displacement=False))
