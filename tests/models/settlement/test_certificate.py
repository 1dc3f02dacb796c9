"""A settlement that was tampered with does not pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import singlepot as sp
from singlepot.models.formulation.formulation import Formulation, formulate
from singlepot.models.settlement.certificate import certify, insist
from singlepot.models.settlement.decisions import Decisions, decisions_from_columns, decisions_of
from singlepot.models.settlement.pounds import Pounds, in_pounds
from singlepot.solver import Control, StageResult, minimise_in_turn, share

from ...strategies import scenario, seeded

Parts = tuple[Formulation, Decisions, list[StageResult], float, Pounds]


def solve(formulation: Formulation) -> Parts:
    control = Control()
    staged = minimise_in_turn(formulation.programme, formulation.stages, control)
    shared = share(staged, formulation.curvature, control)
    decisions = decisions_from_columns(formulation.model, shared.x)
    money = formulation.scenario.settings.money
    pounds = in_pounds(formulation.data, formulation.rules, decisions, money)
    return formulation, decisions, list(staged.results), shared.residual, pounds


@pytest.fixture(scope="module")
def parts() -> Parts:
    return solve(formulate(sp.read_scenario("england")))


def moved(values: np.ndarray, cell: tuple[int, ...], amount: float) -> np.ndarray:
    changed = values.copy()
    changed[cell] += amount
    return changed


def first_taken(parts: Parts) -> int:
    return int(np.flatnonzero((parts[1].take_up > 0.2) & (parts[1].take_up < 0.8))[0])


def with_take_up(parts: Parts, amount: float) -> Decisions:
    """A decisions with one take-up changed and everything worked out afresh."""
    decisions = parts[1]
    take_up = moved(decisions.take_up, (first_taken(parts),), amount)
    return decisions_of(parts[0].data, take_up, decisions.carry_over, decisions.virement)


def stage(parts: Parts, position: int, **changes: Any) -> list[StageResult]:
    results = list(parts[2])
    results[position] = replace(results[position], **changes)
    return results


CORRUPTIONS: dict[str, Callable[[Parts], Parts]] = {
    "a grant is a pound larger": lambda p: (
        p[0], replace(p[1], grants=moved(p[1].grants, (0, 0, 0), 1e-6)), *p[2:]),
    "a target is changed": lambda p: (p[0], replace(p[1], targets=p[1].targets * (1 + 1e-7)), *p[2:]),
    "a take-up is changed": lambda p: (
        p[0], replace(p[1], take_up=moved(p[1].take_up, (first_taken(p),), 1e-4)), *p[2:]),
    "an option is used more, consistently": lambda p: (p[0], with_take_up(p, 1e-4), *p[2:]),
    "an option is used less, consistently": lambda p: (p[0], with_take_up(p, -1e-4), *p[2:]),
    "money is carried that the rule forbids": lambda p: (
        p[0], replace(p[1], carry_over=p[1].carry_over + 500.0), *p[2:]),
    "a stage claims a better optimum": lambda p: (p[0], p[1], stage(p, 2, value=p[2][2].value * 0.999), *p[3:]),
    "a stage's duals prove less": lambda p: (p[0], p[1], stage(p, 0, bound=p[2][0].bound - 1e-6), *p[3:]),
    "the sharing step is not at its minimum": lambda p: (*p[:3], 1e-6, p[4]),
    "a pot pays a pound too much": lambda p: (
        *p[:4], replace(p[4], grants=moved(p[4].grants, (0, 0, 0), 1))),
    "the sharing is another point of the stages' optimum": lambda p: (*p[:3], float("nan"), p[4]),
}  # fmt: skip


def test_the_settlement_itself_passes(parts: Parts) -> None:
    certificate = certify(*parts)
    assert certificate.passed
    insist(certificate)
    assert max(certificate.violation, certificate.arithmetic, certificate.sharing) <= 1e-12


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_a_corruption_fails(parts: Parts, name: str) -> None:
    certificate = certify(*CORRUPTIONS[name](parts))
    assert not certificate.passed
    with pytest.raises(sp.VerificationFailedError):
        insist(certificate)


@pytest.mark.parametrize("seed", range(8))
def test_a_grant_moved_between_two_areas_is_found(seed: int) -> None:
    """Sums stay right and every pot fits: only the arithmetic of take-ups can tell."""
    made = solve(formulate(scenario(seeded(seed))))
    decisions = made[1]
    grants = moved(moved(decisions.grants, (0, 0, 0), 1e-3), (1, 0, 0), -1e-3)
    assert not certify(made[0], replace(decisions, grants=grants), *made[2:]).passed


INTERIOR, WARM, NOTHING = "interior point with crossover", "primal simplex from the last basis", "nothing to minimise"
SIMPLEX = "dual simplex from scratch"
TIGHTER = ", again more tightly"


def test_every_stage_is_proved_by_the_method_that_is_tried_first() -> None:
    """A second method would hide that the first no longer proves anything; at least one stage needs clearer duals."""
    methods = {
        "england": [INTERIOR, WARM, WARM, WARM, WARM],
        "england-tight": [INTERIOR, WARM, WARM, WARM, WARM],
        "levelling-up-fund": [NOTHING, NOTHING, NOTHING, SIMPLEX, WARM],
        "bucks-and-burnley": [SIMPLEX, SIMPLEX, SIMPLEX, WARM, WARM],
    }
    results = {name: solve(formulate(sp.read_scenario(name)))[2] for name in methods}
    first = {name: [result.method.removesuffix(TIGHTER) for result in of] for name, of in results.items()}
    assert first == methods
    assert not any(result.note for of in results.values() for result in of)
    assert any(result.method.endswith(TIGHTER) for of in results.values() for result in of)
