"""How much of the aims of convergence and inclusion a settlement meets, whatever its stages and its regime."""

from __future__ import annotations

import math

from ..scenario.arrays import arrays
from ..settlement.settlement import Settlement


def aims_met(settlement: Settlement) -> float:
    """Return the share of the aims of convergence that is met: objectives by their weight, all their places together.

    It is 1 less the value of the stage ``convergence.total``. NaN without the section; 1 where no place is below its
    line.
    """
    table = settlement.convergence
    if table is None:
        return math.nan
    data = arrays(settlement.scenario)
    weights = dict(zip(data.objectives, data.objective_weight.tolist(), strict=True))
    section = settlement.scenario.settings.convergence
    whole = sum(weights[key] for key in section.aims) if section is not None else 0.0
    if whole <= 0:
        return 1.0
    sums = table.groupby("objective")[["short", "aim"]].sum()
    missed = (sums["short"] / sums["aim"]).to_dict()
    return float(1 - sum(weights[str(key)] * share for key, share in missed.items()) / whole)


def met_together(settlement: Settlement) -> float:
    """Return the share of both national targets that is met in the same places; NaN without ``[inclusion]``."""
    table = settlement.inclusion
    return math.nan if table is None else float(table["together"].sum())
