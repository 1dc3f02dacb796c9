"""Weights of the stage that ranks options: at which rates it counts money of other pots, and what it passes over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..diagnostics.problems import list_words
from ..scenario.array_types import Booleans, Floats, Integers
from ..scenario.arrays import Arrays
from ..tables.plain_words import plain
from ..tables.stage_words import stage_words
from .amounts import spoken_price
from .effects import Effects
from .merit_order import Ranking
from .solved_stages import SolvedStages

ALIKE = 1e-6
"""Relative difference of two amounts of money within which they count as equal."""

NAMED = 3
"""Objectives that decide first and are named; more are counted."""


def shares_short(solved: SolvedStages) -> Floats:
    """Return the shortfall of every national row at the settlement, as a share of its base."""
    data = solved.formulation.data
    cells, rows = data.options.outcome, data.national
    total: Floats = data.proposed.sum(axis=0)
    np.add.at(total, (cells.across, cells.year), cells.value * solved.take_up[cells.option])
    until = np.concatenate([np.zeros((len(total), 1)), total.cumsum(axis=1)], axis=1)
    agreed = until[rows.objective, rows.last + 1] - until[rows.objective, rows.first]
    return np.asarray(np.maximum(rows.target - agreed, 0.0) / rows.base, dtype=np.float64)


class StageWeights:
    """Weights of one ranking's stage, in words.

    Parameters
    ----------
    ranking
        The merit order of one need.
    solved
        The solved stages.
    short
        From :func:`shares_short`.
    """

    def __init__(self, ranking: Ranking, solved: SolvedStages, short: Floats) -> None:
        self._ranking, self._stage, self._short = ranking, ranking.parts.stage, short
        self._data = data = solved.formulation.data
        self._stages = [stage.name for stage in solved.formulation.stages]
        grant = data.options.grant
        positive, negative = (
            np.bincount(grant.option, np.maximum(sign * grant.value, 0.0), data.options.size) for sign in (1, -1)
        )
        self._cash: Floats = np.asarray(positive - negative, dtype=np.float64)
        self._mixed: Booleans = (positive > 0) & (negative > 0)
        self._paid: Floats = ranking.parts.money / ranking.worth
        duals = self._stage.row[solved.programme.rows("national")]
        self._deciding: Integers = np.flatnonzero(duals > 0)

    def rate(self, j: int) -> str:
        """Say at which rate the money of an option counts; nothing where it is the money that measures."""
        assert self._ranking.measure is not None
        pot, cash, paid = plain(self._ranking.measure.name), float(self._cash[j]), float(self._paid[j])
        if abs(paid - cash) <= ALIKE * max(abs(paid), abs(cash)) and not self._mixed[j]:
            return ""
        if self._mixed[j]:
            return f"its money counted at the prices of the pots in money of {pot}"
        return f"its money counted at {spoken_price(paid / cash)} of {pot} for £1"

    def conditions(self, j: int, names: Sequence[str]) -> Iterator[str]:
        """Say what a cost per unit of an objective contains besides the option's own cash."""
        parts = self._ranking.parts
        if rate := self.rate(j):
            yield rate
        need = self._data.objectives.index(self._ranking.need)
        others = [names[k] for k in np.flatnonzero(parts.outcome[j]).tolist() if k != need]
        if others:
            yield f"net of what it does for {list_words(others)}"
        if parts.own[j] != 0:
            yield f"with its part in {stage_words(self._stage.name)}"

    def each(self, per: str) -> str:
        """Name the unit of an objective that is priced: in which national rows."""
        return f"{'one' if ' each of ' in self._ranking.counted_in else 'each'} {per}{self._ranking.counted_in}"

    def _label(self, row: int) -> str:
        """Years of a national row."""
        rows, years = self._data.national, self._data.years
        first, last = years[int(rows.first[row])], years[int(rows.last[row])]
        return first if first == last else f"{first} to {last}"

    def passed_over(self, j: int, effects: Effects) -> str:
        """Say why outcomes that a cut gives up weigh nothing in the stage: met, not counted, or decided later."""
        lost: dict[int, set[int]] = {}
        for objective, year, value in effects.outcomes(j):
            if value < 0 and self._ranking.parts.outcome[j, objective] == 0:
                lost.setdefault(objective, set()).add(year)
        met: list[int] = []
        uncounted: list[int] = []
        later: list[int] = []
        for objective, years in lost.items():
            rows = _rows_over(self._data, objective, years)
            if not len(rows):
                uncounted.append(objective)
            else:
                (met if (self._short[rows] <= ALIKE).all() else later).append(objective)
        named = {id(kind): list_words([effects.objective[k] for k in kind]) for kind in (met, uncounted) if kind}
        text = f"; no national target counts that of {named[id(uncounted)]}" if uncounted else ""
        text += f"; the national target for {named[id(met)]} is met all the same" if met else ""
        return text + (f"; {self._first(later, effects.objective)}" if later else "")

    def _first(self, later: Sequence[int], names: Sequence[str]) -> str:
        """Say what is decided before objectives that are short."""
        data, deciding = self._data, self._deciding
        if not len(deciding):
            before = self._stages[: self._stages.index(self._stage.name)]
            settled = any(
                name == f"shortfall.largest[{p}]" or name == f"shortfall.total[{p}]"
                for name in before
                for p in data.priority[list(later)]
            )
            if settled:
                return f"the shortfall of {list_words([names[k] for k in later])} is settled before"
            return f"{stage_words(self._stage.name)} is decided first"
        objectives = np.unique(data.national.objective[deciding]).tolist()
        rows = np.flatnonzero(np.isin(data.national.objective, later))
        if set(objectives) & set(later):
            what = [f"{names[int(data.national.objective[r])]} {self._label(r)}" for r in deciding.tolist()]
        else:
            what = [names[k] for k in objectives]
        several = len(what) > 1
        who = list_words(what) if len(what) <= NAMED else f"{len(what)} national targets"
        which = ""
        if data.priority[objectives].max() < data.priority[list(later)].min():
            which = f", which {'have' if several else 'has'} priority,"
        elif self._short[deciding].min() > self._short[rows].max() + ALIKE:
            which = f", which {'are' if several else 'is'} further short,"
        return f"{who}{which} {'are' if several else 'is'} decided first"


def _rows_over(data: Arrays, objective: int, years: set[int]) -> Integers:
    """National rows of an objective that count some of these years."""
    rows = data.national
    over = (rows.first[:, None] <= np.asarray(sorted(years))) & (rows.last[:, None] >= np.asarray(sorted(years)))
    return np.flatnonzero((rows.objective == objective) & over.any(axis=1))
