"""Compiled loops over blocks: everything of a block stays in the processor's cache while it is worked on.

Innermost loops run over neighbouring numbers, in a fixed order: results are the same on every run. A root is the upper
Cholesky factor U (U'U) with the reciprocals of its diagonal.
"""

# mypy: disable-error-code="untyped-decorator"

from __future__ import annotations

import numpy as np
from numba import njit

from .block_plan import Plan
from .programme import Floats

SHIFT = 1e-14
"""Added, relatively, to diagonals so that rounding leaves no pivot below zero."""


@njit(cache=True, nogil=True)
def eliminate(part: Floats, size: int, width: int) -> bool:
    """Turn K and columns R beside it, ``part``, into the root U of K and U'⁻¹ R; False where K has no root."""
    for k in range(size):
        pivot = part[k, k]
        if not pivot > 0.0:
            return False
        reciprocal = 1.0 / np.sqrt(pivot)
        for j in range(k + 1, width):
            part[k, j] *= reciprocal
        part[k, k] = reciprocal
        for i in range(k + 1, size):
            factor = part[k, i]
            if factor != 0.0:
                for j in range(i, width):
                    part[i, j] -= factor * part[k, j]
    return True


@njit(cache=True, nogil=True)
def forward(roots: Floats, at: int, size: int, vector: Floats) -> None:
    """Multiply a vector with U'⁻¹."""
    for k in range(size):
        row = at + k * size
        vector[k] *= roots[row + k]
        value = vector[k]
        for j in range(k + 1, size):
            vector[j] -= value * roots[row + j]


@njit(cache=True, nogil=True)
def backward(roots: Floats, at: int, size: int, vector: Floats) -> None:
    """Multiply a vector with U⁻¹."""
    for k in range(size - 1, -1, -1):
        row = at + k * size
        odd, even = 0.0, 0.0
        j = k + 1
        while j + 1 < size:
            even += roots[row + j] * vector[j]
            odd += roots[row + j + 1] * vector[j + 1]
            j += 2
        if j < size:
            even += roots[row + j] * vector[j]
        vector[k] = (vector[k] - (even + odd)) * roots[row + k]


@njit(cache=True, nogil=True)
def largest(start: Floats) -> int:
    """Largest size among parts that start there."""
    most = 0
    for i in range(len(start) - 1):
        most = max(most, start[i + 1] - start[i])
    return most


@njit(cache=True, nogil=True)
def weigh(plan: Plan, group: int, theta: Floats, inverse: Floats, part: Floats) -> None:
    """W⁻¹ + N Θ N' of a group's rows (upper triangle), and its rows beside it."""
    row, leaf, slot = plan.row_start[group], plan.leaf_start[group], plan.slot_start[group]
    size, leaves = plan.row_start[group + 1] - row, plan.leaf_start[group + 1] - leaf
    width = plan.slot_start[group + 1] - slot
    at, value = plan.leaf_values_start[group], plan.values_start[group]
    for i in range(size):
        for j in range(i, size):
            made = 0.0
            for k in range(leaves):
                made += plan.leaf_values[at + i * leaves + k] * theta[leaf + k] * plan.leaf_values[at + j * leaves + k]
            part[i, j] = made
        part[i, i] += inverse[plan.row_at[row + i]]
        if size > 1:
            part[i, i] *= 1.0 + SHIFT
        for k in range(width):
            part[i, size + k] = plan.values[value + i * width + k]


@njit(cache=True, nogil=True)
def factorise(
    plan: Plan,
    first: int,
    last: int,
    diagonals: tuple[Floats, Floats, Floats],
    roots: Floats,
    weights: Floats,
    ties: Floats,
    corners: Floats,
) -> bool:
    """Roots of the blocks of some chunks and of the weights of their groups; ties U'⁻¹ T; what the corner gains."""
    sigma, inverse, theta = diagonals
    border, tied = len(plan.border_columns), ties.shape[1]
    most, rows = largest(plan.core_start), largest(plan.row_start)
    space = np.empty((most, most + tied))
    part = np.empty((rows, rows + largest(plan.slot_start)))
    for chunk in range(first, last):
        corner = corners[chunk]
        corner[:] = 0.0
        for block in range(plan.chunks[chunk], plan.chunks[chunk + 1]):
            core = plan.core_start[block]
            width = plan.core_start[block + 1] - core
            kernel = space[:width, : width + tied]
            kernel[:] = 0.0
            for i in range(width):
                column = core + i
                kernel[i, i] = sigma[plan.core_at[column]]
                for k in range(plan.link_start[column], plan.link_start[column + 1]):
                    kernel[i, width + border + plan.link_rows[k]] = plan.link_values[k]
            for group in range(plan.group_start[block], plan.group_start[block + 1]):
                size = plan.row_start[group + 1] - plan.row_start[group]
                slots = plan.slots[plan.slot_start[group] : plan.slot_start[group + 1]]
                weigh(plan, group, theta, inverse, part)
                if not eliminate(part, size, size + len(slots)):
                    return False
                at = plan.weight_start[group]
                for k in range(size):
                    for j in range(k, size):
                        weights[at + k * size + j] = part[k, j]
                    half = part[k, size : size + len(slots)]
                    for i in range(len(slots)):
                        value = half[i]
                        if slots[i] < width:
                            row = kernel[slots[i]]
                            for j in range(i, len(slots)):
                                row[slots[j]] += value * half[j]
                        else:
                            row = corner[slots[i] - width]
                            for j in range(i, len(slots)):
                                row[slots[j] - width] += value * half[j]
            for i in range(width):
                kernel[i, i] *= 1.0 + SHIFT
            if not eliminate(kernel, width, width + tied):
                return False
            at = plan.root_start[block]
            for k in range(width):
                for j in range(k, width):
                    roots[at + k * width + j] = kernel[k, j]
                ties[core + k] = kernel[k, width:]
    return True


@njit(cache=True, nogil=True)
def descend(
    plan: Plan,
    first: int,
    last: int,
    right: tuple[Floats, Floats],
    theta: Floats,
    roots: Floats,
    weights: Floats,
    made: tuple[Floats, Floats, Floats],
) -> None:
    """From the right-hand side: what is left of rows without leaves, U'⁻¹ of the cores, what the border gains."""
    a, b = right
    rest, halves, gains = made
    local = np.empty(largest(plan.row_start))
    space = np.empty(largest(plan.core_start))
    for chunk in range(first, last):
        gain = gains[chunk]
        gain[:] = 0.0
        for block in range(plan.chunks[chunk], plan.chunks[chunk + 1]):
            core = plan.core_start[block]
            width = plan.core_start[block + 1] - core
            vector = space[:width]
            for i in range(width):
                vector[i] = a[plan.core_at[core + i]]
            for group in range(plan.group_start[block], plan.group_start[block + 1]):
                row, leaf = plan.row_start[group], plan.leaf_start[group]
                size, leaves = plan.row_start[group + 1] - row, plan.leaf_start[group + 1] - leaf
                at = plan.leaf_values_start[group]
                for i in range(size):
                    value = b[plan.row_at[row + i]]
                    for k in range(leaves):
                        value -= plan.leaf_values[at + i * leaves + k] * theta[leaf + k] * a[plan.leaf_at[leaf + k]]
                    rest[row + i] = value
                    local[i] = value
                forward(weights, plan.weight_start[group], size, local)
                backward(weights, plan.weight_start[group], size, local)
                slots = plan.slots[plan.slot_start[group] : plan.slot_start[group + 1]]
                at = plan.values_start[group]
                for i in range(size):
                    value = local[i]
                    for j in range(len(slots)):
                        if slots[j] < width:
                            vector[slots[j]] += plan.values[at + j] * value
                        else:
                            gain[slots[j] - width] += plan.values[at + j] * value
                    at += len(slots)
            forward(roots, plan.root_start[block], width, vector)
            for i in range(width):
                halves[core + i] = vector[i]


@njit(cache=True, nogil=True)
def ascend(
    plan: Plan,
    first: int,
    last: int,
    right: tuple[Floats, Floats, Floats, Floats],
    diagonals: tuple[Floats, Floats, Floats],
    roots: Floats,
    weights: Floats,
    answer: tuple[Floats, Floats, Floats, Floats],
    gains: tuple[Floats, Floats],
) -> None:
    """From the border's answer: columns and rows of the blocks, and what the exact system makes of them."""
    a, rest, halves, ties = right
    sigma, inverse, theta = diagonals
    dx, dy, made_a, made_b = answer
    border = len(plan.border_columns)
    local = np.empty(largest(plan.row_start))
    value_of = np.empty(largest(plan.core_start) + border)
    pulled = np.empty(largest(plan.core_start) + border)
    for chunk in range(first, last):
        of_columns, of_rows = gains[0][chunk], gains[1][chunk]
        of_columns[:], of_rows[:] = 0.0, 0.0
        for block in range(plan.chunks[chunk], plan.chunks[chunk + 1]):
            core = plan.core_start[block]
            width = plan.core_start[block + 1] - core
            value_of[:width] = halves[core : core + width]
            backward(roots, plan.root_start[block], width, value_of)
            for i in range(border):
                value_of[width + i] = dx[plan.border_columns[i]]
            pulled[: width + border] = 0.0
            for i in range(width):
                column = core + i
                pull = 0.0
                for k in range(plan.link_start[column], plan.link_start[column + 1]):
                    pull += plan.link_values[k] * ties[plan.link_rows[k]]
                    of_rows[plan.link_rows[k]] += plan.link_values[k] * value_of[i]
                pulled[i] = pull
            for group in range(plan.group_start[block], plan.group_start[block + 1]):
                row, leaf = plan.row_start[group], plan.leaf_start[group]
                size, leaves = plan.row_start[group + 1] - row, plan.leaf_start[group + 1] - leaf
                slots = plan.slots[plan.slot_start[group] : plan.slot_start[group + 1]]
                at = plan.values_start[group]
                for i in range(size):
                    value = 0.0
                    for j in range(len(slots)):
                        value += plan.values[at + j] * value_of[slots[j]]
                    made_b[plan.row_at[row + i]] = value
                    local[i] = rest[row + i] - value
                    at += len(slots)
                forward(weights, plan.weight_start[group], size, local)
                backward(weights, plan.weight_start[group], size, local)
                at = plan.leaf_values_start[group]
                for k in range(leaves):
                    column = plan.leaf_at[leaf + k]
                    pull = 0.0
                    for i in range(size):
                        pull += plan.leaf_values[at + i * leaves + k] * local[i]
                    value = theta[leaf + k] * (a[column] + pull)
                    dx[column] = value
                    made_a[column] = sigma[column] * value - pull
                    for i in range(size):
                        made_b[plan.row_at[row + i]] += plan.leaf_values[at + i * leaves + k] * value
                at = plan.values_start[group]
                for i in range(size):
                    place, value = plan.row_at[row + i], local[i]
                    dy[place] = value
                    made_b[place] += inverse[place] * value
                    for j in range(len(slots)):
                        pulled[slots[j]] += plan.values[at + j] * value
                    at += len(slots)
            for i in range(width):
                column = plan.core_at[core + i]
                dx[column] = value_of[i]
                made_a[column] = sigma[column] * value_of[i] - pulled[i]
            for i in range(border):
                of_columns[i] += pulled[width + i]
