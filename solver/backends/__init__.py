"""Backends: solvers of linear programmes behind one contract.

HiGHS, PuLP, Pyomo and Clarabel are imported in this folder and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import Any, Protocol, TypeAlias, TypeGuard

from scipy import sparse

from ..answer import Answer, Features, Method
from ..control import Control
from ..errors import SolverNotFoundError
from ..programme import Floats

__all__ = ["BACKENDS", "INTERIOR_POINT", "REFERENCE", "Backend", "Engine", "engine", "restartable"]

INTERIOR_POINT = "interior-point"
"""The backend for programmes of areas, of our own."""

BACKENDS = ("highs", "pulp", "pyomo", INTERIOR_POINT)
"""Names that :func:`engine` takes."""

TRIMMED_ABOVE = 8_000
"""Entries of a programme above which HiGHS is given only what a stage needs; less saves nothing (decision 163)."""

REFERENCE = "highs"
"""The backend that solves a stage again where another's answer proves nothing."""


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


class Restartable(Engine, Protocol):
    """An engine whose basis another can start from, one of a matrix with as many rows and columns."""

    @property
    def basis(self) -> Any:
        """The basis of the last answer, opaque; None before the first."""

    def start_from(self, basis: Any) -> None:
        """Begin the first solve at this basis, by ``WARM`` or ``AGAIN``."""


def restartable(engine: Engine | None) -> TypeGuard[Restartable]:
    """Whether the basis of an engine can be handed on, and it can start from another's."""
    return engine is not None and engine.features.basis and hasattr(type(engine), "start_from")


Backend: TypeAlias = "str | Callable[[sparse.csc_array], Engine]"
"""The name of a backend, or what opens an engine of the caller's own for a matrix."""


def engine(backend: Backend, matrix: sparse.csc_array, solver: str | None = None) -> Engine:
    """Open a backend for programmes with this matrix.

    Parameters
    ----------
    backend
        One of :data:`BACKENDS`, or a function that makes an :class:`Engine` of the caller's own.
    solver
        Which solver behind PuLP or Pyomo; the others have only themselves. None for HiGHS.

    Raises
    ------
    SolverNotFoundError
        There is no such backend or solver, or it is not installed; the message says how to get it.
    """
    if not isinstance(backend, str):
        return backend(matrix)
    if backend in ("highs", INTERIOR_POINT) and solver not in (None, backend):
        raise SolverNotFoundError(f"the backend {backend} has no solver {solver!r}", "leave the solver out")
    if backend == INTERIOR_POINT:
        from ..interior_point.engine import InteriorPointEngine

        return InteriorPointEngine(matrix)
    if backend == "highs":
        from .highs import HighsEngine
        from .trimmed_highs import TrimmedHighs

        return TrimmedHighs(matrix) if matrix.nnz > TRIMMED_ABOVE else HighsEngine(matrix)
    if backend in BACKENDS:
        from .remote import RemoteEngine

        return RemoteEngine(backend, matrix, solver)
    near = get_close_matches(backend.lower(), BACKENDS, n=1)
    remedy = f"did you mean {near[0]!r}?" if near else f"choose one of {', '.join(BACKENDS)}"
    raise SolverNotFoundError(f"unknown backend {backend!r}", remedy)
