"""singlepot settles many local bids against one national pot.

Read a scenario (:func:`read_scenario`, or :meth:`Scenario.from_tables` for DataFrames), settle it
(:func:`settle`), and look at, write or read back the :class:`Settlement`. Names are loaded when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from singlepot.models.certificate import Certificate
    from singlepot.models.explanations import explain
    from singlepot.models.fairness import PriceOfFairness, price_of_fairness
    from singlepot.models.folder import FolderRefused
    from singlepot.models.formulation import Formulation, formulate
    from singlepot.models.price_range import PriceRange, price_range
    from singlepot.models.problems import BadInput, Problem
    from singlepot.models.scenario import Scenario
    from singlepot.models.settle import settle
    from singlepot.models.settlement import Settlement
    from singlepot.models.verification.assurance import Assurance
    from singlepot.scenarios.checking import Findings, check_scenario
    from singlepot.scenarios.reading import read_scenario
    from singlepot.scenarios.settlement_folder import UnreadableSettlement, read_settlement
    from singlepot.scenarios.shipped import shipped
    from singlepot.scenarios.verifying import verify
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
    "Certificate": "models.certificate",
    "PriceOfFairness": "models.fairness",
    "price_of_fairness": "models.fairness",
    "FolderRefused": "models.folder",
    "Formulation": "models.formulation",
    "formulate": "models.formulation",
    "PriceRange": "models.price_range",
    "price_range": "models.price_range",
    "BadInput": "models.problems",
    "Problem": "models.problems",
    "Scenario": "models.scenario",
    "settle": "models.settle",
    "Settlement": "models.settlement",
    "explain": "models.explanations",
    "Findings": "scenarios.checking",
    "check_scenario": "scenarios.checking",
    "Assurance": "models.verification.assurance",
    "read_scenario": "scenarios.reading",
    "UnreadableSettlement": "scenarios.settlement_folder",
    "read_settlement": "scenarios.settlement_folder",
    "shipped": "scenarios.shipped",
    "verify": "scenarios.verifying",
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
    "Assurance",
    "BadExtra",
    "BadInput",
    "BadOption",
    "Certificate",
    "ExtraRows",
    "Findings",
    "FolderRefused",
    "Formulation",
    "NoSettlement",
    "NotProven",
    "PriceOfFairness",
    "PriceRange",
    "Problem",
    "Progress",
    "Scenario",
    "Settlement",
    "SinglepotError",
    "SolverFailed",
    "SolverNotFound",
    "Stopped",
    "UnreadableSettlement",
    "VerificationFailed",
    "__version__",
    "check_scenario",
    "explain",
    "formulate",
    "price_of_fairness",
    "price_range",
    "read_scenario",
    "read_settlement",
    "settle",
    "shipped",
    "verify",
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
