"""Value of pooling: the least grant by which one pot reaches the outcomes of the silos."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from singlepot.models.formulation.formulation import formulate
from singlepot.models.formulation.model import ABSENT
from singlepot.models.scenario.arrays import arrays
from singlepot.models.settlement.settlement import Settlement
from singlepot.solver import Control, ExtraRows, Stage, minimise_in_turn

ROOM = 1e-9
"""By how much a shortfall may pass that of the silos, as a share of the national target: rounding."""


@dataclass(frozen=True)
class Pooling:
    """Value of pooling.

    Attributes
    ----------
    granted
        Grants of the silos, money.
    needed
        Least grant of one pot for which no national target falls further short, money.
    """

    granted: float
    needed: float

    @property
    def saved(self) -> float:
        """Grant that one pot saves, money."""
        return max(self.granted - self.needed, 0.0)


def pooling(silos: Settlement, control: Control) -> Pooling:
    r"""Minimise the grants of one pot subject to the silos' shortfall on every national target.

    .. math:: \min \sum g \quad \text{with} \quad u_r \le u^{\text{silos}}_r

    g: grant. u: shortfall. The same bids, options and rules, without the walls between the silos; what the silos grant
    is enough, so the answer is never more.
    """
    scenario = silos.scenario
    shortfalls = silos.national["shortfall"].to_numpy(dtype=np.float64)
    room = ROOM * silos.national["target"].to_numpy(dtype=np.float64)

    def as_well(further: ExtraRows) -> None:
        columns = further.labels("shortfall")["column"]
        for row, column in enumerate(columns):
            further.at_most(f"as well {row}", [column], [1.0], float(shortfalls[row] + room[row]))

    formulation = formulate(scenario, as_well)
    cost = np.zeros(formulation.programme.shape[1])
    cost[formulation.model.grant[formulation.model.grant != ABSENT]] = 1.0
    granted = float(silos.grants["grant"].sum())
    size = max(granted, arrays(scenario).pot_total, np.finfo(float).tiny)
    least = minimise_in_turn(
        formulation.programme, [Stage("pooling", "money", cost, size=size)], control, values_only=True
    )
    return Pooling(granted, float(least.results[0].value))
