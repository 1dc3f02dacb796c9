"""Newton systems solved block by block: by compiled loops where they are installed and pay, else by numpy."""

from __future__ import annotations

import logging
from typing import Protocol

from scipy import sparse

from ..programme import Floats
from .newton_numpy import BatchSystem
from .structure import Structure

LOG = logging.getLogger("singlepot")

COMPILED_FROM = 200_000
"""Entries from which compiled loops save more time than they take to load."""


class BlockSystem(Protocol):
    """Solves the Newton systems of an interior point, such as
    :class:`singlepot.solver.interior_point.newton_numpy.BatchSystem`.
    """

    matrix: sparse.csr_array
    transposed: sparse.csr_array

    def factorise(self, diagonal: Floats, row_diagonal: Floats) -> None:
        """Take new diagonals."""

    def solve(
        self, right: Floats, diagonals: tuple[Floats, Floats], answer: Floats, image: Floats, activity: Floats
    ) -> None:
        """Solve for one right-hand side."""


def block_system(matrix: sparse.csr_array, structure: Structure) -> BlockSystem:
    """A system of a matrix with blocks."""
    if matrix.nnz >= COMPILED_FROM:
        try:
            from .block_compiled import CompiledSystem
        except (ImportError, RuntimeError) as error:  # not installed, or without a folder for what it compiles
            LOG.info("without compiled loops: %s", error)
        else:
            return CompiledSystem(matrix, structure)
    return BatchSystem(matrix, structure)
