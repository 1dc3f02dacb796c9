"""singlepot settles many local bids against one national pot.

Read a scenario (:func:`read_scenario`, or :meth:`Scenario.from_tables` for DataFrames), settle it
(:func:`settle`), and look at, write or read back the :class:`Settlement`. Names are loaded when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from singlepot.models.analysis.alternatives import Alternatives, find_alternatives
    from singlepot.models.analysis.area_account import AreaAccount, explain_area
    from singlepot.models.analysis.attainable import find_attainable
    from singlepot.models.analysis.frontier import Frontier, trace_frontier
    from singlepot.models.analysis.inequality.measuring import Inequality, measure_inequality
    from singlepot.models.analysis.near_optimal import find_grant_ranges
    from singlepot.models.analysis.price_of_fairness import PriceOfFairness, price_fairness
    from singlepot.models.analysis.price_range import PriceRange, find_price_range
    from singlepot.models.assurance.verification.assurance import Assurance
    from singlepot.models.claims.awarding import share_claims
    from singlepot.models.diagnostics.explanations import explain_code
    from singlepot.models.diagnostics.problems import BadInputError, Diagnostic
    from singlepot.models.files.folder import FolderRefusedError
    from singlepot.models.formulation.formulation import Formulation, formulate
    from singlepot.models.scenario.scenario import Scenario
    from singlepot.models.settlement.certificate import Certificate
    from singlepot.models.settlement.settle import settle
    from singlepot.models.settlement.settlement import Settlement
    from singlepot.scenarios.ensemble.plan import Plan, Uncertain, read_plan
    from singlepot.scenarios.ensemble.robust import Robust, settle_robust
    from singlepot.scenarios.ensemble.running import Ensemble, read_ensemble, run_ensemble
    from singlepot.scenarios.ensemble.store import EnsembleRefusedError
    from singlepot.scenarios.many.compare import compare
    from singlepot.scenarios.many.comparison import Comparison
    from singlepot.scenarios.many.stability import measure_stability
    from singlepot.scenarios.many.sweep import Sweep, sweep
    from singlepot.scenarios.reading.checking import Findings, check_scenario
    from singlepot.scenarios.reading.reading import read_scenario
    from singlepot.scenarios.reading.shipped import list_scenarios
    from singlepot.scenarios.regimes.result import Regimes
    from singlepot.scenarios.regimes.running import compare_regimes, settle_regime
    from singlepot.scenarios.repair.repair import CannotChangeError, NoRepairError, Repair
    from singlepot.scenarios.repair.search import repair
    from singlepot.scenarios.results.settlement_document import UnreadableSettlementError, write_settlement
    from singlepot.scenarios.results.settlement_folder import read_settlement
    from singlepot.scenarios.results.verifying import verify
    from singlepot.scenarios.what_if.what_if import apply_what_if
    from singlepot.scenarios.writing.template import write_template
    from singlepot.scenarios.writing.writing import write_scenario
    from singlepot.solver.control import Progress
    from singlepot.solver.errors import (
        BadExtraRowsError,
        BadOptionError,
        NoSettlementError,
        NotProvenError,
        SinglepotError,
        SolverFailedError,
        SolverNotFoundError,
        StoppedError,
        VerificationFailedError,
    )
    from singlepot.solver.user_rows import ExtraRows

    __version__: str

_HOMES = {
    "AreaAccount": "models.analysis.area_account",
    "explain_area": "models.analysis.area_account",
    "Alternatives": "models.analysis.alternatives",
    "find_alternatives": "models.analysis.alternatives",
    "Certificate": "models.settlement.certificate",
    "PriceOfFairness": "models.analysis.price_of_fairness",
    "price_fairness": "models.analysis.price_of_fairness",
    "FolderRefusedError": "models.files.folder",
    "Formulation": "models.formulation.formulation",
    "formulate": "models.formulation.formulation",
    "Frontier": "models.analysis.frontier",
    "trace_frontier": "models.analysis.frontier",
    "find_grant_ranges": "models.analysis.near_optimal",
    "PriceRange": "models.analysis.price_range",
    "find_price_range": "models.analysis.price_range",
    "share_claims": "models.claims.awarding",
    "Inequality": "models.analysis.inequality.measuring",
    "measure_inequality": "models.analysis.inequality.measuring",
    "Regimes": "scenarios.regimes.result",
    "settle_regime": "scenarios.regimes.running",
    "compare_regimes": "scenarios.regimes.running",
    "BadInputError": "models.diagnostics.problems",
    "Diagnostic": "models.diagnostics.problems",
    "find_attainable": "models.analysis.attainable",
    "Scenario": "models.scenario.scenario",
    "settle": "models.settlement.settle",
    "Settlement": "models.settlement.settlement",
    "explain_code": "models.diagnostics.explanations",
    "Findings": "scenarios.reading.checking",
    "check_scenario": "scenarios.reading.checking",
    "Assurance": "models.assurance.verification.assurance",
    "Robust": "scenarios.ensemble.robust",
    "settle_robust": "scenarios.ensemble.robust",
    "Ensemble": "scenarios.ensemble.running",
    "EnsembleRefusedError": "scenarios.ensemble.store",
    "Plan": "scenarios.ensemble.plan",
    "Uncertain": "scenarios.ensemble.plan",
    "run_ensemble": "scenarios.ensemble.running",
    "read_ensemble": "scenarios.ensemble.running",
    "read_plan": "scenarios.ensemble.plan",
    "compare": "scenarios.many.compare",
    "Comparison": "scenarios.many.comparison",
    "read_scenario": "scenarios.reading.reading",
    "UnreadableSettlementError": "scenarios.results.settlement_document",
    "CannotChangeError": "scenarios.repair.repair",
    "NoRepairError": "scenarios.repair.repair",
    "Repair": "scenarios.repair.repair",
    "repair": "scenarios.repair.search",
    "read_settlement": "scenarios.results.settlement_folder",
    "list_scenarios": "scenarios.reading.shipped",
    "measure_stability": "scenarios.many.stability",
    "Sweep": "scenarios.many.sweep",
    "sweep": "scenarios.many.sweep",
    "verify": "scenarios.results.verifying",
    "write_scenario": "scenarios.writing.writing",
    "write_settlement": "scenarios.results.settlement_document",
    "write_template": "scenarios.writing.template",
    "apply_what_if": "scenarios.what_if.what_if",
    "Progress": "solver.control",
    "BadOptionError": "solver.errors",
    "BadExtraRowsError": "solver.errors",
    "ExtraRows": "solver.user_rows",
    "NoSettlementError": "solver.errors",
    "NotProvenError": "solver.errors",
    "SinglepotError": "solver.errors",
    "SolverFailedError": "solver.errors",
    "SolverNotFoundError": "solver.errors",
    "StoppedError": "solver.errors",
    "VerificationFailedError": "solver.errors",
}

__all__ = [
    "Alternatives",
    "AreaAccount",
    "Assurance",
    "BadExtraRowsError",
    "BadInputError",
    "BadOptionError",
    "CannotChangeError",
    "Certificate",
    "Comparison",
    "Diagnostic",
    "Ensemble",
    "EnsembleRefusedError",
    "ExtraRows",
    "Findings",
    "FolderRefusedError",
    "Formulation",
    "Frontier",
    "Inequality",
    "NoRepairError",
    "NoSettlementError",
    "NotProvenError",
    "Plan",
    "PriceOfFairness",
    "PriceRange",
    "Progress",
    "Regimes",
    "Repair",
    "Robust",
    "Scenario",
    "Settlement",
    "SinglepotError",
    "SolverFailedError",
    "SolverNotFoundError",
    "StoppedError",
    "Sweep",
    "Uncertain",
    "UnreadableSettlementError",
    "VerificationFailedError",
    "__version__",
    "apply_what_if",
    "check_scenario",
    "compare",
    "compare_regimes",
    "explain_area",
    "explain_code",
    "find_alternatives",
    "find_attainable",
    "find_grant_ranges",
    "find_price_range",
    "formulate",
    "list_scenarios",
    "measure_inequality",
    "measure_stability",
    "price_fairness",
    "read_ensemble",
    "read_plan",
    "read_scenario",
    "read_settlement",
    "repair",
    "run_ensemble",
    "settle",
    "settle_regime",
    "settle_robust",
    "share_claims",
    "sweep",
    "trace_frontier",
    "verify",
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
