"""No sudden changes of what a recipient holds."""

from __future__ import annotations

from ...tables.rule_kinds import RULES
from ..model import Model
from ..recipient_rows import add_rows


def recipient_grant_step(model: Model) -> None:
    r"""The grants of a recipient's members together leave their bids' profile by so much from year to year.

    .. math::
        \Bigl|\sum_{a \in R,\ b_{aet},\, b_{ae,t-1} > 0} (g_{aet} - b_{aet}) - (g_{ae,t-1} - b_{ae,t-1})\Bigr|
        \le \text{step}_{Ret}

    g: grant, money. b: bid. R: areas whose grant one recipient holds. step: rule ``grant_step`` at level
    ``recipient``, of the mean yearly bids of the same areas. Row ``recipient_grant_step[recipient,envelope,year]``,
    year being the later one. levelling-up.md.
    """
    bid = model.data.bid
    change = bid.copy()
    change[:, :, 1:] -= bid[:, :, :-1]
    sums = add_rows(model, RULES["recipient_grant_step"], change)
    area, envelope, year = sums.cells
    model.build.add(sums.row_of_cell, model.grant[area, envelope, year], 1.0)
    model.build.add(sums.row_of_cell, model.grant[area, envelope, year - 1], -1.0)
