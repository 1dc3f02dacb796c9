"""Comparison of regimes: their grants, targets and inequality are set side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import pandas as pd

from singlepot.models.analysis.aims_met import aims_met, met_together
from singlepot.models.analysis.inequality import GRANT_PER_HEAD, measure_inequality
from singlepot.models.analysis.spread import spread
from singlepot.models.files.folder_kinds import REGIMES
from singlepot.models.files.ownership import FolderKind
from singlepot.models.scenario.scenario import Scenario
from singlepot.models.settlement.settlement import Settlement
from singlepot.solver import SinglepotError

from ..results.result_folder import ResultFolder
from .pooling import Pooling

GRANTS = ("regime", "area", "envelope", "year", "bid", "grant")
SPREAD = ("lowest", "median", "highest", "gini", "theil", "p90_p10", "variation", "hoover")
SECTIONS = ("convergence", "inclusion")

LEVELLING = ("aims_met", "together")
"""Further columns of the summary, where the scenario has the sections: shares of the aims of convergence that are met,
and of both national targets that are met in the same places."""

SUMMARY = ("regime", "objective", "year", "target", "agreed", "shortfall", *SPREAD)


@dataclass(frozen=True, eq=False, repr=False)
class Regimes(ResultFolder):
    """Comparison of regimes.

    Attributes
    ----------
    scenario
        The scenario that was settled.
    names
        Name of each regime by its key, in order.
    outcomes
        The settlement of each, or why there is none.
    pooling
        Value of pooling against the silos; None without them.
    """

    _kind: ClassVar[FolderKind] = REGIMES

    scenario: Scenario
    names: Mapping[str, str]
    outcomes: Mapping[str, Settlement | SinglepotError]
    pooling: Pooling | None = None

    @property
    def settlements(self) -> Mapping[str, Settlement]:
        """The regimes that have a settlement."""
        return {key: outcome for key, outcome in self.outcomes.items() if isinstance(outcome, Settlement)}

    @property
    def failures(self) -> Mapping[str, SinglepotError]:
        """The regimes without one, and why."""
        return {key: outcome for key, outcome in self.outcomes.items() if isinstance(outcome, SinglepotError)}

    def __getitem__(self, key: str) -> Settlement:
        """The settlement of a regime; why there is none is raised."""
        outcome = self.outcomes[key]
        if isinstance(outcome, SinglepotError):
            raise outcome
        return outcome

    @cached_property
    def grants(self) -> pd.DataFrame:
        """regime, area, envelope, year, bid, grant (money): every regime's grants under one another."""
        parts = [one.grants.assign(regime=key)[list(GRANTS)] for key, one in self.settlements.items()]
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(GRANTS))

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One row for each regime and national row, and how the regime's grants spread.

        regime, objective, year (or range), target, agreed, shortfall (objective units); lowest, median and highest
        grant over bid; gini, theil, p90_p10, variation, hoover of grants per head. A scenario without national
        objectives has one row for each regime. With aims of convergence or inclusion also aims_met and together, the
        shares of them that are met.
        """
        sections = self.scenario.settings.sections
        further = {
            name: measure
            for name, measure, section in zip(LEVELLING, (aims_met, met_together), SECTIONS, strict=True)
            if section in sections
        }
        parts = []
        for key, settlement in self.settlements.items():
            rows = settlement.national[["objective", "year", "target", "agreed", "shortfall"]]
            if not len(rows):
                rows = pd.DataFrame([{"objective": "", "year": ""}]).reindex(columns=rows.columns)
            measured = {name: measure(settlement) for name, measure in further.items()}
            parts.append(rows.assign(regime=key, **_spread(settlement), **measured)[[*SUMMARY, *further]])
        if not parts:
            return pd.DataFrame(columns=[*SUMMARY, *further])
        return pd.concat([part.astype(dict.fromkeys(SUMMARY[3:], float)) for part in parts], ignore_index=True)

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """The tables that are written, by name of the file."""
        return {"regimes": self.grants, "summary": self.summary}

    def as_dict(self) -> dict[str, Any]:
        """Return the dropped rules and notes of each regime, the failures, and the value of pooling."""
        pooled = self.pooling
        return {
            "schema": 1,
            "title": self.scenario.settings.title,
            "money": self.scenario.settings.money,
            "scenario_sha256": self.scenario.sha256,
            "regimes": {key: settlement.provenance["regime"] for key, settlement in self.settlements.items()},
            "failures": {key: str(reason) for key, reason in self.failures.items()},
            "pooling": None if pooled is None else {"granted": pooled.granted, "needed": pooled.needed},
        }

    def __repr__(self) -> str:
        """One line."""
        return f"<Regimes of {self.scenario.settings.title!r}: {', '.join(self.settlements)}>"


def _spread(settlement: Settlement) -> dict[str, float]:
    grants_over_bids = spread(settlement)
    measured = measure_inequality(settlement).measures
    overall = measured[measured["what"] == GRANT_PER_HEAD].iloc[0]
    return {
        "lowest": grants_over_bids.lowest,
        "median": grants_over_bids.median,
        "highest": grants_over_bids.highest,
        **{name: float(overall[name]) for name in SPREAD[3:]},
    }
