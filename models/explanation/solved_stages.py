"""Solved stages with their duals: kept with a settlement, or solved again from its scenario."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from singlepot.solver import (
    LinearProgramme,
    Marginals,
    Staged,
    Tracer,
    marginals,
    original_matrix,
    unique_duals,
)

from ..formulation.formulation import Formulation
from ..scenario.array_types import Booleans, Floats


@dataclass(frozen=True, eq=False)
class SolvedStages:
    """Formulation with the solutions of its stages, and the take-ups of the settlement in the order of the options."""

    formulation: Formulation
    staged: Staged
    take_up: Floats

    def __getstate__(self) -> dict[str, object]:
        """Return what is pickled: neither what was derived, nor open solvers."""
        return {name: self.__dict__[name] for name in ("formulation", "staged", "take_up")}

    @cached_property
    def marginals(self) -> tuple[Marginals, ...]:
        """Duals and reduced costs of each stage that minimised something."""
        return marginals(self.staged)

    @cached_property
    def by_row(self) -> sparse.csr_array:
        """The matrix in original units, row by row, with the rows that hold earlier stages."""
        return original_matrix(self.staged.scaled).tocsr()

    @cached_property
    def settled(self) -> Floats:
        """Take-ups, grants and targets of the settlement in the columns of the programme, and 0 in all others."""
        programme, take_up = self.programme, self.formulation.model.take_up
        settled = np.zeros(programme.shape[1])
        settled[take_up] = self.take_up
        for name in ("grant", "target"):
            rows = programme.rows(name)
            settled[programme.columns(name)] = programme.row_lower[rows] - self.by_row[rows][:, take_up] @ self.take_up
        return settled

    @cached_property
    def units(self) -> list[str]:
        """The unit of each objective."""
        table = self.formulation.scenario.filled("objectives")
        unit = dict(zip(table["key"], table["unit"], strict=True))
        return [unit[key] for key in self.formulation.data.objectives]

    def tracer(self, position: int) -> Tracer:
        """Return the tracer that moves bounds and solves one stage again; each is kept, and solves first but once."""
        if position not in self._tracers:
            self._tracers[position] = Tracer(self.staged, position)
        return self._tracers[position]

    def determined(self, position: int, *, of_columns: bool = False) -> Booleans:
        """Return which rows have a unique dual in a stage, or which columns a unique reduced cost; worked out once."""
        if (position, of_columns) not in self._determined:
            self._determined[position, of_columns] = unique_duals(self.staged, position, of_columns=of_columns)
        return self._determined[position, of_columns]

    @cached_property
    def _determined(self) -> dict[tuple[int, bool], Booleans]:
        return {}

    @cached_property
    def _tracers(self) -> dict[int, Tracer]:
        return {}

    @property
    def programme(self) -> LinearProgramme:
        """The programme; its rows are the first of the matrix."""
        return self.formulation.programme
