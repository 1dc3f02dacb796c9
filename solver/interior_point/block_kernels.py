"""Compiled loops over blocks: everything of a block stays in the processor's cache while it is worked on.

Innermost loops run over neighbouring numbers, in a fixed order: results are the same on every run. A root is the upper
Cholesky factor U (U'U) with the reciprocals of its diagonal. All is in one file because the compiler's cache notices
when a file changes, and not what it imports.
"""

# mypy: disable-error-code="untyped-decorator"

from __future__ import annotations

import numpy as np
from numba import njit

from ..programme import Floats
from .block_plan import Plan
from .structure import Positions

SHIFT = 1e-14
"""Added, relatively, to diagonals so that rounding leaves no pivot below zero."""

MOST = 2**48 - 1
"""More than any array holds."""

PANEL = 32
"""Rows whose products are added to a block at once."""


@njit(cache=True, nogil=True)
def eliminate(part: Floats, size: int, width: int) -> bool:
    """Turn K and columns R beside it, ``part``, into the root U of K and U'⁻¹ R; False where K has no root."""
    for i in range(size):
        row = part[i, i:width]
        done = i - i % 4
        for k in range(0, done, 4):
            one, two, three, four = part[k, i:width], part[k + 1, i:width], part[k + 2, i:width], part[k + 3, i:width]
            a, b, c, d = one[0], two[0], three[0], four[0]
            for j in range(len(row)):
                row[j] -= (a * one[j] + b * two[j]) + (c * three[j] + d * four[j])
        for k in range(done, i):
            one = part[k, i:width]
            a = one[0]
            for j in range(len(row)):
                row[j] -= a * one[j]
        if not row[0] > 0.0:
            return False
        reciprocal = 1.0 / np.sqrt(row[0])
        for j in range(1, len(row)):
            row[j] *= reciprocal
        row[0] = reciprocal
    return True


@njit(cache=True, nogil=True)
def add_products(panel: Floats, rows: int, kernel: Floats, corner: Floats, width: int, total: int) -> None:
    """Add P'P (upper triangle) of a panel's rows to the kernel and, beyond its width, to the corner."""
    for k in range(rows, rows + (-rows) % 4):
        panel[k, :total] = 0.0
    for i in range(total):
        row = kernel[i, i:total] if i < width else corner[i - width, i - width : total - width]
        for k in range(0, rows, 4):
            one, two, three, four = (
                panel[k, i:total],
                panel[k + 1, i:total],
                panel[k + 2, i:total],
                panel[k + 3, i:total],
            )
            a, b, c, d = one[0], two[0], three[0], four[0]
            if a != 0.0 or b != 0.0 or c != 0.0 or d != 0.0:
                for j in range(len(row)):
                    row[j] += (a * one[j] + b * two[j]) + (c * three[j] + d * four[j])


@njit(cache=True, nogil=True)
def forward(root: Floats, vector: Floats) -> None:
    """Multiply a vector with U'⁻¹."""
    for k in range(len(root)):
        vector[k] *= root[k, k]
        value = vector[k]
        for j in range(k + 1, len(root)):
            vector[j] -= value * root[k, j]


@njit(cache=True, nogil=True)
def backward(root: Floats, vector: Floats) -> None:
    """Multiply a vector with U⁻¹."""
    size = len(root)
    for k in range(size - 1, -1, -1):
        one, two, three, four = 0.0, 0.0, 0.0, 0.0
        j = k + 1
        while j + 3 < size:
            one += root[k, j] * vector[j]
            two += root[k, j + 1] * vector[j + 1]
            three += root[k, j + 2] * vector[j + 2]
            four += root[k, j + 3] * vector[j + 3]
            j += 4
        while j < size:
            one += root[k, j] * vector[j]
            j += 1
        vector[k] = (vector[k] - ((one + two) + (three + four))) * root[k, k]


@njit(cache=True, nogil=True)
def square(flat: Floats, at: int, size: int) -> Floats:
    """The square part that starts there."""
    return flat[at : at + size * size].reshape(size, size)


@njit(cache=True, nogil=True)
def place(at: int) -> int:
    """The same place, in a form that shows the compiler that it does not count from the end: a sixth faster."""
    return at & MOST


@njit(cache=True, nogil=True)
def largest(start: Positions) -> int:
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
    kernel = np.empty((most, most + tied))
    part = np.empty((rows, rows + largest(plan.slot_start)))
    panel = np.empty((max(PANEL, rows) + 4, most + border))
    for chunk in range(first, last):
        corner = corners[chunk]
        corner[:] = 0.0
        for block in range(plan.chunks[chunk], plan.chunks[chunk + 1]):
            core = plan.core_start[block]
            width = plan.core_start[block + 1] - core
            filled = 0
            for i in range(width):
                kernel[i, : width + border] = 0.0
                kernel[i, i] = sigma[plan.core_at[core + i]]
                kernel[i, width + border : width + tied] = plan.link[core + i]
            for group in range(plan.group_start[block], plan.group_start[block + 1]):
                row, slot = plan.row_start[group], place(plan.slot_start[group])
                size, count = plan.row_start[group + 1] - row, plan.slot_start[group + 1] - slot
                at = plan.weight_start[group]
                if filled + size > len(panel) - 4:
                    add_products(panel, filled, kernel, corner, width, width + border)
                    filled = 0
                panel[filled : filled + size, : width + border] = 0.0
                if size == 1 and plan.leaf_start[group + 1] == plan.leaf_start[group]:
                    begin = place(plan.values_start[group])
                    weights[at] = scale = 1.0 / np.sqrt(inverse[plan.row_at[row]])
                    for j in range(count):
                        panel[filled, plan.slots[slot + j]] = plan.values[begin + j] * scale
                else:
                    weigh(plan, group, theta, inverse, part)
                    if not eliminate(part, size, size + count):
                        return False
                    for k in range(size):
                        for j in range(k, size):
                            weights[at + k * size + j] = part[k, j]
                        for j in range(count):
                            panel[filled + k, plan.slots[slot + j]] = part[k, size + j]
                filled += size
            add_products(panel, filled, kernel, corner, width, width + border)
            for i in range(width):
                kernel[i, i] *= 1.0 + SHIFT
            if not eliminate(kernel, width, width + tied):
                return False
            at = plan.root_start[block]
            for k in range(width):
                for j in range(k, width):
                    roots[at + k * width + j] = kernel[k, j]
                ties[core + k] = kernel[k, width : width + tied]
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
    border = len(plan.border_columns)
    vector = np.empty(largest(plan.core_start) + border)
    for chunk in range(first, last):
        gain = gains[chunk]
        gain[:] = 0.0
        for block in range(plan.chunks[chunk], plan.chunks[chunk + 1]):
            core = plan.core_start[block]
            width = plan.core_start[block + 1] - core
            vector[width : width + border] = 0.0
            for i in range(width):
                vector[i] = a[plan.core_at[core + i]]
            for group in range(plan.group_start[block], plan.group_start[block + 1]):
                row, leaf = place(plan.row_start[group]), place(plan.leaf_start[group])
                size, leaves = plan.row_start[group + 1] - row, plan.leaf_start[group + 1] - leaf
                at = plan.leaf_values_start[group]
                for i in range(size):
                    value = b[plan.row_at[row + i]]
                    for k in range(leaves):
                        value -= plan.leaf_values[at + i * leaves + k] * theta[leaf + k] * a[plan.leaf_at[leaf + k]]
                    rest[row + i] = value
                    local[i] = value
                at = plan.weight_start[group]
                if size == 1:
                    local[0] *= weights[at] * weights[at]
                else:
                    root = square(weights, at, size)
                    forward(root, local)
                    backward(root, local)
                slot = place(plan.slot_start[group])
                count = plan.slot_start[group + 1] - slot
                at = place(plan.values_start[group])
                for i in range(size):
                    value = local[i]
                    for j in range(count):
                        vector[plan.slots[slot + j]] += plan.values[at + j] * value
                    at = place(at + count)
            forward(square(roots, plan.root_start[block], width), vector)
            for i in range(width):
                halves[core + i] = vector[i]
            for i in range(border):
                gain[i] += vector[width + i]


@njit(cache=True, nogil=True)
def ascend(
    plan: Plan,
    first: int,
    last: int,
    right: tuple[Floats, Floats, Floats, Floats],
    diagonals: tuple[Floats, Floats, Floats],
    roots: Floats,
    weights: Floats,
    answer: tuple[Floats, Floats, Floats, Floats, Floats],
    gains: Floats,
) -> None:
    """From the border's answer: columns and rows of the blocks, and what the exact system makes of them."""
    a, rest, halves, pulls = right
    sigma, inverse, theta = diagonals
    dx, dy, made_a, made_b, activity = answer
    border = len(plan.border_columns)
    local = np.empty(largest(plan.row_start))
    value_of = np.empty(largest(plan.core_start) + border)
    pulled = np.empty(largest(plan.core_start) + border)
    for chunk in range(first, last):
        gain = gains[chunk]
        gain[:] = 0.0
        for block in range(plan.chunks[chunk], plan.chunks[chunk + 1]):
            core = plan.core_start[block]
            width = plan.core_start[block + 1] - core
            value_of[:width] = halves[core : core + width]
            backward(square(roots, plan.root_start[block], width), value_of)
            for i in range(border):
                value_of[width + i] = dx[plan.border_columns[i]]
            pulled[:width] = pulls[core : core + width]
            pulled[width : width + border] = 0.0
            for group in range(plan.group_start[block], plan.group_start[block + 1]):
                row, leaf = place(plan.row_start[group]), place(plan.leaf_start[group])
                size, leaves = plan.row_start[group + 1] - row, plan.leaf_start[group + 1] - leaf
                slot = place(plan.slot_start[group])
                count = plan.slot_start[group + 1] - slot
                at = place(plan.values_start[group])
                for i in range(size):
                    even, odd = 0.0, 0.0
                    for j in range(0, count - 1, 2):
                        even += plan.values[at + j] * value_of[plan.slots[slot + j]]
                        odd += plan.values[at + j + 1] * value_of[plan.slots[slot + j + 1]]
                    if count % 2:
                        even += plan.values[at + count - 1] * value_of[plan.slots[slot + count - 1]]
                    value = even + odd
                    activity[plan.row_at[row + i]] = value
                    local[i] = rest[row + i] - value
                    at = place(at + count)
                at = plan.weight_start[group]
                if size == 1:
                    local[0] *= weights[at] * weights[at]
                else:
                    root = square(weights, at, size)
                    forward(root, local)
                    backward(root, local)
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
                        activity[plan.row_at[row + i]] += plan.leaf_values[at + i * leaves + k] * value
                at = place(plan.values_start[group])
                for i in range(size):
                    there, value = plan.row_at[row + i], local[i]
                    dy[there] = value
                    made_b[there] = activity[there] + inverse[there] * value
                    for j in range(count):
                        pulled[plan.slots[slot + j]] += plan.values[at + j] * value
                    at = place(at + count)
            for i in range(width):
                column = plan.core_at[core + i]
                halves[core + i] = dx[column] = value_of[i]
                made_a[column] = sigma[column] * value_of[i] - pulled[i]
            for i in range(border):
                gain[i] += pulled[width + i]
