"""Tables of a comparison: the rows of two settlements are matched by key."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from singlepot.models.analysis.spread import spread
from singlepot.models.scenario.scenario import Scenario
from singlepot.models.settlement.settlement import Settlement

ROUNDING = 1e-9
"""Numbers that differ by less than this, relative to their size, are the same."""

SAME_GRANT = 1e-8
"""Grants that differ by less than this, relative to the bid or grant, count as unchanged."""

SAME_TARGET = 1e-6
"""Agreed targets and take-ups that differ by less than this, relative to their size, count as unchanged."""

AREA = ("area", "name", "region", "bid", "before", "after", "change", "share")
REGION = ("region", "bid", "before", "after", "change", "share")
NATION = (
    *("objective", "year", "unit", "target", "before", "after", "change"),
    *("shortfall_before", "shortfall", "shortfall_change", "short_before", "short"),
)
GRANT = ("area", "envelope", "year", "bid_before", "bid", "before", "after", "change", "pounds_change")
TARGET = ("area", "objective", "year", "proposed_before", "proposed", "before", "after", "change")
REGION_TARGET = ("region", "objective", "year", "before", "after", "change")
ASK = ("area", "option", "take_up_before", "take_up", "before", "after", "change")
STAGE = ("stage", "unit", "before", "after", "change")


def stacked(parts: Sequence[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    """Concatenate the tables that have rows; without any, an empty table with these columns."""
    parts = [part for part in parts if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(columns))


def _pair(before: pd.DataFrame, after: pd.DataFrame, keys: Sequence[str], values: Sequence[str]) -> pd.DataFrame:
    """Set two tables side by side by key: ``x_before`` and ``x``; 0 where one has no row."""
    columns = [*keys, *values]
    both = before[columns].merge(after[columns], how="outer", on=list(keys), suffixes=("_before", ""))
    return both.fillna(dict.fromkeys([*(f"{value}_before" for value in values), *values], 0))


def _by_area(settlement: Settlement) -> pd.DataFrame:
    """Bid and grant of every area over all years, with name and region."""
    areas = settlement.scenario.filled("areas")[["code", "name", "region"]].rename(columns={"code": "area"})
    sums = settlement.grants.groupby("area", as_index=False)[["bid", "grant"]].sum()
    return areas.merge(sums, how="left", on="area").fillna({"bid": 0.0, "grant": 0.0})


def areas_between(first: Settlement, other: Settlement, half_pound: float) -> pd.DataFrame:
    """List the areas whose grant over all years changes by half a pound or more, largest change first."""
    before, after = _by_area(first), _by_area(other)
    labels = pd.concat([after, before]).drop_duplicates("area")[["area", "name", "region"]]
    both = labels.merge(_pair(before, after, ["area"], ["bid", "grant"]), on="area")
    both = _changed(both.rename(columns={"grant_before": "before", "grant": "after"}))
    both = both[both["change"].abs() >= np.maximum(half_pound, SAME_GRANT * both[["bid", "before"]].max(axis=1))]
    order = np.lexsort((both["area"].astype(str), -both["change"].abs()))
    return both.iloc[order][list(AREA)].reset_index(drop=True)


def _changed(both: pd.DataFrame) -> pd.DataFrame:
    """Add the change, and its share of the value before; a difference within rounding is no change."""
    before, after = both["before"].astype(float), both["after"].astype(float)
    change = _change(before, after)
    return both.assign(change=change, share=change / before.where(before > 0))


def _change(before: pd.Series[float], after: pd.Series[float]) -> pd.Series[float]:
    size = np.maximum(before.abs(), after.abs())
    return (after - before).where((after - before).abs() > ROUNDING * size, 0.0)


def regions_between(first: Settlement, other: Settlement) -> pd.DataFrame:
    """Compare bid and grant over all years of all regions."""
    before, after = (_by_area(s).groupby("region", as_index=False)[["bid", "grant"]].sum() for s in (first, other))
    both = _pair(before, after, ["region"], ["bid", "grant"])
    return _changed(both.rename(columns={"grant_before": "before", "grant": "after"}))[list(REGION)]


def nation_between(first: Settlement, other: Settlement) -> pd.DataFrame:
    """Compare agreed targets and shortfalls of all national rows."""
    both = _pair(first.national, other.national, ["objective", "year"], ["target", "agreed", "shortfall"])
    units = units_of(other.scenario)
    both = _changed(both.rename(columns={"agreed_before": "before", "agreed": "after"}))
    return both.assign(
        unit=both["objective"].map(units),
        shortfall_change=_change(both["shortfall_before"], both["shortfall"]),
        short_before=both["shortfall_before"] / both["target_before"].where(both["target_before"] > 0),
        short=both["shortfall"] / both["target"].where(both["target"] > 0),
    )[list(NATION)]


def grants_between(first: Settlement, other: Settlement, half_pound: float) -> pd.DataFrame:
    """List the grants, by area, envelope and year, of which bid or grant changes by half a pound."""
    both = _pair(first.grants, other.grants, ["area", "envelope", "year"], ["bid", "grant", "pounds"])
    both = _changed(both.rename(columns={"grant_before": "before", "grant": "after"}))
    both["pounds_change"] = (both["pounds"] - both["pounds_before"]).astype("int64")
    kept = both[(both["change"].abs() >= half_pound) | ((both["bid"] - both["bid_before"]).abs() >= half_pound)]
    return kept[list(GRANT)].reset_index(drop=True)


def targets_between(first: Settlement, other: Settlement) -> pd.DataFrame:
    """List the targets, by area, objective and year, that change."""
    both = _pair(first.targets, other.targets, ["area", "objective", "year"], ["proposed", "agreed"])
    both = _changed(both.rename(columns={"agreed_before": "before", "agreed": "after"}))
    size = np.maximum(both["before"].abs(), both["after"].abs())
    kept = both[(both["change"].abs() > SAME_TARGET * size) | (both["proposed"] != both["proposed_before"])]
    return kept[list(TARGET)].reset_index(drop=True)


def region_targets_between(first: Settlement, other: Settlement) -> pd.DataFrame:
    """Compare agreed targets by region, objective and year."""
    sums = []
    for settlement in (first, other):
        areas = settlement.scenario.filled("areas")
        regions = dict(zip(areas["code"], areas["region"], strict=True))
        targets = settlement.targets.assign(region=settlement.targets["area"].map(regions))
        sums.append(targets.groupby(["region", "objective", "year"])[["agreed"]].sum().reset_index())
    both = _pair(sums[0], sums[1], ["region", "objective", "year"], ["agreed"])
    return _changed(both.rename(columns={"agreed_before": "before", "agreed": "after"}))[list(REGION_TARGET)]


def asks_between(first: Settlement, other: Settlement) -> pd.DataFrame:
    """List the asks that change, largest change of the grant first."""
    both = _pair(first.asks, other.asks, ["area", "option"], ["take_up", "grant_change"])
    both = _changed(both.rename(columns={"grant_change_before": "before", "grant_change": "after"}))
    size = np.maximum(both["take_up"], both["take_up_before"])
    both = both[(both["take_up"] - both["take_up_before"]).abs() > SAME_TARGET * size]
    order = np.lexsort((both["option"].astype(str), both["area"].astype(str), -both["change"].abs()))
    return both.iloc[order][list(ASK)].reset_index(drop=True)


def stages_between(first: Settlement, other: Settlement) -> pd.DataFrame:
    """Compare the value of each stage at the settlement."""
    before, after = (s.stages.rename(columns={"name": "stage"}) for s in (first, other))
    units = dict(zip(pd.concat([before, after])["stage"], pd.concat([before, after])["unit"], strict=True))
    order = list(dict.fromkeys([*before["stage"], *after["stage"]]))
    old, new = (table.set_index("stage")["final"].astype(float).reindex(order) for table in (before, after))
    both = pd.DataFrame({"stage": order, "before": old.to_numpy(), "after": new.to_numpy()})
    change = _change(both["before"], both["after"]).where(both["before"].notna() & both["after"].notna())
    return both.assign(unit=both["stage"].map(units), change=change)[list(STAGE)]


def spread_columns(settlement: Settlement) -> dict[str, float]:
    """Summarise grants over bids: lowest, median, highest, and the number of areas on a floor or ceiling."""
    ratios = spread(settlement)
    return {
        "lowest": ratios.lowest,
        "median": ratios.median,
        "highest": ratios.highest,
        "on_floor": len(ratios.floored),
        "on_ceiling": len(ratios.ceiled),
    }


def units_of(scenario: Scenario) -> dict[str, str]:
    """Return the unit of money and of every objective."""
    objectives = scenario.objectives
    return {"money": scenario.settings.money, **dict(zip(objectives["key"], objectives["unit"], strict=True))}
