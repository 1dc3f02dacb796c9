"""Result of the two-stage programme: grants, stages and figures are returned as tables and written as a folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from singlepot.models.files.folder_kinds import ROBUST
from singlepot.models.files.ownership import FolderKind
from singlepot.models.settlement.settlement import Settlement

from ..results.result_folder import ResultFolder, rows_with_nulls
from .plan import Plan


@dataclass(frozen=True, eq=False, repr=False)
class Robust(ResultFolder):
    """First-stage grants that are decided once for all draws, beside those of the central settlement.

    Attributes
    ----------
    plan
        The plan of the draws.
    central
        The settlement of the base scenario.
    measure
        The objective that is minimised, such as ``shortfall.total``; a share of the targets.
    worst_share
        Share of the draws that count as the worst.
    grants
        area, envelope, year, bid, central, grant, change (from central), pounds.
    pot
        envelope, year, amount (the least of any draw), allocated, carried, reserve.
    stages
        name (``expected``, ``worst``), value, bound (what no grants fall below), gap, give, central (the same figure
        with the central grants), final (at the grants that were chosen).
    draws
        draw, robust, central and known (the measure with these grants, with the central ones, and with grants decided
        when the draw was known; NaN where rules leave none), and ``shortfall_OBJECTIVE`` of the robust grants.
    figures
        name, value: expected and worst of each of the three; ``value of knowing`` (what the expected shortfall would
        fall by if draws were known before grants are decided), ``value of robust`` (by how much the robust grants
        are better than the central ones), each as a share of the targets; ``moved`` (money that goes elsewhere).
    """

    _kind: ClassVar[FolderKind] = ROBUST

    plan: Plan
    central: Settlement
    measure: str
    worst_share: float
    grants: pd.DataFrame
    pot: pd.DataFrame
    stages: pd.DataFrame
    draws: pd.DataFrame
    figures: pd.DataFrame

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Tables by name."""
        return {name: getattr(self, name) for name in ("grants", "pot", "stages", "draws", "figures")}

    def as_dict(self) -> dict[str, Any]:
        """Convert everything but grants and draws into plain values; missing numbers are null."""
        return {
            "schema": 1,
            "title": self.plan.title,
            "base": self.central.scenario.settings.title,
            "money": self.central.scenario.settings.money,
            "draws": len(self.draws),
            "seed": self.plan.seed,
            "measure": self.measure,
            "worst_share": self.worst_share,
            **{name: rows_with_nulls(self.tables[name]) for name in ("pot", "stages", "figures")},
        }

    def figure(self, name: str) -> float:
        """Return one of ``figures``."""
        return float(self.figures.set_index("name")["value"][name])

    def __repr__(self) -> str:
        """One line."""
        return f"<Robust grants for {len(self.draws)} draws of {self.central.scenario.settings.title!r}>"
