"""The least that a recipient's members agree to together."""

from __future__ import annotations

from ...tables.rule_kinds import RULES
from ..model import Model
from ..recipient_rows import add_rows


def recipient_target_floor(model: Model) -> None:
    r"""The agreed targets of a recipient's members together keep above a floor.

    .. math:: \sum_{a \in R,\ q_{akt} > 0} y_{akt} \ge \text{floor}_{Rkt}

    y: agreed target, objective units. q: proposed target. R: areas whose grant one recipient holds. floor: rule
    ``target_floor`` at level ``recipient``, of the sum over the same cells. Row
    ``recipient_target_floor[recipient,objective,year]``. levelling-up.md.
    """
    sums = add_rows(model, RULES["recipient_target_floor"])
    model.build.add(sums.row_of_cell, model.target[sums.cells], 1.0)
