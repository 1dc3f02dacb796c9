"""Options that share one opportunity."""

from __future__ import annotations

import numpy as np

from ..model import Model


def group(model: Model) -> None:
    r"""The shares taken of the options of one group add up to at most 1.

    .. math:: \sum_{j \in \text{group}} (s_j / m_j + w_j) \le 1

    s: take-up. m: largest take-up. w: share taken before. Group: ``options.group`` within an area. Row
    ``group[area,option]``, named after the first option of the group, where the group has two options or more.
    design.md section 3.
    """
    options = model.data.options
    grouped = np.flatnonzero(options.group >= 0)
    _, member, size = np.unique(options.group[grouped], return_inverse=True, return_counts=True)
    shared = size >= 2
    row_of = np.cumsum(shared) - 1
    first = grouped[np.unique(member, return_index=True)[1]] if len(grouped) else grouped
    chosen = first[shared]
    rows = model.build.rows(
        "group",
        model.option_keys(chosen),
        lower=np.full(len(chosen), -np.inf),
        upper=np.maximum(1 - np.bincount(member, options.used[grouped], len(size))[shared], 0.0),
    )
    inside = shared[member]
    model.build.add(rows[row_of[member[inside]]], model.take_up[grouped[inside]], 1 / options.limit[grouped[inside]])
