"""Optimisation of many objectives over one polyhedron, each from the last basis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..control import Control, Halt
from ..lexicographic.stage import Stage, ended_early
from ..lexicographic.stages import LexicographicSolver, with_stage_rows
from ..programme import Floats, LinearProgramme


@dataclass(frozen=True, eq=False)
class Best:
    """Optimum of objectives minimised lexicographically.

    Attributes
    ----------
    x
        The point, original units.
    values
        The optimum of each objective on the face of those before it.
    gaps
        How far below it each could still lie, by its duals, relative to its size.
    """

    x: Floats
    values: tuple[float, ...]
    gaps: tuple[float, ...]


class Explorer:
    """Solver that minimises objectives over one polyhedron; every optimum is proved by its duals.

    Parameters
    ----------
    programme
        Rows and bounds of the polyhedron.
    earlier
        Stages minimised first: the polyhedron is the face that they leave, with what they give.
    control
        When to stop.

    Raises
    ------
    InfeasibleError
        The polyhedron is empty.
    """

    def __init__(
        self, programme: LinearProgramme, earlier: Sequence[Stage] = (), control: Control | None = None
    ) -> None:
        control = control or Control()
        programme, held = with_stage_rows(programme, earlier)
        sizes = {row: earlier[position].size for position, row in held.items()}
        self._run = LexicographicSolver(programme, control, eager=True, sizes_of_rows=sizes)
        try:
            for position, stage in enumerate(earlier):
                control.enter(stage.name, 0.0)
                self._run.minimise(stage, held.get(position))
            self._origin = self._run.point()
        except Halt as halt:
            raise ended_early(halt, ()) from halt
        self._face = self._run.face

    def best(self, *stages: Stage) -> Best:
        """Minimise objectives lexicographically; the polyhedron stays what it was.

        Raises
        ------
        NotProvenError, StoppedError
            The run ended early.
        SolverFailedError
            No method gave a proved optimum.
        """
        try:
            results = [self._run.minimise(stage, None) for stage in stages]
            x = self._run.x
        except Halt as halt:
            raise ended_early(halt, ()) from halt
        finally:  # from one origin, for the rounding of a thousand displacements adds up
            self._run.face, self._run.x = self._face, self._origin
        assert x is not None
        return Best(
            np.asarray(x * self._run.scaled.column_scale),
            tuple(result.value for result in results),
            tuple(result.gap for result in results),
        )
