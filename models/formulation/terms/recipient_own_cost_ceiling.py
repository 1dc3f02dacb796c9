"""What the members of a recipient may be asked to pay themselves, together."""

from __future__ import annotations

import numpy as np

from ...tables.rule_kinds import RULES
from ..model import Model
from ..recipient_rows import add_rows


def recipient_own_cost_ceiling(model: Model) -> None:
    r"""What the options used cost a recipient's members outside the grants stays below a share of their bids.

    .. math:: \sum_{a \in R,\ \sum b_a > 0} \sum_{j \in a} f_j s_j \le \text{own\_cost\_ceiling}_R

    f: ``options.own_cost``, money over the whole profile at take-up 1. s: take-up. b: bid. R: areas whose grant one
    recipient holds. Rule ``own_cost_ceiling`` at level ``recipient``, of the bids of the same areas. Row
    ``recipient_own_cost_ceiling[recipient]``. levelling-up.md.
    """
    options = model.data.options
    sums = add_rows(model, RULES["recipient_own_cost_ceiling"])
    row_of = np.full(len(model.data.areas), -1, dtype=np.int64)
    row_of[sums.cells] = sums.row_of_cell
    costly = np.flatnonzero((options.own_cost > 0) & (row_of[options.area] >= 0))
    model.build.add(row_of[options.area[costly]], model.take_up[costly], options.own_cost[costly])
