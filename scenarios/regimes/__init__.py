"""Allocation regimes: claims rules, formulas, a competition and silos are settled with the same bids and options."""

from .fixing import fix
from .plan import RegimePlan, read_regime_plan
from .pooling import Pooling
from .result import Regimes
from .running import NAMES, compare_regimes, settle_regime

__all__ = ["NAMES", "Pooling", "RegimePlan", "Regimes", "compare_regimes", "fix", "read_regime_plan", "settle_regime"]
