"""singlepot settles many local bids against one national pot.

Read a scenario (:func:`read_scenario`, or :meth:`Scenario.from_tables` for DataFrames), settle it
(:func:`settle`), and look at, write or read back the :class:`Settlement`. Names are loaded when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from singlepot.models.alternatives import Alternatives, alternatives
    from singlepot.models.certificate import Certificate
    from singlepot.models.claims.awarding import awards
    from singlepot.models.explanations import explain
    from singlepot.models.fairness import PriceOfFairness, price_of_fairness
    from singlepot.models.folder import FolderRefused
    from singlepot.models.formulation import Formulation, formulate
    from singlepot.models.frontier import Frontier, frontier
    from singlepot.models.inequality.measuring import Inequality, inequality
    from singlepot.models.near import ranges
    from singlepot.models.price_range import PriceRange, price_range
    from singlepot.models.problems import BadInput, Problem
    from singlepot.models.reach import reach
    from singlepot.models.scenario import Scenario
    from singlepot.models.settle import settle
    from singlepot.models.settlement import Settlement
    from singlepot.models.verification.assurance import Assurance
    from singlepot.scenarios.checking import Findings, check_scenario
    from singlepot.scenarios.comparing import compare
    from singlepot.scenarios.comparison import Comparison
    from singlepot.scenarios.ensemble.plan import Plan, Uncertain, read_plan
    from singlepot.scenarios.ensemble.robust import Robust, settle_robust
    from singlepot.scenarios.ensemble.running import Ensemble, ensemble, read_ensemble
    from singlepot.scenarios.ensemble.store import EnsembleRefused
    from singlepot.scenarios.reading import read_scenario
    from singlepot.scenarios.regimes.result import Regimes
    from singlepot.scenarios.regimes.running import regime, regimes
    from singlepot.scenarios.repair import CannotChange, NoRepair, Repair
    from singlepot.scenarios.repairing import repair
    from singlepot.scenarios.settlement_document import UnreadableSettlement, write_settlement
    from singlepot.scenarios.settlement_folder import read_settlement
    from singlepot.scenarios.shipped import shipped
    from singlepot.scenarios.stability import stability
    from singlepot.scenarios.sweeping import Sweep, sweep
    from singlepot.scenarios.templates import write_template
    from singlepot.scenarios.verifying import verify
    from singlepot.scenarios.what_if import what_if
    from singlepot.scenarios.writing import write_scenario
    from singlepot.solver.control import Progress
    from singlepot.solver.errors import (
        BadExtra,
        BadOption,
        NoSettlement,
        NotProven,
        SinglepotError,
        SolverFailed,
        SolverNotFound,
        Stopped,
        VerificationFailed,
    )
    from singlepot.solver.extra import ExtraRows

    __version__: str

_HOMES = {
    "Alternatives": "models.alternatives",
    "alternatives": "models.alternatives",
    "Certificate": "models.certificate",
    "PriceOfFairness": "models.fairness",
    "price_of_fairness": "models.fairness",
    "FolderRefused": "models.folder",
    "Formulation": "models.formulation",
    "formulate": "models.formulation",
    "Frontier": "models.frontier",
    "frontier": "models.frontier",
    "ranges": "models.near",
    "PriceRange": "models.price_range",
    "price_range": "models.price_range",
    "awards": "models.claims.awarding",
    "Inequality": "models.inequality.measuring",
    "inequality": "models.inequality.measuring",
    "Regimes": "scenarios.regimes.result",
    "regime": "scenarios.regimes.running",
    "regimes": "scenarios.regimes.running",
    "BadInput": "models.problems",
    "Problem": "models.problems",
    "reach": "models.reach",
    "Scenario": "models.scenario",
    "settle": "models.settle",
    "Settlement": "models.settlement",
    "explain": "models.explanations",
    "Findings": "scenarios.checking",
    "check_scenario": "scenarios.checking",
    "Assurance": "models.verification.assurance",
    "Robust": "scenarios.ensemble.robust",
    "settle_robust": "scenarios.ensemble.robust",
    "Ensemble": "scenarios.ensemble.running",
    "EnsembleRefused": "scenarios.ensemble.store",
    "Plan": "scenarios.ensemble.plan",
    "Uncertain": "scenarios.ensemble.plan",
    "ensemble": "scenarios.ensemble.running",
    "read_ensemble": "scenarios.ensemble.running",
    "read_plan": "scenarios.ensemble.plan",
    "compare": "scenarios.comparing",
    "Comparison": "scenarios.comparison",
    "read_scenario": "scenarios.reading",
    "UnreadableSettlement": "scenarios.settlement_document",
    "CannotChange": "scenarios.repair",
    "NoRepair": "scenarios.repair",
    "Repair": "scenarios.repair",
    "repair": "scenarios.repairing",
    "read_settlement": "scenarios.settlement_folder",
    "shipped": "scenarios.shipped",
    "stability": "scenarios.stability",
    "Sweep": "scenarios.sweeping",
    "sweep": "scenarios.sweeping",
    "verify": "scenarios.verifying",
    "write_scenario": "scenarios.writing",
    "write_settlement": "scenarios.settlement_document",
    "write_template": "scenarios.templates",
    "what_if": "scenarios.what_if",
    "Progress": "solver.control",
    "BadOption": "solver.errors",
    "BadExtra": "solver.errors",
    "ExtraRows": "solver.extra",
    "NoSettlement": "solver.errors",
    "NotProven": "solver.errors",
    "SinglepotError": "solver.errors",
    "SolverFailed": "solver.errors",
    "SolverNotFound": "solver.errors",
    "Stopped": "solver.errors",
    "VerificationFailed": "solver.errors",
}

__all__ = [
    "Alternatives",
    "Assurance",
    "BadExtra",
    "BadInput",
    "BadOption",
    "CannotChange",
    "Certificate",
    "Comparison",
    "Ensemble",
    "EnsembleRefused",
    "ExtraRows",
    "Findings",
    "FolderRefused",
    "Formulation",
    "Frontier",
    "Inequality",
    "NoRepair",
    "NoSettlement",
    "NotProven",
    "Plan",
    "PriceOfFairness",
    "PriceRange",
    "Problem",
    "Progress",
    "Regimes",
    "Repair",
    "Robust",
    "Scenario",
    "Settlement",
    "SinglepotError",
    "SolverFailed",
    "SolverNotFound",
    "Stopped",
    "Sweep",
    "Uncertain",
    "UnreadableSettlement",
    "VerificationFailed",
    "__version__",
    "alternatives",
    "awards",
    "check_scenario",
    "compare",
    "ensemble",
    "explain",
    "formulate",
    "frontier",
    "inequality",
    "price_of_fairness",
    "price_range",
    "ranges",
    "reach",
    "read_ensemble",
    "read_plan",
    "read_scenario",
    "read_settlement",
    "regime",
    "regimes",
    "repair",
    "settle",
    "settle_robust",
    "shipped",
    "stability",
    "sweep",
    "verify",
    "what_if",
    "write_scenario",
    "write_settlement",
    "write_template",
]


def __getattr__(name: str) -> object:
    """Load a public name when it is first asked for."""
    if name == "__version__":
        from importlib.metadata import version

        return version("singlepot")
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'singlepot' has no attribute {name!r}")
    value = getattr(import_module(f"singlepot.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
