"""One option let off one kind of rule, in the problem of one stage: whether it moves is seen by solving again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from singlepot.models.explanation.band_kinks import BandKinks, band_kinks
from singlepot.models.explanation.prices import RULE_ROWS, cell_kinds
from singlepot.models.explanation.reduced_costs import BAND, HELD
from singlepot.models.explanation.solved_stages import SolvedStages
from singlepot.solver import Marginals

SMALL = 1e-3
"""How much of the option, as a share of its largest take-up, is let off."""


@dataclass
class Copy:
    """A second column for an option: its entries and what it costs."""

    entries: np.ndarray
    cost: float


class StageProblem:
    """What a stage minimises, on the face of the earlier stages, in displacements from where it ended."""

    def __init__(self, solved: SolvedStages, stage: Marginals) -> None:
        self.solved, self.stage = solved, stage
        scaled, result = solved.staged.scaled, solved.staged.results[stage.position]
        assert result.face is not None
        face = result.face
        self.matrix = solved.by_row.tocsc()
        self.cost = stage.cost
        self.activity = activity = self.matrix @ stage.x
        self.columns = self._room(face.column_bounds, scaled.column_scale, stage.x)
        self.rows = self._room(face.row_bounds, 1 / scaled.row_scale, activity)
        self.size = result.stage.size

    @staticmethod
    def _room(bounds: tuple[np.ndarray, np.ndarray], scale: np.ndarray, at: np.ndarray) -> np.ndarray:
        lower, upper = np.minimum(bounds[0] * scale - at, 0.0), np.maximum(bounds[1] * scale - at, 0.0)
        near = 1e-10 * np.maximum(scale, 1.0)
        return np.column_stack([np.where(lower > -near, 0.0, lower), np.where(upper < near, 0.0, upper)])

    def gain(self, copy: Copy | None, most: float) -> float:
        """How far the stage's optimum falls when there is also a second column of an option, up to a little of it."""
        solution = self._least(copy, 0.0, most)
        assert solution is not None
        return -solution

    def forced(self, copy: Copy, amount: float) -> float | None:
        """By how much the optimum rises when so much of a copy is used; None where nothing makes that possible."""
        return self._least(copy, amount, amount)

    def moves(self, column: int, bounds: np.ndarray) -> bool:
        """Whether the stage is bettered and a column moves where bounds of columns are others."""
        solution = self._solve(self.matrix, self.cost, bounds)
        return solution is not None and -solution[0] > 1e-12 * self.size and abs(solution[1][column]) > 1e-9

    def _least(self, copy: Copy | None, least: float, most: float) -> float | None:
        matrix, cost, bounds = self.matrix, self.cost, self.columns
        if copy is not None:
            matrix = sparse.csc_array(sparse.hstack([matrix, sparse.csc_array(copy.entries.reshape(-1, 1))]))
            cost = np.append(cost, copy.cost)
            bounds = np.vstack([bounds, [least, most]])
        solution = self._solve(matrix, cost, bounds)
        return None if solution is None else solution[0]

    def _solve(self, matrix: sparse.csc_array, cost: np.ndarray, bounds: np.ndarray) -> tuple[float, np.ndarray] | None:
        size = np.abs(cost[cost != 0]).mean() / 100
        fixed = self.rows[:, 0] == self.rows[:, 1]
        rows = matrix.tocsr()
        above, below = ~fixed & np.isfinite(self.rows[:, 1]), ~fixed & np.isfinite(self.rows[:, 0])
        solution = linprog(
            cost / size,
            sparse.vstack([rows[above], -rows[below]]),
            np.concatenate([self.rows[above, 1], -self.rows[below, 0]]),
            rows[fixed],
            self.rows[fixed, 0],
            bounds=bounds,
            method="highs-ds",
            options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
        )
        assert solution.status in (0, 2), solution.message
        return (float(solution.fun) * size, solution.x) if solution.status == 0 else None

    @cached_property
    def own_gain(self) -> float:
        """What is found without any change: rounding."""
        return self.gain(None, 0.0)


class Relaxation:
    """Copies of options that some kind of rule does not see."""

    def __init__(self, problem: StageProblem) -> None:
        self.problem = problem
        solved = problem.solved
        self.programme, self.model = solved.programme, solved.formulation.model
        self.matrix = solved.by_row.tocsc()
        self.by_row = self.matrix.tocsr()

    def cells(self, j: int) -> dict[int, tuple[int, float]]:
        """Columns of the grants and targets that an option moves: their row, and by how much."""
        column = int(self.model.take_up[j])
        entries = self.matrix[:, [column]].tocoo()
        result = {}
        for name in ("grant", "target"):
            rows, columns = self.programme.rows(name), self.programme.columns(name)
            for i, value in zip(entries.row, entries.data, strict=True):
                if rows.start <= i < rows.stop:
                    result[columns.start + int(i) - rows.start] = (int(i), -float(value))
        return result

    def copy_of(self, j: int, kinds: Collection[str], less: float = 0.0) -> Copy:
        """An option that some kinds of rules do not see where they hold it back, and that costs so much less."""
        column = int(self.model.take_up[j])
        entries = self.matrix[:, [column]].toarray().ravel()
        cost = float(self.problem.cost[column]) - less
        cells = self.cells(j)
        effect = entries.copy()
        for cell, (_, moved) in cells.items():
            effect += moved * self.matrix[:, [cell]].toarray().ravel()
        for row in np.flatnonzero(effect):
            if self.row_kind(row) in kinds and -effect[row] * self.problem.stage.row[row] >= 0:
                entries[row] -= effect[row]
        for cell, (row, moved) in cells.items():
            band = self._slope(cell, moved) if BAND in kinds else None
            if band is not None and self.row_kind(band[0]) not in kinds:
                entries[band[0]] -= moved
                cost -= moved * band[1]
            if self.kind_of(cell) in kinds and -moved * self.problem.stage.column[cell] >= 0:
                seen = self.matrix[:, [cell]].toarray().ravel()
                seen[row] = 0.0
                entries[row] = 0.0
                entries += moved * seen
                cost += moved * float(self.problem.cost[cell])
        return Copy(entries, cost)

    def instead(self, j: int, kinds: Collection[str]) -> Copy:
        """Such a copy in place of as much of the option itself, which is used up."""
        column, copy = int(self.model.take_up[j]), self.copy_of(j, kinds)
        columns = self.matrix[:, [column]].toarray().ravel()
        return Copy(copy.entries - columns, copy.cost - float(self.problem.cost[column]))

    def row_kind(self, row: int) -> str:
        """The kind of rule a row states; what only an earlier stage made of it was settled before."""
        stage = self.problem.stage
        if row >= self.programme.shape[0]:
            return HELD
        family, dual = self.programme.row_family(row).name, float(stage.row[row])
        if family in ("grant", "target"):
            return ""
        lower, upper = self.programme.row_lower[row], self.programme.row_upper[row]
        at = float(self.problem.activity[row])
        nearer_lower = upper == np.inf or abs(at - lower) <= abs(upper - at)
        nearer_upper = lower == -np.inf or abs(upper - at) <= abs(at - lower)
        if dual != 0 and not (nearer_lower and dual > 0) and not (nearer_upper and dual < 0):
            return HELD
        if family in RULE_ROWS:
            return RULE_ROWS[family]
        counts = {"concession": "concession", "cut": "burden", "burden_share": "burden"}
        return HELD if family in counts and not stage.name.startswith(counts[family]) else ""

    def _slope(self, cell: int, moved: float) -> tuple[int, float] | None:
        """The row that counts a concession or cut of a cell, and what the present band makes of a unit of it."""
        result = self.kinks
        if result is None or cell not in result.cells:
            return None
        at = int(np.flatnonzero(result.cells == cell)[0])
        return int(result.rows[at]), float(result.up[at] if moved > 0 else result.down[at])

    @cached_property
    def kinks(self) -> BandKinks | None:
        return band_kinks(self.problem.solved, self.problem.stage)

    def kind_of(self, column: int) -> str:
        """The floor, ceiling or lock at which a grant or target stands."""
        lower, upper = float(self.programme.column_lower[column]), float(self.programme.column_upper[column])
        kind = str(cell_kinds(self.programme, np.array([column]), self.problem.stage.x)[0])
        reduced = float(self.problem.stage.column[column])
        before = reduced != 0 and lower != upper and (reduced < 0) != kind.endswith("ceiling")
        return HELD if before else kind

    def kinds(self, j: int) -> set[str]:
        """Every kind of rule that an option touches."""
        column, cells = int(self.model.take_up[j]), self.cells(j)
        touched = self.matrix[:, [column, *cells]].tocoo().row.tolist()
        return ({self.row_kind(row) for row in touched} | {self.kind_of(cell) for cell in cells}) - {""}

    def opened(self, j: int, kinds: Collection[str]) -> bool:
        """Whether the option is used otherwise when what some kinds of rules fix of its grants and targets is open."""
        problem, most = self.problem, SMALL * float(self.model.data.options.limit[j])
        columns = problem.columns.copy()
        for cell, (_, moved) in self.cells(j).items():
            if self.kind_of(cell) in kinds:
                columns[cell] += np.array([-1.0, 1.0]) * most * abs(moved)
        return problem.moves(int(self.model.take_up[j]), columns)
