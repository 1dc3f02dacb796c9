"""The objective that an option is for, rather than one that it changes on the side."""

from __future__ import annotations

import numpy as np

from .array_types import Booleans
from .arrays import Arrays

PURPOSE_TIE = 1e-9
"""Relative difference below which an option is for each of two objectives."""


def meant_for(data: Arrays) -> Booleans:
    r"""Return which objectives each option is for, shape (options, objectives).

    .. math:: \arg\max_k \sum_t |E_{jkt}| / \sum_t q_{akt}

    among the objectives with a proposed target; an option tied to a relative 1e-9 is for each of them.
    design.md section 3.
    """
    options, cells = data.options, data.options.outcome
    shape = (options.size, len(data.objectives))
    at = cells.option * shape[1] + cells.across
    change = np.bincount(at, np.abs(cells.value), shape[0] * shape[1]).reshape(shape).astype(np.float64)
    proposed = data.proposed.sum(axis=2)[options.area]
    relative = np.divide(change, proposed, out=np.zeros(shape), where=proposed > 0)
    most = relative.max(axis=1, initial=0.0, keepdims=True)
    result: Booleans = (relative > 0) & (relative >= most * (1 - PURPOSE_TIE))
    return result
