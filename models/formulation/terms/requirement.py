"""Options that need another."""

from __future__ import annotations

import numpy as np

from ..model import Model


def requirement(model: Model) -> None:
    r"""An option that is required is used by at least as large a share as the option that needs it.

    .. math:: s_i / m_i + w_i - s_j / m_j - w_j \ge 0

    j: the option. i: each option named in its ``options.requires``. s: take-up. m: largest take-up. w: share taken
    before, of i at least as much as of j.
    Row ``requirement[area,option,required]``. design.md section 3.
    """
    options = model.data.options
    needing, needed = options.requires[:, 0], options.requires[:, 1]
    keys = {**model.option_keys(needing), "required": options.name[needed]}
    lower = np.minimum(options.used[needing] - options.used[needed], 0.0)
    rows = model.build.rows("requirement", keys, lower=lower, upper=np.full(len(needing), np.inf))
    model.build.add(rows, model.take_up[needed], 1 / options.limit[needed])
    model.build.add(rows, model.take_up[needing], -1 / options.limit[needing])
