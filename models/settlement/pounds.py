"""Largest-remainder rounding of grants to whole pounds, and of money moved as an integral network flow."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from singlepot.solver import whole_units

from ..formulation.rules import Rules
from ..money import POUNDS_PER
from ..scenario.array_types import Booleans, Floats, Integers
from ..scenario.arrays import Arrays
from .decisions import Decisions

PENNY = 1e-6
"""Tolerance, in pounds, within which an amount counts as whole."""


@dataclass(frozen=True, eq=False)
class Pounds:
    """Amounts in whole pounds: grants A×E×T, carried E×T, vired E×E×T, and the limit of each pot E×T.

    ``exact`` A×E×T are the grants before they were rounded, pounds.
    """

    grants: Integers
    carried: Integers
    vired: Integers
    limit: Integers
    exact: Floats


def in_pounds(data: Arrays, rules: Rules, decisions: Decisions, money: str) -> Pounds:
    r"""Round grants g and the money moved to whole pounds; there is always an answer.

    .. math:: \sum_a n_{aet} \le \lfloor B_{et} \rfloor - \text{out}_{et} + \text{in}_{et}, \qquad
        \text{out} \le \lfloor \text{caps} \rfloor

    n: grants in whole pounds; out and in: pounds carried and vired. Every grant is less than £1 below g where whole
    moves allow that, else the largest difference is the least possible. Among such moves those in total nearest to
    the exact ones are taken; then the grants of each year and envelope are rounded, in order of area code.
    """
    unit = POUNDS_PER[money]
    exact = decisions.grants * unit
    moves = _Moves.of(data, rules, decisions, unit)
    limit = moves.limit(*moves.nearest)
    carried, vired = moves.nearest
    if not (moves.keep_caps(carried, vired) and (limit >= _least(exact, 0.0)).all()):
        carried, vired = _least_different(moves, exact)
        limit = moves.limit(carried, vired)
    grants = np.zeros(exact.shape, dtype=np.int64)
    for envelope, year in np.ndindex(*limit.shape):
        grants[:, envelope, year] = whole_units(exact[:, envelope, year], int(limit[envelope, year]))
    return Pounds(grants, carried, vired, limit, exact)


@dataclass(frozen=True, eq=False)
class _Moves:
    """Arcs of the flow between pots: the exact amounts, pounds, and what bounds them in whole pounds.

    ``pot`` E×T; ``carry`` E×T and ``vire`` E×E×T the exact moves; ``carry_cap`` and ``vire_cap`` E×T what may leave;
    ``arcs`` E×E×T marks where money may be vired.
    """

    pot: Integers
    carry: Floats
    vire: Floats
    carry_cap: Integers
    vire_cap: Integers
    arcs: Booleans

    @staticmethod
    def of(data: Arrays, rules: Rules, decisions: Decisions, unit: int) -> _Moves:
        leaves = data.has_pot & (data.pot > 0)
        carry_cap = np.where(leaves, _floor(np.nan_to_num(rules["carry_over"].value) * unit), 0)
        carry_cap[:, :-1] *= data.has_pot[:, 1:]
        carry_cap[:, -1] = 0
        vire_cap = np.where(leaves, _floor(np.nan_to_num(rules["virement"].value) * unit), 0)
        open_ = data.has_pot[None] & ~data.ring_fenced[None, :, None]
        arcs = (vire_cap > 0)[:, None] & open_ & ~np.eye(len(data.envelopes), dtype=bool)[:, :, None]
        return _Moves(
            _floor(data.pot * unit), decisions.carry_over * unit, decisions.virement * unit, carry_cap, vire_cap, arcs
        )

    @property
    def nearest(self) -> tuple[Integers, Integers]:
        """The nearest pound of every move."""
        carried, vired = (np.floor(amount + 0.5).astype(np.int64) for amount in (self.carry, self.vire))
        return carried, vired

    def keep_caps(self, carried: Integers, vired: Integers) -> bool:
        """Whether no more leaves than may."""
        return bool((carried <= self.carry_cap).all() and (vired.sum(axis=1) <= self.vire_cap).all())

    def limit(self, carried: Integers, vired: Integers) -> Integers:
        """What each pot can pay after the moves, E×T."""
        into = np.zeros_like(self.pot)
        into[:, 1:] = carried[:, :-1]
        return np.asarray(self.pot - carried + into - vired.sum(axis=1) + vired.sum(axis=0), dtype=np.int64)


def _floor(amount: Floats) -> Integers:
    return np.asarray(np.floor(amount * (1 + 1e-15) + PENNY), dtype=np.int64)


def _least(exact: Floats, off: float) -> Integers:
    """Least that each pot must pay, E×T, where no grant is more than ``off`` pounds below; 0 for less than £1."""
    least = np.floor(exact + PENNY) if off == 0 else np.ceil(exact - off - PENNY)
    return np.asarray(np.maximum(least, 0.0).sum(axis=0), dtype=np.int64)


def _least_different(moves: _Moves, exact: Floats) -> tuple[Integers, Integers]:
    """Move what leaves the least largest difference of a grant above £1, and in total as near as may be."""
    flow = _Flow(moves, _least(exact, 0.0))
    whole = range(int(exact.max(initial=0.0)) + 2)
    off = float(bisect_left(whole, True, key=lambda pounds: flow.moves(_least(exact, pounds)) is not None))
    if off > 0:
        between = np.unique(np.append(exact % 1, 1.0))
        off -= 1
        off += between[bisect_left(between, True, key=lambda part: flow.moves(_least(exact, off + part)) is not None)]
    moved = flow.moves(_least(exact, off))
    assert moved is not None  # without any move every pot can pay nothing
    return moved


class _Flow:
    """Minimum-cost flow of whole pounds: its matrix is totally unimodular, so that every vertex is integral.

    Each arc starts at its exact amount rounded down; pounds that are added or taken off cost the distance that they
    add. By the distance between solutions of neighbouring right sides (Cook, Gerards, Schrijver and Tardos, 1986) no
    arc has to move further than the number of arcs times the largest violation of a row at the start.
    """

    def __init__(self, moves: _Moves, least: Integers) -> None:
        self._moves = moves
        self._carry = np.nonzero(moves.carry_cap > 0)
        self._vire = np.nonzero(moves.arcs)
        self._start = (
            np.minimum(_floor(moves.carry), moves.carry_cap),
            np.where(moves.arcs, np.minimum(_floor(moves.vire), moves.vire_cap[:, None]), 0),
        )
        start = np.concatenate([self._start[0][self._carry], self._start[1][self._vire]])
        cap = np.concatenate([moves.carry_cap[self._carry], moves.vire_cap[self._vire[0], self._vire[2]]])
        exact = np.concatenate([moves.carry[self._carry], moves.vire[self._vire]])
        self._limit = moves.limit(*self._start)
        self._left = moves.vire_cap - self._start[1].sum(axis=1)
        furthest = (len(start) + 1) * (1 + max(0, int((least - self._limit).max()), int(-self._left.min())))
        up, down = np.minimum(cap - start, furthest), np.minimum(start, furthest)
        part = np.clip(exact - start, 0.0, 1.0)
        self._cost = np.concatenate([1 - 2 * part, np.ones(len(start)), np.ones(len(start))])
        self._upper = np.concatenate([np.minimum(up, 1), np.maximum(up - 1, 0), down])
        self._rows = self._incidence()
        self._most = int(self._upper.sum())

    def _incidence(self) -> sparse.csc_array:
        """Rows of what leaves each pot, net, then of what is vired out of it; columns of the arcs, by their parts."""
        envelopes, years = self._moves.pot.shape
        (carry_e, carry_t), (source, into, year) = self._carry, self._vire
        pot = np.arange(envelopes * years).reshape(envelopes, years)
        out = np.concatenate([pot[carry_e, carry_t], pot[source, year]])
        to = np.concatenate([pot[carry_e, carry_t + 1], pot[into, year]])
        arc, ones = np.arange(len(out)), np.ones(len(out))
        vired = np.arange(len(carry_e), len(out))
        rows = np.concatenate([out, to, pot.size + pot[source, year]])
        values = np.concatenate([ones, -ones, ones[vired]])
        shape = (2 * pot.size, len(out))
        matrix = sparse.coo_array((values, (rows, np.concatenate([arc, arc, vired]))), shape=shape)
        return sparse.csc_array(sparse.hstack([matrix, matrix, -matrix]))

    def moves(self, least: Integers) -> tuple[Integers, Integers] | None:
        """Whole moves nearest to the exact ones in total that leave each pot enough to pay; None where none do."""
        spare = np.concatenate([(self._limit - least).ravel(), self._left.ravel()])
        carried, vired = self._start
        if not len(self._cost):
            return (carried, vired) if (spare >= 0).all() else None
        from scipy.optimize import Bounds, LinearConstraint, milp  # large, and seldom needed

        rows = LinearConstraint(self._rows, ub=np.minimum(spare, self._most))
        solution = milp(self._cost, bounds=Bounds(0, self._upper), constraints=rows)
        if solution.x is None:
            return None
        first, further, fewer = np.split(np.rint(solution.x).astype(np.int64), 3)
        change, carry_arcs = first + further - fewer, len(self._carry[0])
        carried, vired = carried.copy(), vired.copy()
        carried[self._carry] += change[:carry_arcs]
        vired[self._vire] += change[carry_arcs:]
        return carried, vired
