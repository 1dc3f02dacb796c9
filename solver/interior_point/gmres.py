"""GMRES with the regularised factors of a Newton system as preconditioner."""

from __future__ import annotations

import numpy as np

from ..programme import Floats
from .newton import NewtonSystem

SMALLEST_RIGHT_SIDE = 1e-12
"""Least size to which the two parts of a right-hand side are scaled."""

KRYLOV, RESTARTS = 6, 2
"""Krylov vectors before a restart, and restarts: few, for the preconditioner is nearly exact."""


class Gmres:
    """Restarted GMRES, preconditioned by the regularised factors of the system.

    The arrays of its Krylov vectors are kept from one right-hand side to the next: to allocate them takes as long as to
    use them.
    """

    def __init__(self, system: NewtonSystem) -> None:
        self.system = system
        self._rows, self._columns = system.matrix.shape
        size = self._rows + self._columns
        self._rest, self._right, self._part = (np.empty(size) for _ in range(3))
        self._basis, self._moves, self._images = [np.empty(size)], [np.empty(size)], [np.empty(size)]
        self._activities = [np.empty(self._rows)]

    def solve(
        self, diagonals: tuple[Floats, Floats], a: Floats, b: Floats, accurate: float
    ) -> tuple[Floats, Floats, Floats, float]:
        """Solve a Newton system accurately.

        Returns the change of columns, of duals and of the activities of rows, and what is left of the right-hand side,
        relative to it.
        """
        n, rest = self._columns, self._rest
        weights = tuple(1 / max(min(float(np.linalg.norm(side)), 1.0), SMALLEST_RIGHT_SIDE) for side in (a, b))
        np.multiply(a, weights[0], out=rest[:n])
        np.multiply(b, weights[1], out=rest[n:])
        answer, activity = np.zeros(len(rest)), np.zeros(self._rows)
        size = whole = float(np.linalg.norm(rest))
        for _ in range(RESTARTS):
            if size <= accurate:
                break
            mix = self._mix(diagonals, (weights[0], weights[1]), size, accurate)
            for k, share in enumerate(mix):
                self._add(answer, self._moves[k], share)
                self._add(rest, self._images[k], -share)
                self._add(activity, self._activities[k], share)
            size = float(np.linalg.norm(rest))
        return answer[:n], answer[n:], activity, size / max(whole, 1.0)

    def _mix(
        self, diagonals: tuple[Floats, Floats], weights: tuple[float, float], size: float, accurate: float
    ) -> Floats:
        """Build the Krylov space; return the combination with the least residual."""
        basis, n = self._basis, self._columns
        np.divide(self._rest, size, out=basis[0])
        table = np.zeros((KRYLOV + 1, KRYLOV))
        for k in range(KRYLOV):
            self._make_room(k)
            image, following = self._images[k], basis[k + 1]
            np.divide(basis[k][:n], weights[0], out=self._right[:n])
            np.divide(basis[k][n:], weights[1], out=self._right[n:])
            self.system.solve(self._right, diagonals, self._moves[k], image, self._activities[k])
            image[:n] *= weights[0]
            image[n:] *= weights[1]
            following[:] = image
            for i in range(k + 1):
                table[i, k] = basis[i] @ following
                self._add(following, basis[i], -table[i, k])
            table[k + 1, k] = np.linalg.norm(following)
            right = np.zeros(k + 2)
            right[0] = size
            if not np.isfinite(table).all():
                raise np.linalg.LinAlgError("a linear system without an answer")
            mix, *_ = np.linalg.lstsq(table[: k + 2, : k + 1], right, rcond=None)
            reached = float(np.linalg.norm(right - table[: k + 2, : k + 1] @ mix))
            if reached <= accurate or table[k + 1, k] <= np.finfo(float).tiny:
                break
            following /= table[k + 1, k]
        return np.asarray(mix)

    def _make_room(self, k: int) -> None:
        """Allocate one Krylov vector more than there has been."""
        for space in (self._moves, self._images, self._activities, self._basis):
            while len(space) <= k + (space is self._basis):
                space.append(np.empty(len(space[0])))

    def _add(self, to: Floats, vector: Floats, share: float) -> None:
        part = self._part[: len(to)]
        np.multiply(vector, share, out=part)
        to += part
