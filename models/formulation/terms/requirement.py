"""Options that need another."""

from __future__ import annotations

import numpy as np

from ..model import Model


def requirement(model: Model) -> None:
    r"""An option that is required is used by at least as large a share as the option that needs it.

    .. math:: s_i / m_i - s_j / m_j \ge 0

    j: the option. i: each option named in its ``options.requires``. s: take-up. m: largest take-up.
    Row ``requirement[area,option,required]``. design.md section 3.
    """
    options = model.data.options
    needing, needed = options.requires[:, 0], options.requires[:, 1]
    keys = {**model.option_keys(needing), "required": options.name[needed]}
    rows = model.build.rows("requirement", keys, lower=np.zeros(len(needing)), upper=np.full(len(needing), np.inf))
    model.build.add(rows, model.take_up[needed], 1 / options.limit[needed])
    model.build.add(rows, model.take_up[needing], -1 / options.limit[needing])
