"""Comparison of scenarios: its tables hold the differences of inputs, grants, targets and areas from the first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pandas as pd

from singlepot.models.files.folder_kinds import COMPARISON
from singlepot.models.files.ownership import FolderKind
from singlepot.models.notebook_display import rich, rich_table
from singlepot.models.settlement.settlement import Settlement
from singlepot.solver import SinglepotError

from ..results.result_folder import ResultFolder, mixed_as_text

TABLES = ("scenarios", "inputs", "areas", "regions", "nation", "grants", "targets", "region_targets", "asks", "stages")
"""The tables of every comparison, in the order in which they are read."""


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(ResultFolder):
    """Comparison of each scenario with the first.

    Every table but ``scenarios`` and ``nesting`` has a column ``scenario`` with the name of the one compared, and
    the values of the first as ``before`` and its own as ``after``. Money is in the scenarios' unit.

    Attributes
    ----------
    names
        Names of the scenarios; the first is what the others are compared with.
    outcomes
        The settlement of each, or why there is none.
    scenarios
        scenario, title, reason (why there is no settlement; else empty), pot, bids, grants, left, moved (money that
        areas gain), gaining, losing (areas, by at least half a pound), lowest, median, highest (grant over bid),
        on_floor, on_ceiling, missed (national targets), largest_shortfall (share of the target), asks.
    inputs
        table, row, column, kind, before, after, change: every value of settings and tables that differs.
    areas
        area, name, region, bid, before, after, change, share (of before): the areas whose grant over all years
        changes, by size of the change.
    regions
        region, bid, before, after, change, share: all regions.
    nation
        objective, year, unit, target, before, after (agreed), change, shortfall_before, shortfall,
        shortfall_change, short_before, short (shares of the target): all national rows.
    grants, targets, asks
        The rows that change: by area, envelope and year; by area, objective and year; by area and option.
    region_targets
        region, objective, year, before, after, change: agreed targets by region.
    stages
        stage, unit, before, after, change: the value of each stage at the settlement.
    nesting
        smaller, larger, area, name, before, after, change: the areas that lose although the pot grows and nothing
        else changes.
    nested
        Pairs (smaller, larger) of scenarios whose pots alone differ, one nowhere smaller than the other.
    stability
        How far grants move with the areas' own numbers, if it was asked for, see :func:`singlepot.measure_stability`.
    money
        Unit of the money.
    """

    _kind: ClassVar[FolderKind] = COMPARISON

    names: tuple[str, ...]
    outcomes: tuple[Settlement | SinglepotError, ...]
    scenarios: pd.DataFrame
    inputs: pd.DataFrame
    areas: pd.DataFrame
    regions: pd.DataFrame
    nation: pd.DataFrame
    grants: pd.DataFrame
    targets: pd.DataFrame
    region_targets: pd.DataFrame
    asks: pd.DataFrame
    stages: pd.DataFrame
    nesting: pd.DataFrame
    nested: tuple[tuple[str, str], ...] = ()
    stability: pd.DataFrame = field(default_factory=pd.DataFrame)
    money: str = "GBP million"

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """All tables by name; ``stability`` only if it was asked for."""
        names = (*TABLES, "nesting", *(["stability"] if len(self.stability) else []))
        return {name: getattr(self, name) for name in names}

    @property
    def first(self) -> Settlement:
        """The settlement that the others are compared with."""
        first = self.outcomes[0]
        assert isinstance(first, Settlement)
        return first

    @property
    def failures(self) -> Mapping[str, SinglepotError]:
        """The scenarios without a settlement, and why."""
        pairs = zip(self.names, self.outcomes, strict=True)
        return {name: outcome for name, outcome in pairs if isinstance(outcome, SinglepotError)}

    def as_dict(self) -> dict[str, Any]:
        """Return the names and titles of the scenarios, and the nested pairs."""
        titles = dict(zip(self.scenarios["scenario"], self.scenarios["title"], strict=True))
        return {"schema": 1, "money": self.money, "scenarios": titles, "nested": self.nested}

    def __repr__(self) -> str:
        """One line."""
        return (
            f"<Comparison of {', '.join(self.names)}: {len(self.inputs)} inputs differ, "
            f"{len(self.areas)} changed grants of areas>"
        )

    def _repr_html_(self) -> str:
        """Show the scenarios, what differs, the largest changes of grants in a notebook."""
        columns = ["scenario", "grants", "gaining", "losing", "on_floor", "missed", "largest_shortfall"]
        return rich(
            f"Comparison of {', '.join(self.names)}",
            f"{len(self.inputs):,} inputs differ, {len(self.areas):,} changed grants of areas; {self.money}",
            rich_table("Scenarios", self.scenarios[columns]),
            rich_table("What went in", mixed_as_text(self.inputs)),
            rich_table("Areas whose grant changes most", self.areas.drop(columns=["scenario", "area"])),
        )
