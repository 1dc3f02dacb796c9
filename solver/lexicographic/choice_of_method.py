"""The choice of method: solvers and methods for a stage, in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from scipy import sparse

from ..answer import Features, Method
from ..backends import INTERIOR_POINT, REFERENCE, Backend, Engine, engine, restartable
from .stage import Start

LARGE = 500_000
"""Entries of a programme from which the interior point is asked first, where nobody chose a solver.

It is asked for the first stage and after stages that ended at nothing, which leave a large face. After one that ended
above nothing HiGHS solves the stage, afresh, never from the last basis.

Measured in 2026 (decision 71, CPU seconds of all stages): 7.4 for 36.0 by HiGHS alone at 759,014 entries, 9.2 for 66.5
at 780,015; from the last basis 24,000 areas took more than 15 minutes instead of 57 s. Below it wins by little at some
sizes: 6.5 for 6.9 at 399,549.
"""

SMALL = 8_000
"""Entries of a programme up to which HiGHS is asked for the simplex method, where it does not start from a basis.

Measured in 2026 on 63 programmes of 177 to 8,334 entries (all stages, CPU time): 0.78 of the interior point's time in
the geometric mean, more than it on two. At 55,213 entries it took twice as long.
"""

NARROW = 0.5
"""Share of its first freedom below which a face is explored from the last basis rather than afresh.

Wider ones are too, where the stage before ended above nothing: its basis is near (decision 114). Where nothing was
short, the last point is anywhere on the face, and a fresh interior point takes two thirds of the time.
"""

CUT_SHORT = 1e-3
"""Factor of the tolerances for answers whose digits were cut on the way: only if nothing was lost do they count."""

FROM_WITHIN = 0.1
"""Factor of the tolerances for answers that are no vertex: the face is read off them."""


class ChoiceOfMethod:
    """Solvers and methods for the stages of one programme.

    Parameters
    ----------
    backend, solver
        What was asked for, see :func:`~singlepot.solver.backends.engine`.
    matrix
        Of the programme, scaled.
    eager
        Whether to start from the last basis wherever there is one.
    safe
        Whether to ask for the simplex method from scratch before any other.
    start
        Where the first stage begins, if the solver can and the shapes agree: three times as fast (decision 118).
    """

    def __init__(
        self,
        backend: Backend,
        matrix: sparse.csc_array,
        solver: str | None,
        *,
        eager: bool,
        safe: bool = False,
        start: Start | None = None,
    ) -> None:
        self.asked = engine(backend, matrix, solver)
        self._started = False
        if start is not None and start.shape == matrix.shape and restartable(self.asked):
            self.asked.start_from(start.basis)
            self._started = True
        self._matrix, self._eager, self._safe = matrix, eager, safe
        self._large = backend == REFERENCE and matrix.nnz >= LARGE and not eager
        self._small = backend == REFERENCE and matrix.nnz <= SMALL

    @cached_property
    def _reference(self) -> Engine:
        return engine(REFERENCE, self._matrix)

    @cached_property
    def _interior_point(self) -> Engine:
        return engine(INTERIOR_POINT, self._matrix)

    def attempts(
        self, freedom: float | None, last: Engine | None, *, bound: bool = False
    ) -> Iterator[tuple[Engine, Method]]:
        """List solvers and methods, fastest first; the reference stands in where another's answers prove nothing.

        Parameters
        ----------
        freedom
            Directions of the face relative to those of the first; None for the first stage.
        last
            Who solved the stage before.
        bound
            Whether the stage before ended above nothing, so that its basis is near: see :data:`NARROW`.
        """
        features = self.asked.features
        if self._safe:
            yield self.asked if features.methods else self._reference, Method.SAFE
        if self._started and freedom is None and not self._safe:
            yield self.asked, Method.AGAIN
        near = bound or (freedom is not None and (self._eager or freedom < NARROW))
        if self._large and not near:
            yield self._interior_point, Method.INTERIOR
        if near and not self._large and features.warm_start and last is self.asked:
            yield self.asked, Method.WARM
        if self._small:
            yield self.asked, Method.AFRESH
        yield self.asked, Method.INTERIOR
        if features.exact and features.methods:
            yield self.asked, Method.SAFE
        if self.asked.name != REFERENCE:
            yield self._reference, Method.INTERIOR
            yield self._reference, Method.SAFE

    def ends_with(self, solver: Engine, method: Method) -> bool:
        """Whether nobody is asked after this: another solver's word that there is no point is not taken for proof."""
        return solver.name == REFERENCE and method is Method.SAFE


def closeness(features: Features) -> float:
    """Return the factor of the tolerances within which an engine's answers have to be proved."""
    if not features.exact:
        return CUT_SHORT
    return 1.0 if features.vertex else FROM_WITHIN


def method_name(features: Features, method: Method) -> str:
    """Name the method by which an engine solved, for the provenance."""
    if features.methods:
        return method.value
    return "a method of its own choice" if features.vertex else "interior point without crossover"
