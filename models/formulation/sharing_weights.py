r"""Quadratic weights of the sharing step: large options and large areas give way as easily as small ones.

.. math::
    \min \sum_j \sigma_j \frac{s_j^2}{m_j} + \sum_{et} \frac{c_{et}^2}{B_{et} \sum B}
    + \sum_{ee't} \frac{v_{ee't}^2}{B_{et} \sum B}, \qquad
    \sigma_j = \frac{\sum_{et} |G_{jet}|}{\sum B} + \sum_k \frac{\sum_t |E_{jkt}|}{N_k}

with N the sum of the national targets of the objective, or of the proposed ones where there is no national row,
or of all changes where there is neither; B of the envelope that the money leaves. design.md section 4.
"""

from __future__ import annotations

import numpy as np

from ..scenario.array_types import Booleans, Floats
from ..scenario.arrays import Arrays
from .model import ABSENT, Model

IDLE = 1e-6
"""Weight, relative to the mean, of an option that changes neither money nor outcomes, where one must have a weight.

Nothing in the design decides how far such an option is used. The sharing step takes it as far as others require.
"""


def sharing_weights(model: Model, columns: int) -> tuple[Floats, Booleans]:
    """Coefficient of the square of each column, and which columns are take-ups of options that change nothing."""
    data, options = model.data, model.data.options
    weights, idle = np.zeros(columns), np.zeros(columns, dtype=bool)
    sigma = _sizes(data)
    idle[model.take_up] = sigma == 0
    used = sigma[sigma > 0]
    sigma = np.where(sigma > 0, sigma, IDLE * used.mean() if used.size else 1.0)
    weights[model.take_up] = sigma / options.limit
    total = data.pot_total
    if total > 0:
        carried = model.carry_over != ABSENT
        weights[model.carry_over[carried]] = 1 / (data.pot[carried] * total)
        if model.virement is not None:
            moves = model.virement
            weights[moves.column] = 1 / (data.pot[moves.source, moves.year] * total)
    return weights, idle


def _sizes(data: Arrays) -> Floats:
    """σ of each option."""
    options = data.options
    size = np.zeros(options.size)
    if data.pot_total > 0:
        money = np.bincount(options.grant.option, weights=np.abs(options.grant.value), minlength=options.size)
        size += money / data.pot_total
    outcome = options.outcome
    national = np.bincount(data.national.objective, weights=data.national.target, minlength=len(data.objectives))
    proposed = data.proposed.sum(axis=(0, 2))
    change = np.bincount(outcome.across, weights=np.abs(outcome.value), minlength=len(data.objectives))
    norm = np.where(national > 0, national, np.where(proposed > 0, proposed, change))
    if len(outcome.option):
        size += np.bincount(
            outcome.option, weights=np.abs(outcome.value) / norm[outcome.across], minlength=options.size
        )
    return size
