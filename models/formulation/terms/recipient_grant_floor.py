"""The least that a recipient holds."""

from __future__ import annotations

from ...tables.rule_kinds import RULES
from ..model import Model
from ..recipient_rows import add_rows


def recipient_grant_floor(model: Model) -> None:
    r"""The grants of a recipient's members together keep above a floor.

    .. math:: \sum_{a \in R,\ b_{aet} > 0} g_{aet} \ge \text{floor}_{Ret}

    g: grant, money. b: bid. R: areas whose grant one recipient holds. floor: rule ``grant_floor`` at level
    ``recipient``, of the sum over the same cells. Row ``recipient_grant_floor[recipient,envelope,year]``.
    levelling-up.md.
    """
    sums = add_rows(model, RULES["recipient_grant_floor"])
    model.build.add(sums.row_of_cell, model.grant[sums.cells], 1.0)
