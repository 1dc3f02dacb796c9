"""How unequal grants and rates are over areas, and how prosperity goes with inclusion."""

from .measures import coefficient_of_variation, gini, hoover, percentile_ratio, theil, theil_by_group
from .measuring import AFTER, BEFORE, BID_PER_HEAD, GRANT_PER_HEAD, Inequality, measure_inequality
from .pairing import pairing

__all__ = [
    "AFTER",
    "BEFORE",
    "BID_PER_HEAD",
    "GRANT_PER_HEAD",
    "Inequality",
    "coefficient_of_variation",
    "gini",
    "hoover",
    "measure_inequality",
    "pairing",
    "percentile_ratio",
    "theil",
    "theil_by_group",
]
