"""Active limits with a zero dual that stop an option all the same.

Where several limits are active at one vertex, which is degeneracy, the duals name only some of them: the others would
stop the option too.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy import sparse

from singlepot.solver import Marginals

from ..formulation.model import ABSENT
from ..scenario.array_types import Booleans, Floats, Integers, Texts
from .band_kinks import band_kinks
from .prices import RULE_ROWS, cell_kinds
from .solved_stages import SolvedStages
from .take_up_limits import CEILING, take_up_limits

BAND = "the next band"
HELD = "settled before"
"""Limits that no rule sets: the kinks of a stage's piecewise-linear cost, and the optima of earlier stages."""

SETTLED_BY = {
    "concession": {"concession.largest", "concession.total"},
    "cut": {"burden"},
    "national": {"shortfall.largest", "shortfall.total"},
    "convergence": {"convergence.total"},
}
"""Families of rows whose activity earlier stages have fixed, and those stages."""

NEAR = 1e-9
"""Largest distance from its bound, relative to the row's terms, at which a row is active."""


class AtLimit:
    """Active limits with a zero dual that more of an option would violate, stage by stage.

    Parameters
    ----------
    moves
        What each option does to grants and targets, (cells, options).
    cells
        Columns of grants and targets.
    effects
        What each option does to the rows of each family, grants and targets written out; (rows, options).
    """

    def __init__(
        self, solved: SolvedStages, moves: sparse.csr_array, cells: Integers, effects: Mapping[str, sparse.csr_array]
    ) -> None:
        self._solved, self._cells = solved, cells
        model = solved.formulation.model
        self._moves, self._effects = moves, effects
        self._matrix = solved.by_row
        settled = solved.settled.copy()
        if model.rate_differences is not None:
            at = np.where(model.target != ABSENT, model.target, 0)
            targets = np.where(model.target != ABSENT, settled[at], 0.0)
            settled[model.rate_differences.column] = model.rate_differences.at(targets)
        self._settled = settled
        self._terms = np.asarray(abs(self._matrix) @ np.abs(settled))
        self._activity = np.asarray(self._matrix @ settled)

    def in_the_way(self, stage: Marginals) -> dict[str, Booleans]:
        """Return for each kind of rule which options it stops without a price in the stage."""
        in_way = {HELD: self._settled_before(stage), BAND: self._beyond(stage)}
        for name, effects in self._effects.items():
            if name in RULE_ROWS:
                full, empty = self._at_bounds(name, stage, stage.row[self._solved.programme.rows(name)] == 0)
                in_way[RULE_ROWS[name]] = _raise(effects, full) | _raise(effects, empty, -1)
        for kind, blocked in self._of_cells(stage).items():
            in_way[kind] = in_way.get(kind, np.zeros(len(blocked), dtype=bool)) | blocked
        free = stage.column[self._solved.formulation.model.take_up] == 0
        in_way[CEILING] = free & take_up_limits(self._solved).at_ceiling(self._solved.take_up)
        return in_way

    def _at_bounds(self, name: str, stage: Marginals, free: Booleans) -> tuple[Booleans, Booleans]:
        """Those of some rows of a family that are at their upper and lower bound."""
        span, programme = self._solved.programme.rows(name), self._solved.programme
        activity = np.asarray(self._matrix[span] @ stage.x)
        full, empty = (
            free & self._reached(activity, span, bound) & self._reached(self._activity[span], span, bound)
            for bound in (programme.row_upper[span], programme.row_lower[span])
        )
        return full, empty

    def _settled_before(self, stage: Marginals) -> Booleans:
        """Which options would ask for a concession, a cut or a shortfall that an earlier stage has settled."""
        solved = self._solved
        before = {
            result.stage.name.split("[")[0]
            for result in solved.staged.results[: stage.position]
            if result.x is not None and result.stage.give == 0
        }
        blocked = np.zeros(len(solved.take_up), dtype=bool)
        for name, stages in SETTLED_BY.items():
            if name in self._effects and before & stages:
                free = stage.row[self._solved.programme.rows(name)] == 0
                _, empty = self._at_bounds(name, stage, free | (name == "national"))
                blocked |= _raise(self._effects[name], empty, -1)
        return blocked

    def _beyond(self, stage: Marginals) -> Booleans:
        """Which options give something up at the edge of a band that has no price beyond its slope."""
        edges, places = band_kinks(self._solved, stage), np.zeros(self._solved.programme.shape[1], dtype=bool)
        if edges is not None:
            places[edges.cells] = (edges.up > edges.down) & (edges.beyond_down == 0)
        return _raise(self._moves, places[self._cells], -1)

    def _reached(self, value: Floats, span: slice, bound: Floats) -> Booleans:
        return np.asarray(np.abs(value - bound) <= NEAR * np.maximum(self._terms[span], 1.0))

    def _of_cells(self, stage: Marginals) -> dict[str, Booleans]:
        programme, cells = self._solved.programme, self._cells
        lower, upper = programme.column_lower[cells], programme.column_upper[cells]
        free = (stage.column[cells] == 0) | (lower == upper)
        size = NEAR * np.maximum(np.abs(self._settled[cells]), 1.0)
        at = {}
        for side, bound in (("lower", lower), ("upper", upper)):
            there = [np.abs(x[cells] - bound) <= size for x in (stage.x, self._settled)]
            at[side] = free & there[0] & there[1]
        somewhere = np.flatnonzero(at["lower"] | at["upper"])
        kinds: Texts = np.full(len(cells), "", dtype=object)
        kinds[somewhere] = cell_kinds(programme, cells[somewhere], stage.x)
        return {
            kind: _raise(self._moves, at["upper"] & (kinds == kind))
            | _raise(self._moves, at["lower"] & (kinds == kind), -1)
            for kind in sorted(set(kinds[somewhere]))
        }


def _raise(effects: sparse.csr_array, rows: Booleans, sign: int = 1) -> Booleans:
    """Which options raise any of these rows or cells; with the sign -1, which of them lower any."""
    part = effects[np.flatnonzero(rows)]
    raised = np.zeros(effects.shape[1], dtype=bool)
    raised[part.indices[sign * part.data > 0]] = True
    return raised
