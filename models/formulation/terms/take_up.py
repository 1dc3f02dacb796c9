"""How much of each option is used."""

from __future__ import annotations

import numpy as np

from ..model import Model


def take_up(model: Model) -> None:
    r"""Every option is used between not at all and its largest take-up.

    .. math:: 0 \le s_j \le m_j

    s: take-up, column ``take_up[area,option]``, no unit. m: ``options.max_take_up``; 1 for a scale-back.
    design.md section 4.
    """
    options = model.data.options
    model.take_up = model.build.columns(
        "take_up",
        model.option_keys(np.arange(options.size)),
        lower=np.zeros(options.size),
        upper=options.limit,
    )
