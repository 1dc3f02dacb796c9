"""singlepot settles many local bids against one national pot.

Read a scenario (:func:`read_scenario`, or :meth:`Scenario.from_tables` for DataFrames), settle it
(:func:`settle`), and look at, write or read back the :class:`Settlement`. Names are loaded when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from singlepot.models.analysis.alternatives import Alternatives, alternatives
    from singlepot.models.analysis.area_account import AreaAccount, explain_area
    from singlepot.models.analysis.attainable import reach
    from singlepot.models.analysis.frontier import Frontier, frontier
    from singlepot.models.analysis.inequality.measuring import Inequality, inequality
    from singlepot.models.analysis.near_optimal import ranges
    from singlepot.models.analysis.price_of_fairness import PriceOfFairness, price_of_fairness
    from singlepot.models.analysis.price_range import PriceRange, price_range
    from singlepot.models.assurance.verification.assurance import Assurance
    from singlepot.models.claims.awarding import awards
    from singlepot.models.diagnostics.explanations import explain
    from singlepot.models.diagnostics.problems import BadInput, Problem
    from singlepot.models.files.folder import FolderRefused
    from singlepot.models.formulation.formulation import Formulation, formulate
    from singlepot.models.scenario.scenario import Scenario
    from singlepot.models.settlement.certificate import Certificate
    from singlepot.models.settlement.settle import settle
    from singlepot.models.settlement.settlement import Settlement
    from singlepot.scenarios.ensemble.plan import Plan, Uncertain, read_plan
    from singlepot.scenarios.ensemble.robust import Robust, settle_robust
    from singlepot.scenarios.ensemble.running import Ensemble, ensemble, read_ensemble
    from singlepot.scenarios.ensemble.store import EnsembleRefused
    from singlepot.scenarios.many.compare import compare
    from singlepot.scenarios.many.comparison import Comparison
    from singlepot.scenarios.many.stability import stability
    from singlepot.scenarios.many.sweep import Sweep, sweep
    from singlepot.scenarios.reading.checking import Findings, check_scenario
    from singlepot.scenarios.reading.reading import read_scenario
    from singlepot.scenarios.reading.shipped import shipped
    from singlepot.scenarios.regimes.result import Regimes
    from singlepot.scenarios.regimes.running import regime, regimes
    from singlepot.scenarios.repair.repair import CannotChange, NoRepair, Repair
    from singlepot.scenarios.repair.search import repair
    from singlepot.scenarios.results.settlement_document import UnreadableSettlement, write_settlement
    from singlepot.scenarios.results.settlement_folder import read_settlement
    from singlepot.scenarios.results.verifying import verify
    from singlepot.scenarios.what_if.what_if import what_if
    from singlepot.scenarios.writing.template import write_template
    from singlepot.scenarios.writing.writing import write_scenario
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
    from singlepot.solver.user_rows import ExtraRows

    __version__: str

_HOMES = {
    "AreaAccount": "models.analysis.area_account",
    "explain_area": "models.analysis.area_account",
    "Alternatives": "models.analysis.alternatives",
    "alternatives": "models.analysis.alternatives",
    "Certificate": "models.settlement.certificate",
    "PriceOfFairness": "models.analysis.price_of_fairness",
    "price_of_fairness": "models.analysis.price_of_fairness",
    "FolderRefused": "models.files.folder",
    "Formulation": "models.formulation.formulation",
    "formulate": "models.formulation.formulation",
    "Frontier": "models.analysis.frontier",
    "frontier": "models.analysis.frontier",
    "ranges": "models.analysis.near_optimal",
    "PriceRange": "models.analysis.price_range",
    "price_range": "models.analysis.price_range",
    "awards": "models.claims.awarding",
    "Inequality": "models.analysis.inequality.measuring",
    "inequality": "models.analysis.inequality.measuring",
    "Regimes": "scenarios.regimes.result",
    "regime": "scenarios.regimes.running",
    "regimes": "scenarios.regimes.running",
    "BadInput": "models.diagnostics.problems",
    "Problem": "models.diagnostics.problems",
    "reach": "models.analysis.attainable",
    "Scenario": "models.scenario.scenario",
    "settle": "models.settlement.settle",
    "Settlement": "models.settlement.settlement",
    "explain": "models.diagnostics.explanations",
    "Findings": "scenarios.reading.checking",
    "check_scenario": "scenarios.reading.checking",
    "Assurance": "models.assurance.verification.assurance",
    "Robust": "scenarios.ensemble.robust",
    "settle_robust": "scenarios.ensemble.robust",
    "Ensemble": "scenarios.ensemble.running",
    "EnsembleRefused": "scenarios.ensemble.store",
    "Plan": "scenarios.ensemble.plan",
    "Uncertain": "scenarios.ensemble.plan",
    "ensemble": "scenarios.ensemble.running",
    "read_ensemble": "scenarios.ensemble.running",
    "read_plan": "scenarios.ensemble.plan",
    "compare": "scenarios.many.compare",
    "Comparison": "scenarios.many.comparison",
    "read_scenario": "scenarios.reading.reading",
    "UnreadableSettlement": "scenarios.results.settlement_document",
    "CannotChange": "scenarios.repair.repair",
    "NoRepair": "scenarios.repair.repair",
    "Repair": "scenarios.repair.repair",
    "repair": "scenarios.repair.search",
    "read_settlement": "scenarios.results.settlement_folder",
    "shipped": "scenarios.reading.shipped",
    "stability": "scenarios.many.stability",
    "Sweep": "scenarios.many.sweep",
    "sweep": "scenarios.many.sweep",
    "verify": "scenarios.results.verifying",
    "write_scenario": "scenarios.writing.writing",
    "write_settlement": "scenarios.results.settlement_document",
    "write_template": "scenarios.writing.template",
    "what_if": "scenarios.what_if.what_if",
    "Progress": "solver.control",
    "BadOption": "solver.errors",
    "BadExtra": "solver.errors",
    "ExtraRows": "solver.user_rows",
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
    "AreaAccount",
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
    "explain_area",
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
