"""Tables of the shipped scenarios of England are computed from official figures and assumptions.

``scenarios/library/england/README.md`` explains every definition. The numbers of a table are rounded when it is
made and later tables follow from the rounded ones, so that a reader can retrace each from what is printed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from singlepot.scenarios.building.assumptions import Assumptions, Vector
from singlepot.scenarios.building.proposals import Baselines, propose, significant

from .england_areas import Holder, add_up

Tables = dict[str, pd.DataFrame]

YEARS = ("2026-27", "2027-28", "2028-29", "2029-30")
NATIONAL_MARGIN = 0.95
"""A national objective is this share of what its share of the pot buys at unit cost."""

MONEY_DECIMALS = 6
"""Bids, grants and own costs are rounded to £1, in £ million."""


@dataclass(frozen=True)
class Variant:
    """Variant of the scenario of England.

    Parameters
    ----------
    name, title
        Name of the scenario and its title.
    by
        Column of the authorities by which they are added up to areas.
    held_by
        Column of the authorities by which recipients hold the grants.
    over_bid
        Sum of bids over the pot; None for that of the assumptions.
    ambition
        Sum of the proposed targets over the national objective, by objective; None for that of the assumptions.
    """

    name: str
    title: str
    by: Holder = "recipient"
    held_by: Holder = "recipient"
    over_bid: float | None = None
    ambition: Mapping[str, float] | None = None

    @property
    def changed(self) -> dict[str, dict[str, str]]:
        """Entries of the log of assumptions that differ from those of ``assumptions.csv``, by key."""
        entries = {}
        if self.over_bid is not None:
            entries["over_bid"] = {"value": f"{self.over_bid:g}"}
        if self.ambition is not None:
            value = "; ".join(f"{key} {share:g}" for key, share in self.ambition.items())
            entries["ambition"] = {"value": value, "source": UNEVEN}
        return entries


UNEVEN = "illustrates areas that propose more than is wanted where they are strong, and little where change is hard"
"""What the variant with ambitions by objective is for."""

VARIANTS = (
    Variant("england", "England, spending review 2026"),
    Variant("england-tight", "England, spending review 2026, bids at 1.25 times the pot", over_bid=1.25),
    Variant(
        "england-authorities",
        "England, spending review 2026, each upper-tier authority by itself",
        by="code",
        held_by="code",
    ),
    Variant("england-two-tiers", "England, spending review 2026, combined authorities hold members' grants", by="code"),
    Variant(
        "england-uneven",
        "England, spending review 2026, proposals strong in skills and weak in carbon",
        ambition={"productivity": 0.95, "innovation": 1.1, "skills": 1.15, "inclusiveness": 0.85, "carbon": 0.48},
    ),
)
"""The scenarios that are built."""

ORDINALS = ("first", "second", "third", "fourth", "fifth")


@dataclass(frozen=True)
class Figures:
    """Figures in ``scenarios/library/figures`` from which the scenarios are computed.

    Parameters
    ----------
    authorities
        One row for each upper-tier authority.
    assumptions
        Values by key, as text.
    objectives
        The table of objectives, and a column ``component``: the subject of their options.
    """

    authorities: pd.DataFrame
    assumptions: Mapping[str, str]
    objectives: pd.DataFrame

    def number(self, key: str) -> float:
        """Return an assumption that is one number."""
        return float(self.assumptions[key])

    def numbers(self, key: str) -> Vector:
        """Return an assumption that is several numbers, ``0.02;0.05``."""
        return np.array([float(text) for text in self.assumptions[key].split(";")])

    def tiers(self, key: str) -> list[tuple[float, float]]:
        """Return an assumption made of sizes and multiples, ``0.10@1.2;0.15@1.0``."""
        pairs = [text.split("@") for text in self.assumptions[key].split(";")]
        return [(float(size), float(multiple)) for size, multiple in pairs]

    def by_objective(self, prefix: str) -> Vector:
        """Return the assumption that each objective has, ``unit_cost_carbon`` and so on, in their order."""
        return np.array([self.number(f"{prefix}_{key}") for key in self.objectives["key"]])

    @property
    def whole_pot(self) -> float:
        """Pot of all years, £m."""
        return self.number("pot_per_year") * len(YEARS)


def money(values: npt.ArrayLike) -> Vector:
    """Round £ million to the pound."""
    return np.round(np.asarray(values, dtype=float), MONEY_DECIMALS)


def build(figures: Figures) -> dict[str, Tables]:
    """Return the tables of every scenario of England, by scenario and table."""
    return {variant.name: build_one(figures, variant) for variant in VARIANTS}


def build_one(figures: Figures, variant: Variant) -> Tables:
    """Return the tables of one scenario, whose bids add up to ``over_bid`` times the pot."""
    areas = add_up(figures.authorities, variant.by, variant.held_by)
    proposals = propose(baselines_of(areas, figures), assumptions_of(figures, variant))
    bids = money(np.outer(np.nansum(proposals.bid, axis=1), figures.numbers("spend_profile")))
    build_up = figures.numbers("outcome_profile")
    codes, keys = tuple(areas["code"]), tuple(figures.objectives["key"])
    options, option_years = options_of(codes, figures, proposals.target, proposals.unit_cost, bids)
    return {
        "areas": areas,
        "objectives": figures.objectives.drop(columns="component"),
        "national": in_rows(significant(np.outer(proposals.national, build_up)), "target", objective=keys, year=YEARS),
        "pot": pd.DataFrame({"year": YEARS, "amount": figures.number("pot_per_year")}),
        "bids": in_rows(bids, "amount", area=codes, year=YEARS),
        "targets": in_rows(
            significant(proposals.target[:, :, None] * build_up), "target", area=codes, objective=keys, year=YEARS
        ),
        "options": options,
        "option_years": option_years,
    }


def baselines_of(areas: pd.DataFrame, figures: Figures) -> Baselines:
    """Return the columns of the areas that the objectives name."""
    baseline, per = (areas[list(figures.objectives[name])].to_numpy(dtype=float) for name in ("baseline", "per"))
    return Baselines(baseline, per, (figures.objectives["direction"] == "decrease").to_numpy())


def assumptions_of(figures: Figures, variant: Variant) -> Assumptions:
    """Return the assumptions as numbers, with those that a variant changes."""
    keys, same = list(figures.objectives["key"]), figures.number("ambition")
    floor, floor_falling = figures.numbers("headroom_floor")
    falls = figures.objectives["direction"] == "decrease"
    return Assumptions(
        whole_pot=figures.whole_pot,
        unit_cost=figures.by_objective("unit_cost"),
        national_share=figures.by_objective("national_share"),
        national_margin=NATIONAL_MARGIN,
        over_bid=figures.number("over_bid") if variant.over_bid is None else variant.over_bid,
        ambition=np.array([(variant.ambition or {}).get(key, same) for key in keys]),
        frontier_quantile=figures.number("frontier_quantile"),
        headroom_floor=np.where(falls, floor_falling, floor),
        headroom_exponent=figures.number("headroom_exponent"),
        spend_profile=figures.numbers("spend_profile"),
        outcome_profile=figures.numbers("outcome_profile"),
    )


def in_rows(values: Vector, name: str, **labels: Sequence[str]) -> pd.DataFrame:
    """Return an array as a table, one row a cell; a cell that is not known has no row."""
    rows = pd.MultiIndex.from_product(list(labels.values()), names=list(labels))
    return pd.DataFrame({name: values.ravel()}, index=rows).dropna().reset_index()


@dataclass(frozen=True)
class Move:
    """Kind of option that each area has for each objective.

    Parameters
    ----------
    key, name
        Last part of the option's key and of its name.
    change
        Change of the target as a share of it; negative for a saving.
    grant, own_cost
        What a unit of outcome costs, as a multiple of the bid's unit cost: in grant, and of the area's own.
    """

    key: str
    name: str
    change: float
    grant: float = 0.0
    own_cost: float = 0.0


def moves(figures: Figures) -> list[Move]:
    """Return the kinds of option."""
    kinds = []
    for ordinal, number, (size, price) in zip(ORDINALS, range(1, 9), figures.tiers("raise_tiers"), strict=False):
        kinds.append(Move(f"raise-{number}", f"{ordinal} tranche", size, price))
    for ordinal, number, (size, price) in zip(ORDINALS, range(1, 9), figures.tiers("save_tiers"), strict=False):
        kinds.append(Move(f"save-{number}", f"{ordinal} saving", -size, price))
    ((size, price),) = figures.tiers("stretch")
    return [*kinds, Move("stretch", "stretch at own cost", size, own_cost=price)]


def co_benefits(figures: Figures) -> Vector:
    """Return how far each objective (column) moves with one unit of each (row)."""
    keys = list(figures.objectives["key"])
    effects = [[float(figures.assumptions.get(f"co_benefit_{row}_{column}", 0)) for column in keys] for row in keys]
    return np.array(effects) + np.eye(len(keys))


def options_of(
    codes: Sequence[str], figures: Figures, proposed: Vector, unit_cost: Vector, bids: Vector
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the tables of options and of what they change year by year.

    ``unit_cost`` carries the scaling of the bids. An area has neither options for an objective of which it has
    no target, nor co-benefits on it.
    """
    keys, build_up = list(figures.objectives["key"]), figures.numbers("outcome_profile")
    effects, kinds = co_benefits(figures), moves(figures)
    options: list[tuple[str, str, str, str, float]] = []
    grants: list[Vector] = []
    outcomes: list[Vector] = []
    for a, code in enumerate(codes):
        for k, (key, name, what) in enumerate(figures.objectives[["key", "name", "component"]].to_numpy()):
            for kind in () if np.isnan(proposed[a, k]) else kinds:
                units = kind.change * proposed[a, k]
                own_cost = float(money(abs(units) * unit_cost[a, k] * kind.own_cost))
                options.append((code, f"{key}-{kind.key}", f"{name}: {what}, {kind.name}", what, own_cost))
                grants.append(units * unit_cost[a, k] * kind.grant * figures.numbers("spend_profile"))
                outcomes.append(np.outer(build_up, np.where(np.isnan(proposed[a]), 0.0, units * effects[k])))
        options.append((code, "efficiency", "Efficiency: same outcomes for less grant", "whole programme", 0.0))
        grants.append(-figures.number("efficiency") * bids[a])
        outcomes.append(np.zeros((len(build_up), len(keys))))
    table = pd.DataFrame(options, columns=["area", "option", "name", "component", "own_cost"])
    years = table.loc[table.index.repeat(len(YEARS)), ["area", "option"]].reset_index(drop=True)
    years["year"] = np.tile(YEARS, len(table))
    years["grant"] = money(np.concatenate(grants))
    years[keys] = significant(np.concatenate(outcomes))
    numbers = ["grant", *keys]
    years[numbers] = years[numbers].replace(0.0, np.nan)  # an empty cell changes nothing
    return table, years
