"""Largest-remainder rounding of grants to whole pounds, within every pot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog

from singlepot.solver import VerificationFailedError, whole_units

from ..formulation.rules import Rules
from ..money import POUNDS_PER
from ..scenario.array_types import Floats, Integers
from ..scenario.arrays import Arrays
from .decisions import Decisions

PENNY = 1e-6
"""Tolerance, in pounds, within which an amount counts as whole."""


@dataclass(frozen=True, eq=False)
class Pounds:
    """Amounts in whole pounds: grants A×E×T, carried E×T, vired E×E×T, and the limit of each pot E×T."""

    grants: Integers
    carried: Integers
    vired: Integers
    limit: Integers


def in_pounds(data: Arrays, rules: Rules, decisions: Decisions, money: str) -> Pounds:
    """Round a settlement to whole pounds.

    Money moved is rounded first, so that every pot can still pay at least the pounds already counted; then the
    grants of each year and envelope, in order of area code.
    """
    unit = POUNDS_PER[money]
    exact = decisions.grants * unit
    pot = np.floor(data.pot * unit * (1 + 1e-15) + PENNY).astype(np.int64)
    least = np.floor(exact + PENNY).astype(np.int64).sum(axis=0)
    carried, vired = _moves(data, rules, decisions, unit, pot, least)
    limit = _limit(pot, carried, vired)
    grants = np.zeros(exact.shape, dtype=np.int64)
    for envelope in range(exact.shape[1]):
        for year in range(exact.shape[2]):
            grants[:, envelope, year] = whole_units(exact[:, envelope, year], int(limit[envelope, year]))
    if (grants.sum(axis=0) > limit).any() or (np.abs(grants - exact) > 1 + PENNY).any():
        raise VerificationFailedError("grants in whole pounds do not fit the pots", "report this scenario as a defect")
    return Pounds(grants, carried, vired, limit)


def _limit(pot: Integers, carried: Integers, vired: Integers) -> Integers:
    into = np.zeros_like(pot)
    into[:, 1:] = carried[:, :-1]
    return np.asarray(pot - carried + into - vired.sum(axis=1) + vired.sum(axis=0), dtype=np.int64)


def _moves(
    data: Arrays, rules: Rules, decisions: Decisions, unit: int, pot: Integers, least: Integers
) -> tuple[Integers, Integers]:
    """Round the money moved to the nearest pound where every pot can still pay, else up or down as it can."""
    carried = np.floor(decisions.carry_over * unit + 0.5).astype(np.int64)
    vired = np.floor(decisions.virement * unit + 0.5).astype(np.int64)
    carry_cap = _whole_cap(rules["carry_over"].value, unit)
    vire_cap = _whole_cap(rules["virement"].value, unit)
    fits = (
        (_limit(pot, carried, vired) >= least).all()
        and (carried <= carry_cap).all()
        and (vired.sum(axis=1) <= vire_cap).all()
    )
    if fits:
        return carried, vired
    return _network(decisions.carry_over * unit, decisions.virement * unit, pot, least, vire_cap)


def _whole_cap(limit: Floats, unit: int) -> npt.NDArray[np.int64]:
    return np.floor(np.nan_to_num(limit) * unit * (1 + 1e-15) + PENNY).astype(np.int64)


def _network(
    carry: Floats, vire: Floats, pot: Integers, least: Integers, vire_cap: Integers
) -> tuple[Integers, Integers]:
    """Round each move down or up: a network flow with integer data, so that every vertex is integer."""
    carried, vired = np.floor(carry + PENNY).astype(np.int64), np.floor(vire + PENNY).astype(np.int64)
    envelopes, years = pot.shape
    moves = [("carry", e, e, t) for e, t in np.argwhere(carry > PENNY)]
    moves += [("vire", e, f, t) for e, f, t in np.argwhere(vire > PENNY)]
    spare = _limit(pot, carried, vired) - least
    rows = np.zeros((envelopes * years * 2, len(moves)))
    for column, (kind, source, into, year) in enumerate(moves):
        rows[source * years + year, column] += 1
        rows[into * years + year + (kind == "carry"), column] -= 1
        if kind == "vire":
            rows[envelopes * years + source * years + year, column] += 1
    limit = np.concatenate([spare.ravel(), (vire_cap - vired.sum(axis=1)).ravel()])
    fraction = np.asarray([(carry[m[1], m[3]] if m[0] == "carry" else vire[m[1], m[2], m[3]]) % 1 for m in moves])
    solution = linprog(1 - 2 * fraction, A_ub=rows, b_ub=limit, bounds=(0, 1), method="highs-ds")
    if solution.x is None:
        raise VerificationFailedError(
            "money moved cannot be rounded to whole pounds", "report this scenario as a defect"
        )
    for (kind, source, into, year), up in zip(moves, np.rint(solution.x).astype(np.int64), strict=True):
        if kind == "carry":
            carried[source, year] += up
        else:
            vired[source, into, year] += up
    return carried, vired
