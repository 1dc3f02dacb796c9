"""Grants and money moved in whole pounds, against trying every way of rounding the moves up and down."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import singlepot as sp
from singlepot.models.formulation.formulation import Formulation, formulate
from singlepot.models.formulation.rules import Limit, Rules
from singlepot.models.scenario.arrays import Arrays
from singlepot.models.settlement.decisions import Decisions, decisions_of
from singlepot.models.settlement.pounds import Pounds, in_pounds

from ...strategies import HypothesisPicker, Picker, SeededPicker, choice

YEARS, ENVELOPES = ["2026-27", "2027-28"], ["capital", "resource", "transfer"]
CELLS = (3, 2)
"""Envelopes and years."""


@cache
def formulation() -> Formulation:
    """Three areas, three envelopes and two years, in pounds; the tests put their own numbers in."""
    cells = pd.DataFrame([(year, envelope) for envelope in ENVELOPES for year in YEARS], columns=["year", "envelope"])
    return formulate(
        sp.Scenario.from_tables(
            areas=pd.DataFrame({"code": ["A", "B", "C"], "name": ["Aston", "Barton", "Carton"]}),
            pot=cells.assign(amount=10.0),
            bids=pd.concat([cells.assign(area=area, amount=10.0) for area in "ABC"]),
            years=YEARS,
            money="GBP",
        )
    )


def rounded(
    pot: np.ndarray, grants: np.ndarray, carried: np.ndarray, vired: np.ndarray, most_vired: np.ndarray | float = 100.0
) -> Pounds:
    """Round grants A×E×T and the moves E×T and E×E×T, all in pounds, with pots and limits of virement E×T."""
    data: Arrays = replace(formulation().data, pot=pot)
    most = Limit(np.full(CELLS, 100.0))
    vire = Limit(np.broadcast_to(np.asarray(most_vired), CELLS))
    rules: Rules = formulation().rules.with_limits(carry_over=most, virement=vire)
    decisions: Decisions = decisions_of(data, np.zeros(data.options.size), carried, vired)
    return in_pounds(data, rules, replace(decisions, grants=grants), "GBP")


def left(pot: np.ndarray, carried: np.ndarray, vired: np.ndarray) -> np.ndarray:
    """What each pot may spend once money has moved."""
    arrived = np.concatenate([np.zeros((3, 1)), carried[:, :-1]], axis=1)
    return pot - carried + arrived - vired.sum(axis=1) + vired.sum(axis=0)


Moves = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def moves(pick: Picker) -> Moves:
    """Pots, grants of which one a pot is no whole number, money carried and money vired."""
    near_halves = (0.0, 0.4, 0.45, 0.5, 0.55, 0.6, 1.4, 1.45, 1.5)
    carried, vired = np.zeros(CELLS), np.zeros((3, *CELLS))
    carried[:2, 0] = [choice(pick, near_halves) for _ in range(2)]
    for source, into, year in ((0, 1, 0), (0, 2, 0), (1, 2, 0), (0, 1, 1), (1, 2, 1)):
        vired[source, into, year] = choice(pick, near_halves)
    pot = np.asarray([[pick.integer(8, 14) for _ in YEARS] for _ in ENVELOPES], dtype=float)
    unspent = np.asarray([[choice(pick, [0.0, 0.0, 0.2]) for _ in YEARS] for _ in ENVELOPES])
    grants = np.ones((3, *CELLS))
    grants[0] = left(pot, carried, vired) - unspent - 2.0
    return pot, grants, carried, vired


def least_rounding(drawn: Moves, most_vired: np.ndarray) -> float:
    """The least distance of whole moves from the exact ones, of all that leave every pot what it must pay."""
    pot, grants, carried, vired = drawn
    least = np.floor(grants + 1e-6).sum(axis=0)
    exact = np.concatenate([carried.ravel(), vired.ravel()])
    best = np.inf
    for whole in product(*({np.floor(move), np.ceil(move)} for move in exact)):
        carry, vire = np.reshape(whole[:6], CELLS), np.reshape(whole[6:], (3, *CELLS))
        if (left(pot, carry, vire) >= least).all() and (vire.sum(axis=1) <= most_vired).all():
            best = min(best, float(np.abs(np.asarray(whole) - exact).sum()))
    return best


def check_rounding(drawn: Moves) -> bool:
    """Check one draw; return whether every move to its nearest pound would not have fitted."""
    pot, grants, carried, vired = drawn
    most = np.ceil(vired.sum(axis=1) - 1e-9)
    result = rounded(*drawn, most_vired=most)
    assert (result.limit == left(pot, result.carried, result.vired)).all()
    assert (result.grants.sum(axis=0) <= result.limit).all()
    assert (np.abs(result.grants - grants) <= 1 + 1e-6).all()
    assert (result.vired.sum(axis=1) <= most).all()
    distance = np.abs(result.carried - carried).sum() + np.abs(result.vired - vired).sum()
    assert distance == pytest.approx(least_rounding(drawn, most), abs=1e-9)
    nearest = sum(np.abs(exact - np.rint(exact)).sum() for exact in (carried, vired))
    return bool(distance > nearest + 1e-9)


@st.composite
def drawn_moves(draw: st.DrawFn) -> Moves:
    return moves(HypothesisPicker(draw))


@given(drawn_moves())
def test_moves_are_rounded_as_little_as_the_pots_allow(drawn: Moves) -> None:
    check_rounding(drawn)


def test_in_many_draws_the_nearest_pounds_do_not_fit() -> None:
    """In at least 15 of 300, so that a way of rounding has to be searched for."""
    assert sum(check_rounding(moves(SeededPicker(seed))) for seed in range(300)) >= 15


def test_two_halves_that_leave_one_pot_are_not_both_rounded_up() -> None:
    """A pot of 10 pays 9, carries 0.5 and gives 0.5 to the other envelope: at most one of them becomes a pound."""
    pot, carried, vired = np.full(CELLS, 10.0), np.zeros(CELLS), np.zeros((3, *CELLS))
    carried[0, 0], vired[0, 1, 0] = 0.5, 0.5
    grants = np.zeros((3, *CELLS))
    grants[0, 0, 0] = 9.0
    result = rounded(pot, grants, carried, vired)
    assert result.carried.sum() + result.vired.sum() <= 1
    assert result.grants[0, 0, 0] == 9


def test_two_halves_are_not_both_rounded_up_over_the_limit_of_virement() -> None:
    """An envelope may give £1 and gives 0.5 each to two others."""
    vired = np.zeros((3, *CELLS))
    vired[0, 1:, 0] = 0.5
    result = rounded(np.full(CELLS, 10.0), np.zeros((3, *CELLS)), np.zeros(CELLS), vired, most_vired=1.0)
    assert result.vired.sum() <= 1


def test_a_pot_that_cannot_pay_what_is_granted_is_an_error() -> None:
    """Grants of £12 from a pot of £10, of which a part is carried as well."""
    grants, carried = np.zeros((3, *CELLS)), np.zeros(CELLS)
    grants[0, 0, 0], carried[0, 0] = 12.0, 0.4
    with pytest.raises(sp.VerificationFailedError, match="whole pounds"):
        rounded(np.full(CELLS, 10.0), grants, carried, np.zeros((3, *CELLS)))
