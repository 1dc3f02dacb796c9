"""The solvers we drive. HiGHS, PuLP, Pyomo and Clarabel are imported here and nowhere else."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Protocol

from scipy import sparse

from ..answer import Answer, Features, Method
from ..control import Control
from ..errors import BadOption
from ..programme import Floats

__all__ = ["Engine", "engine"]

BACKENDS = ("highs",)
"""Names that :func:`engine` knows."""


class Engine(Protocol):
    """A solver of linear programmes that share one matrix."""

    name: str
    features: Features

    @property
    def version(self) -> str:
        """Version of the solver."""

    def solve(
        self,
        cost: Floats,
        column_bounds: tuple[Floats, Floats],
        row_bounds: tuple[Floats, Floats],
        method: Method,
        control: Control,
    ) -> Answer:
        """Minimise ``cost`` within the bounds."""


def engine(backend: str, matrix: sparse.csc_array, solver: str | None = None) -> Engine:
    """Open a backend by name for programmes with this matrix.

    Parameters
    ----------
    solver
        Which solver behind the backend; HiGHS has only itself.
    """
    if backend == "highs":
        if solver not in (None, "highs"):
            raise BadOption(f"the backend highs has no solver {solver!r}", "leave the solver out")
        from .highs import HighsEngine

        return HighsEngine(matrix)
    near = get_close_matches(str(backend).lower(), BACKENDS, n=1)
    remedy = f"did you mean {near[0]!r}?" if near else f"choose one of {', '.join(BACKENDS)}"
    raise BadOption(f"unknown backend {backend!r}", remedy)
