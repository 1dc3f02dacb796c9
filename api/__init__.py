"""singlepot settles many local bids against one national pot.

Read a scenario (:func:`read_scenario`, or :meth:`Scenario.from_tables` for DataFrames), settle it
(:func:`settle`), and look at, write or read back the :class:`Settlement`. Names are loaded when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from singlepot.models.certificate import Certificate
    from singlepot.models.fairness import PriceOfFairness, price_of_fairness
    from singlepot.models.folder import FolderRefused
    from singlepot.models.formulation import Formulation, formulate
    from singlepot.models.problems import BadInput, Problem
    from singlepot.models.reach import reach
    from singlepot.models.scenario import Scenario
    from singlepot.models.settle import settle
    from singlepot.models.settlement import Settlement
    from singlepot.models.verification.assurance import Assurance
    from singlepot.scenarios.comparing import compare
    from singlepot.scenarios.comparison import Comparison
    from singlepot.scenarios.reading import read_scenario
    from singlepot.scenarios.repair import CannotChange, NoRepair, Repair
    from singlepot.scenarios.repairing import repair
    from singlepot.scenarios.settlement_folder import UnreadableSettlement, read_settlement
    from singlepot.scenarios.shipped import shipped
    from singlepot.scenarios.stability import stability
    from singlepot.scenarios.sweeping import Sweep, sweep
    from singlepot.scenarios.verifying import verify
    from singlepot.scenarios.what_if import what_if
    from singlepot.solver.control import Progress
    from singlepot.solver.errors import (
        BadExtra,
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
    "Certificate": "models.certificate",
    "PriceOfFairness": "models.fairness",
    "price_of_fairness": "models.fairness",
    "FolderRefused": "models.folder",
    "Formulation": "models.formulation",
    "formulate": "models.formulation",
    "BadInput": "models.problems",
    "Problem": "models.problems",
    "reach": "models.reach",
    "Scenario": "models.scenario",
    "settle": "models.settle",
    "Settlement": "models.settlement",
    "Assurance": "models.verification.assurance",
    "compare": "scenarios.comparing",
    "Comparison": "scenarios.comparison",
    "read_scenario": "scenarios.reading",
    "CannotChange": "scenarios.repair",
    "NoRepair": "scenarios.repair",
    "Repair": "scenarios.repair",
    "repair": "scenarios.repairing",
    "UnreadableSettlement": "scenarios.settlement_folder",
    "read_settlement": "scenarios.settlement_folder",
    "shipped": "scenarios.shipped",
    "stability": "scenarios.stability",
    "Sweep": "scenarios.sweeping",
    "sweep": "scenarios.sweeping",
    "verify": "scenarios.verifying",
    "what_if": "scenarios.what_if",
    "Progress": "solver.control",
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
    "Assurance",
    "BadExtra",
    "BadInput",
    "CannotChange",
    "Certificate",
    "Comparison",
    "ExtraRows",
    "FolderRefused",
    "Formulation",
    "NoRepair",
    "NoSettlement",
    "NotProven",
    "PriceOfFairness",
    "Problem",
    "Progress",
    "Repair",
    "Scenario",
    "Settlement",
    "SinglepotError",
    "SolverFailed",
    "SolverNotFound",
    "Stopped",
    "Sweep",
    "UnreadableSettlement",
    "VerificationFailed",
    "__version__",
    "compare",
    "formulate",
    "price_of_fairness",
    "reach",
    "read_scenario",
    "read_settlement",
    "repair",
    "settle",
    "shipped",
    "stability",
    "sweep",
    "verify",
    "what_if",
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
