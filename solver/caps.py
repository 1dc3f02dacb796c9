"""Limits of one solve, by any solver, that follow the size of its programme."""

from __future__ import annotations

from dataclasses import dataclass

LEAST_ITERATIONS = 500
"""Simplex iterations that any programme may take, and added to what larger ones may."""

WARM_ITERATIONS, COLD_ITERATIONS = 0.25, 10.0
"""Simplex iterations for each row and column, from a basis and from scratch; then the next method is tried.

Chosen in 2026, not tuned: from a basis england takes 71 of 4,500 and england-authorities 153 of 9,200; one scenario of
14,000 rows and columns took 62,242 and 48 s without a cap, and less than a second by another method.
"""

INTERIOR_ITERATIONS = 400
"""Steps of an interior point; it takes 20 to 60 whatever the size."""

LEAST_STEPS, STEPS = 5_000, 10.0
"""Conjugate-residual steps and pushes of crossover that IPX may take in all: of any programme, and for a row or column.

Chosen in 2026, not tuned: england takes 0.4 for each row and column, random scenarios of 2,000 to 60,000 up to 0.6.
"""

LEAST_SECONDS, SECONDS = 120.0, 0.005
"""Wall time that a solver in a process of its own may take: of any programme, and for each row or column.

Chosen in 2026, not tuned: england, of 16,000 rows and columns, may take 200 s and takes less than 10 by CBC. It is the
only limit of solvers that take none of iterations.
"""


LATE, OVERDUE = 0.9, 2.0
"""Shares of that time from which a failure counts as the limit, and after which a solver that ignores it is ended."""


@dataclass(frozen=True)
class Caps:
    """Most iterations of simplex and of interior point, steps within IPX, and seconds of wall time of one solve."""

    simplex: int
    interior: int
    steps: int
    seconds: float

    @property
    def of_highs(self) -> dict[str, int]:
        """Options of HiGHS. None limits crossover: it makes one push for each row and column, in two phases."""
        return {"simplex_iteration_limit": self.simplex, "ipm_iteration_limit": self.interior}


def caps(shape: tuple[int, ...], *, warm: bool = False) -> Caps:
    """Return the limits of a programme of so many rows and columns; ``warm`` where it starts from a basis."""
    size = sum(shape)
    return Caps(
        LEAST_ITERATIONS + round((WARM_ITERATIONS if warm else COLD_ITERATIONS) * size),
        INTERIOR_ITERATIONS,
        LEAST_STEPS + round(STEPS * size),
        LEAST_SECONDS + SECONDS * size,
    )
