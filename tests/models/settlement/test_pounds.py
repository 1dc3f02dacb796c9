"""Grants and money moved in whole pounds, against trying every way of moving whole pounds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import singlepot as sp
from singlepot.models.assurance.verification.pounds import whole_pounds
from singlepot.models.formulation.formulation import Formulation, formulate
from singlepot.models.formulation.rules import Limit, Rules
from singlepot.models.scenario.arrays import Arrays
from singlepot.models.settlement.decisions import Decisions, decisions_of
from singlepot.models.settlement.pounds import Pounds, in_pounds
from singlepot.solver import whole_units

from ...strategies import HypothesisPicker, Picker, SeededPicker, choice

YEARS, ENVELOPES = ["2026-27", "2027-28", "2028-29"], ["capital", "resource", "transfer"]
CELLS = (3, 3)
"""Envelopes and years."""


@cache
def formulation() -> Formulation:
    """Three areas, three envelopes and three years, in pounds; the tests put their own numbers in."""
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
    pot: np.ndarray,
    grants: np.ndarray,
    carried: np.ndarray,
    vired: np.ndarray,
    most_vired: np.ndarray | float = 100.0,
    most_carried: float = 100.0,
) -> Pounds:
    """Round grants A×E×T and the moves E×T and E×E×T, all in pounds, with pots and limits of what leaves them E×T."""
    data: Arrays = replace(formulation().data, pot=pot)
    rules: Rules = formulation().rules.with_limits(
        carry_over=Limit(np.full(CELLS, most_carried)),
        virement=Limit(np.broadcast_to(np.asarray(most_vired), CELLS)),
    )
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
    carried[:2, :2] = [[choice(pick, near_halves) for _ in range(2)] for _ in range(2)]
    for source, into, year in ((0, 1, 0), (0, 2, 0), (1, 2, 0), (0, 1, 1)):
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
        carry, vire = np.reshape(whole[:9], CELLS), np.reshape(whole[9:], (3, *CELLS))
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


def test_no_grant_falls_further_than_the_one_that_has_to_fall_furthest() -> None:
    """Two halves of a pound may not move to a pot that grants 11, so one grant there falls by one.

    Another pot grants 9.2, gives 0.6 twice and gets 0.4: the nearest pounds of all three would leave it only 8.
    """
    vired, most_vired = np.zeros((3, *CELLS)), np.full(CELLS, 100.0)
    vired[[0, 2], 1, 2], most_vired[:, 2] = 0.5, 0.5
    vired[0, 1:, 0], vired[1, 0, 0] = 0.6, 0.4
    grants = np.zeros((3, *CELLS))
    grants[:2, 1, 2], grants[0, 0, 0] = (6.0, 5.0), 9.2
    result = rounded(np.full(CELLS, 10.0), grants, np.zeros(CELLS), vired, most_vired, most_carried=0.0)
    assert result.grants[:2, 1, 2].sum() == 10
    assert result.grants[0, 0, 0] == 9


def test_two_halves_are_not_both_rounded_up_over_the_limit_of_virement() -> None:
    """An envelope may give £1 and gives 0.5 each to two others."""
    vired = np.zeros((3, *CELLS))
    vired[0, 1:, 0] = 0.5
    result = rounded(np.full(CELLS, 10.0), np.zeros((3, *CELLS)), np.zeros(CELLS), vired, most_vired=1.0)
    assert result.vired.sum() <= 1


def every_way(most: tuple[int, int]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Every way of whole moves in two envelopes and two years: what is carried E×T and vired E×E×T."""
    (carry_cap, vire_cap), carried, vired = most, np.zeros(CELLS), np.zeros((3, *CELLS))
    for carry in product(range(carry_cap + 1), repeat=2):
        for vire in product(range(vire_cap + 1), repeat=4):
            carried[:2, 0] = carry
            vired[0, 1, :2], vired[1, 0, :2] = vire[:2], vire[2:]
            yield carried, vired


def furthest_below(grants: np.ndarray, limit: np.ndarray) -> float:
    """The least largest amount by which whole grants are below the exact ones where each pot pays no more."""
    if (limit < 0).any():
        return np.inf
    off = {round(below % 1 + k, 9) for below in grants.ravel() for k in range(int(grants.max()) + 1)} | {0.0}
    return next(d for d in sorted(off) if (np.maximum(np.ceil(grants - d - 1e-6), 0).sum(axis=0) <= limit).all())


@given(st.data())
def test_grants_are_as_near_as_whole_moves_within_the_caps_allow(data: st.DataObject) -> None:
    """No other way of moving whole pounds leaves the furthest grant nearer, or the moves where none is far."""
    pick = HypothesisPicker(data.draw)
    cap = np.asarray([choice(pick, [0.9, 1.7, 2.3]), choice(pick, [0.9, 1.85, 2.0])])
    pot = np.zeros(CELLS)
    pot[:2, :2] = [[choice(pick, [0.0, 2.7, 3.0, 5.4]) for _ in range(2)] for _ in range(2)]
    carried, vired = np.zeros(CELLS), np.zeros((3, *CELLS))
    open_ = pot[:2, :2] >= cap.sum()
    carried[:2, 0] = [cap[0] * choice(pick, [0.0, 0.5, 1.0]) * open_[e, 0] for e in range(2)]
    for t in range(2):
        vired[0, 1, t], vired[1, 0, t] = (cap[1] * choice(pick, [0.0, 0.7, 1.0]) * open_[e, t] for e in range(2))
    pay = left(pot, carried, vired)
    grants = np.stack([pay * share for share in choice(pick, [(0.5, 0.3, 0.2), (1.0, 0.0, 0.0), (0.4, 0.4, 0.0)])])
    result = rounded(pot, grants, carried, vired, most_vired=cap[1], most_carried=cap[0])
    assert (result.grants.sum(axis=0) <= left(np.floor(pot), result.carried, result.vired)).all()
    assert (result.carried <= cap[0]).all()
    assert (result.vired.sum(axis=1) <= cap[1]).all()
    whole = (int(cap[0]), int(cap[1]))
    reached = furthest_below(grants, left(np.floor(pot), result.carried, result.vired))
    assert (grants - result.grants).max() <= max(reached, 1.0) + 1e-6
    distance = np.abs(result.carried - carried).sum() + np.abs(result.vired - vired).sum()
    leaves = pot > 0
    for other_carried, other_vired in every_way(whole):
        if (other_carried[~leaves] > 0).any() or (other_vired.sum(axis=1)[~leaves] > 0).any():
            continue
        other = furthest_below(grants, left(np.floor(pot), other_carried, other_vired))
        assert max(other, 1.0) >= max(reached, 1.0) - 1e-6
        if reached < 1 and other < 1:
            assert np.abs(other_carried - carried).sum() + np.abs(other_vired - vired).sum() >= distance - 1e-6


def test_no_pound_is_carried_beyond_what_may_be_carried() -> None:
    """£1.70 may be carried and is: £1 is, not £2, and the grant of the next year is £1.40 lower than exact."""
    pot, grants, carried = np.full(CELLS, 3.7), np.zeros((3, *CELLS)), np.zeros(CELLS)
    carried[0, 0] = 1.7
    grants[0, 0, 1] = 5.4
    result = rounded(pot, grants, carried, np.zeros((3, *CELLS)), most_vired=0.0, most_carried=1.7)
    assert result.carried[0, 0] == 1
    assert result.grants[0, 0, 1] == 4


def arrivals(carried_in: float, first: float, second: float) -> tuple[np.ndarray, np.ndarray]:
    """Moves into the first envelope in the second year: carried into it, and vired from each of the others."""
    carried, vired = np.zeros(CELLS), np.zeros((3, *CELLS))
    carried[0, 0], vired[1, 0, 1], vired[2, 0, 1] = carried_in, first, second
    return carried, vired


def paid_of(pot: float, arrived: float) -> tuple[np.ndarray, np.ndarray]:
    """Pots of £20, of which that of the first envelope and second year holds and grants something else."""
    pots, grants = np.full(CELLS, 20.0), np.zeros((3, *CELLS))
    pots[0, 1], grants[0, 0, 1] = pot, pot + arrived
    return pots, grants


def test_one_move_makes_up_for_all_that_caps_cut_off_the_others() -> None:
    """Three moves of £1.90 pay £5.70: two may be £1 at most, so the third is £3, which is all that it may be."""
    carried, vired = arrivals(1.9, 1.9, 1.9)
    cap = np.full(CELLS, 20.0)
    cap[1, 1], cap[2, 1] = 1.9, 3.0
    result = rounded(*paid_of(0.0, 5.7), carried, vired, most_vired=cap, most_carried=1.9)
    assert (result.carried[0, 0], result.vired[1, 0, 1], result.vired[2, 0, 1]) == (1, 1, 3)
    assert result.grants[0, 0, 1] == 5


def test_two_moves_are_rounded_up_before_one_is_raised_by_two_pounds() -> None:
    """£1.90 and £1.10, and two pounds are missing: £2 and £2 are £1 from the exact moves in total, £3 and £1 £1.20."""
    carried, vired = arrivals(1.9, 1.9, 1.1)
    result = rounded(*paid_of(8.9, 4.9), carried, vired, most_carried=1.9)
    assert (result.carried[0, 0], result.vired[1, 0, 1], result.vired[2, 0, 1]) == (1, 2, 2)
    assert result.grants[0, 0, 1] == 13


def test_the_pound_goes_where_the_furthest_grant_is_then_nearest() -> None:
    """One pound for two pots that had £0.50 and £0.60 of it: to the first, which would be £1.49 short, not £1.45."""
    pot, grants, vired = np.zeros(CELLS), np.zeros((3, *CELLS)), np.zeros((3, *CELLS))
    pot[:, 0] = 10.0, 3.99, 3.85
    vired[0, 1, 0], vired[0, 2, 0] = 0.5, 0.6
    grants[0, :, 0] = 5.0, 4.49, 4.45
    cap = np.zeros(CELLS)
    cap[0, 0] = 1.1
    result = rounded(pot, grants, np.zeros(CELLS), vired, most_vired=cap, most_carried=0.0)
    assert result.grants[0, :, 0].tolist() == [5, 4, 3]


def test_several_moves_under_whole_caps_settle_and_say_what_they_cannot_reach() -> None:
    """Two envelopes may each give £1.85 to a third: it gets £2 of £3.70, the least whole pounds allow."""
    scenario = sp.Scenario.from_tables(
        areas=pd.DataFrame({"code": ["A"], "name": ["Aston"]}),
        pot=pd.DataFrame({"year": YEARS[0], "envelope": list("abc"), "amount": [100.0, 37.0, 37.0]}),
        bids=pd.DataFrame({"area": ["A"], "year": YEARS[0], "envelope": "a", "amount": 200.0}),
        years=YEARS[:1],
        money="GBP",
        rules={"virement": 0.05},
    )
    settlement = sp.settle(scenario)
    assert settlement.grants["grant"].tolist() == pytest.approx([103.7])
    assert settlement.grants["pounds"].tolist() == [102]
    assert settlement.certificate.notes == (
        "whole pounds: one grant is more than £1 from exact, because pots, and what may leave them, are whole too; "
        "the furthest (A, a, 2026-27) is £102 instead of £103.70",
    )


def test_a_verifier_agrees_with_pounds_that_whole_moves_cannot_reach(tmp_path: Path) -> None:
    """Three envelopes of odd pounds and three areas, none of which can have its exact grant to £1."""
    scenario = sp.Scenario.from_tables(
        areas=pd.DataFrame({"code": list("ABC"), "name": list("ABC")}),
        pot=pd.DataFrame({"year": YEARS[0], "envelope": list("abc"), "amount": [0.9, 37.0, 37.0]}),
        bids=pd.DataFrame({"area": ["A"], "year": YEARS[0], "envelope": "a", "amount": 200.0}),
        years=YEARS[:1],
        money="GBP",
        rules={"virement": 0.05},
    )
    sp.settle(scenario).write(tmp_path / "out")
    assert sp.verify(tmp_path / "out").passed


@pytest.mark.parametrize("limit", range(13))
def test_both_roundings_agree_where_less_is_left_than_every_grant_rounded_down(limit: int) -> None:
    exact = [3.2, 0.4, 5.9, 2.5]
    by_arrays = whole_units(np.asarray(exact), limit)
    assert by_arrays.tolist() == whole_pounds([Fraction(str(value)) for value in exact], limit)
    assert by_arrays.sum() == min(limit, 12)
    assert max(exact - by_arrays) == pytest.approx(
        furthest_below(np.asarray(exact)[:, None], np.asarray([limit])), abs=1
    )
