"""How much of each option is used."""

from __future__ import annotations

import numpy as np

from ..bounds import take_up_bounds
from ..model import Model


def take_up(model: Model) -> None:
    r"""Every option is used between its floor and its ceiling, or between not at all and its largest take-up.

    .. math:: \max(0, \text{floor}_j - m_j w_j) \le s_j \le \max(0, \min(m_j, \text{ceiling}_j) - m_j w_j)

    s: take-up, column ``take_up[area,option]``, no unit. m: ``options.max_take_up``; 1 for a scale-back. w:
    ``options.used``, the share of it that was taken before. Floor, ceiling: rules ``take_up_floor``,
    ``take_up_ceiling``. design.md section 4.
    """
    options = model.data.options
    lower, upper = take_up_bounds(model.data, model.rules)
    model.take_up = model.build.columns(
        "take_up",
        model.option_keys(np.arange(options.size)),
        lower=lower,
        upper=upper,
    )
