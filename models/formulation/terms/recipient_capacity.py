"""What the members of a recipient can use in a year, together."""

from __future__ import annotations

import numpy as np

from ...tables.rule_kinds import RULES
from ..model import ABSENT, Model
from ..recipient_rows import add_rows


def recipient_capacity(model: Model) -> None:
    r"""The grants of a recipient's members in all envelopes of a year stay below what they can use together.

    .. math:: \sum_{a \in R,\ \sum_e b_{aet} > 0} \sum_e g_{aet} \le \text{capacity}_{Rt}

    g: grant, money. b: bid. R: areas whose grant one recipient holds. Rule ``capacity`` at level ``recipient``, of the
    bids or references of the same areas and the year, or an amount. Row ``recipient_capacity[recipient,year]``.
    levelling-up.md.
    """
    sums = add_rows(model, RULES["recipient_capacity"])
    area, year = sums.cells
    columns = model.grant[area, :, year]
    cell, envelope = np.nonzero(columns != ABSENT)
    model.build.add(sums.row_of_cell[cell], columns[cell, envelope], 1.0)
