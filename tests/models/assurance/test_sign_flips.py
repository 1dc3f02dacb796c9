"""A sign flipped in any term is seen by the double build, and not by the backends, which share the programme."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import singlepot as sp
from singlepot.models.assurance.double_build import Rebuilt, rebuild
from singlepot.models.formulation import formulation
from singlepot.models.formulation.model import Model, Term
from singlepot.models.formulation.terms import ALWAYS, FOR_STAGE

from ...agreement import compare_grants, judge
from ...levelling_strategies import seeded_levelled
from ...strategies import Draft, scenario, seeded, seeded_two_tiers

TERMS = {term.__name__: term for term in [*ALWAYS, *(t for terms in FOR_STAGE.values() for t in terms)]}

LEVELLING = (
    "convergence", "together", "convergence_floor", "gini_ceiling", "inclusion_floor", "no_worse_than_today",
)  # fmt: skip
"""Terms that only scenarios with aims of convergence or inclusion have."""

TRIES = 150
"""Drawn scenarios among which one must show the flip."""

Rebuild = Callable[[int], Rebuilt]


def flipped(term: Term) -> Term:
    """The term with the sign of its last entries turned; where it adds none, the bounds of its columns."""

    def turned(model: Model) -> None:
        build = model.build
        entries = _count(term, model)
        seen = 0
        add, columns = build.add, build.columns

        def wrong_add(rows: Any, at: Any, values: Any) -> None:
            nonlocal seen
            seen += 1
            add(rows, at, -np.asarray(values) if seen == entries else values)

        def wrong_columns(name: str, keys: Any, **bounds: Any) -> Any:
            if not entries:
                bounds = {**bounds, "lower": -bounds["upper"], "upper": -bounds["lower"]}
                bounds = {key: value for key, value in bounds.items() if key in ("lower", "upper")}
                bounds |= {"implied_lower": bounds["lower"], "implied_upper": bounds["upper"]}
            return columns(name, keys, **bounds)

        build.add, build.columns = wrong_add, wrong_columns  # type: ignore[method-assign]
        try:
            term(model)
        finally:
            build.add, build.columns = add, columns  # type: ignore[method-assign]

    turned.__name__ = term.__name__
    return turned


def _count(term: Term, model: Model) -> int:
    """How often a term adds entries; it is run on a copy of nothing but its own calls."""
    from copy import deepcopy

    trial = deepcopy(model)
    count = 0
    add = trial.build.add

    def counting(rows: Any, at: Any, values: Any) -> None:
        nonlocal count
        if np.size(np.broadcast_to(values, np.broadcast(rows, at).shape)):
            count += 1
        add(rows, at, values)

    trial.build.add = counting  # type: ignore[method-assign]
    term(trial)
    return count


def outcome(made: sp.Scenario, backend: str) -> sp.Settlement | str:
    """The settlement, or how it failed."""
    try:
        return sp.settle(made, backend=backend)
    except sp.SinglepotError as error:
        return type(error).__name__


def seen_by_double_build(found: sp.Settlement | str, made: sp.Scenario) -> bool:
    """Whether the double build, which settles the scenario, does not agree with what was found."""
    rebuilt = rebuild(made)
    if isinstance(found, str):
        return True
    try:
        judge(found, rebuilt)
    except AssertionError:
        return True
    return False


@pytest.mark.parametrize("name", TERMS)
def test_a_flipped_sign_is_seen_by_the_double_build_alone(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In at least one of the drawn scenarios; and there the backends agree among themselves on the wrong answer."""
    for seed in range(TRIES):
        made = scenario(drawn_with(name, seed))
        with monkeypatch.context() as patch:
            before = formulation.formulate(made).programme.lp_text()
            swap(patch, name)
            if formulation.formulate(made).programme.lp_text() == before:
                continue
            wrong = outcome(made, "highs")
            patch.undo()
            right = outcome(made, "highs")
            swap(patch, name)
            if not isinstance(wrong, str) and compare_grants(right, wrong) < 1e-5:  # type: ignore[arg-type]
                continue
            others = [outcome(made, backend) for backend in ("pulp", "pyomo")]
        for other in others:
            assert isinstance(wrong, str) == isinstance(other, str)
            if not (isinstance(wrong, str) or isinstance(other, str)):
                assert compare_grants(wrong, other) <= 1e-6
        assert seen_by_double_build(wrong, made)
        return
    raise AssertionError(f"no drawn scenario shows a flipped sign in {name}")


def drawn_with(name: str, seed: int) -> Draft:
    """A drawn scenario that may have the rows of a term."""
    if name == "capacity" or name.startswith("recipient_"):
        return seeded_two_tiers(seed)
    return seeded_levelled(seed) if name in LEVELLING else seeded(seed)


def swap(patch: pytest.MonkeyPatch, name: str) -> None:
    """Put the flipped term in the place of the right one."""
    wrong = flipped(TERMS[name])
    always = tuple(wrong if term.__name__ == name else term for term in ALWAYS)
    for_stage = {
        stage: tuple(wrong if term.__name__ == name else term for term in terms) for stage, terms in FOR_STAGE.items()
    }
    patch.setattr(formulation, "ALWAYS", always)
    patch.setattr(formulation, "FOR_STAGE", for_stage)
