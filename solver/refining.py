"""Newton systems solved more accurately than their factors are."""

from __future__ import annotations

import numpy as np

from .block_system import BlockSystem
from .programme import Floats

SMALLEST = 1e-12
"""Size below which a right-hand side counts as nothing."""

KRYLOV, RESTARTS = 6, 2
"""Directions looked for before a linear system is restarted, and how often."""


def refined(
    system: BlockSystem, diagonals: tuple[Floats, Floats], a: Floats, b: Floats, accurate: float
) -> tuple[Floats, Floats, float]:
    """Solve a Newton system accurately: generalised minimal residuals, with the eased factors as preconditioner.

    Returns the change of columns, of duals, and what is left of the right-hand side, relative to it.
    """
    weight_a = 1 / max(min(float(np.linalg.norm(a)), 1.0), SMALLEST)
    weight_b = 1 / max(min(float(np.linalg.norm(b)), 1.0), SMALLEST)
    columns = len(a)

    target = np.concatenate([weight_a * a, weight_b * b])
    answer, rest = np.zeros(len(target)), target
    size = whole = float(np.linalg.norm(target))
    for _ in range(RESTARTS):
        if size <= accurate:
            break
        basis, moves, images = [rest / size], [], []
        table = np.zeros((KRYLOV + 1, KRYLOV))
        for k in range(KRYLOV):
            found, made = system.solve(basis[k][:columns] / weight_a, basis[k][columns:] / weight_b, diagonals)
            moves.append(np.concatenate(found))
            image = np.concatenate([weight_a * made[0], weight_b * made[1]])
            images.append(image)
            for i, vector in enumerate(basis):
                table[i, k] = vector @ image
                image = image - table[i, k] * vector
            table[k + 1, k] = np.linalg.norm(image)
            right = np.zeros(k + 2)
            right[0] = size
            if not np.isfinite(table).all():
                raise np.linalg.LinAlgError("a linear system without an answer")
            mix, *_ = np.linalg.lstsq(table[: k + 2, : k + 1], right, rcond=None)
            reached = float(np.linalg.norm(right - table[: k + 2, : k + 1] @ mix))
            if reached <= accurate or table[k + 1, k] <= np.finfo(float).tiny:
                break
            basis.append(image / table[k + 1, k])
        for share, move, image in zip(mix, moves, images, strict=True):
            answer, rest = answer + share * move, rest - share * image
        size = float(np.linalg.norm(rest))
    return answer[:columns], answer[columns:], size / max(whole, 1.0)
