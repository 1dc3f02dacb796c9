"""The inequality of a result: of grants per head, and of each objective's rate before and after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from singlepot.solver import BadOptionError

from ...money import POUNDS_PER
from ...scenario.array_types import Floats
from ...settlement.settlement import Settlement
from ...tables.copies import CopiedTables
from .measures import coefficient_of_variation, gini, hoover, percentile_ratio, theil, theil_by_group
from .pairing import pairing

GRANT_PER_HEAD = "grant per head"
BID_PER_HEAD = "bid per head"
BEFORE, AFTER = "before", "after"

MEASURES = ("gini", "theil", "between", "within", "p90_p10", "variation", "hoover")
PAIRING = ("when", "areas", "rank_correlation", "both", "prosperous", "inclusive", "neither")


@dataclass(frozen=True, eq=False, repr=False)
class Inequality(CopiedTables):
    """How unequal a result is.

    Attributes
    ----------
    measures
        what, when (``before``, ``after``), areas (how many have a figure), mean, gini, theil, between and within
        (Theil's parts between and within regions; they add up to it), p90_p10, variation, hoover.
    regions
        what, when, region, people (share), mean, theil (inside the region).
    pairing
        when, areas, rank_correlation, both, prosperous, inclusive, neither: see
        :func:`~singlepot.models.analysis.inequality.pairing`; no row without the two objectives.
    """

    measures: pd.DataFrame
    regions: pd.DataFrame
    pairing: pd.DataFrame

    def __repr__(self) -> str:
        """One line."""
        return f"<Inequality of {', '.join(dict.fromkeys(self.measures['what']))}>"


def measure_inequality(
    result: Settlement | pd.DataFrame, *, prosperity: str = "productivity", inclusion: str = "inclusiveness"
) -> Inequality:
    """Measure how unequal a result is over areas, between and within regions.

    Every person counts once, with the value of the area: measures are weighted by population. Without a figure for
    everybody each area counts once, and amounts are those of whole areas. Areas without a bid or target, and the
    centre, are left out.

    Parameters
    ----------
    result
        A settlement, of any regime; or a frame, one row for each area: ``population`` (people; 1 each without it),
        ``region``, and columns of numbers, each of which is measured as it stands.
    prosperity, inclusion
        The two objectives (or columns) whose pairing is measured, if the result has both.

    Returns
    -------
    Inequality
        Of a settlement: bids per head before and grants per head after, over all years, in pounds; for every objective
        with a baseline its rate before (the baseline alone) and after (with what is agreed for the last year).

    Raises
    ------
    BadOptionError
        It is neither, or the frame has no column of numbers.

    Examples
    --------
    >>> import pandas as pd
    >>> areas = pd.DataFrame({"population": [1, 1], "region": ["north", "south"], "pay": [1.0, 3.0]})
    >>> found = measure_inequality(areas)
    >>> found.measures[["what", "gini", "between", "within"]].round(4)
      what  gini  between  within
    0  pay  0.25   0.1308     0.0
    """
    if isinstance(result, Settlement):
        frame, columns, better = _from_settlement(result)
    elif isinstance(result, pd.DataFrame):
        frame, columns = _from_frame(result)
        better = {}
    else:
        raise BadOptionError(f"a {type(result).__name__} cannot be measured", "give a settlement, or a frame of areas")
    measured = [_measured(frame, column, *label) for column, label in columns.items()]
    regions = [row for column, label in columns.items() for row in _regions(frame, column, *label)]
    pairs = _pairs(frame, columns, better, prosperity, inclusion)
    return Inequality(
        pd.DataFrame(measured, columns=["what", "when", "areas", "mean", *MEASURES]),
        pd.DataFrame(regions, columns=["what", "when", "region", "people", "mean", "theil"]),
        pd.DataFrame(pairs, columns=list(PAIRING)),
    )


_Columns = dict[str, tuple[str, str]]
"""Column of the frame → what it is, and when."""


def _from_frame(frame: pd.DataFrame) -> tuple[pd.DataFrame, _Columns]:
    numbers = [str(name) for name in frame.select_dtypes("number").columns if name != "population"]
    if not numbers:
        raise BadOptionError("the frame has no column of numbers to measure", "add one, a row for each area")
    made = frame.reset_index(drop=True)
    if "population" not in made:
        made = made.assign(population=1.0)
    return made if "region" in made else made.assign(region=""), {name: (name, AFTER) for name in numbers}


def _from_settlement(settlement: Settlement) -> tuple[pd.DataFrame, _Columns, dict[str, float]]:
    """One row for each area with a bid or target; the columns to measure; 1 or -1 where more or less is better."""
    scenario = settlement.scenario
    areas = scenario.filled("areas").set_index("code")
    money = settlement.grants.groupby("area")[["bid", "grant"]].sum().reindex(areas.index, fill_value=0.0)
    proposed = settlement.targets.groupby("area")["proposed"].sum().reindex(areas.index, fill_value=0.0)
    there = (areas["type"] != "centre") & ((money["bid"] > 0) | (proposed > 0))
    areas, money = areas[there], money[there]
    people = areas["population"].astype(np.float64)
    known = bool(len(people)) and bool(np.isfinite(people).all()) and bool((people > 0).any())
    frame = pd.DataFrame({"population": people if known else 1.0, "region": areas["region"]}, index=areas.index)
    heads = frame["population"].where(frame["population"] > 0)
    pounds = POUNDS_PER[scenario.settings.money]
    frame["bid"], frame["grant"] = pounds * money["bid"] / heads, pounds * money["grant"] / heads
    columns: _Columns = {"bid": (BID_PER_HEAD, BEFORE), "grant": (GRANT_PER_HEAD, AFTER)}
    better: dict[str, float] = {}
    last = scenario.settings.years[-1]
    agreed = settlement.targets[settlement.targets["year"] == last].set_index(["objective", "area"])["agreed"]
    for row in scenario.filled("objectives").to_dict("records"):
        key = str(row["key"])
        if not row["baseline"]:
            continue
        sign = -1.0 if row["direction"] == "decrease" else 1.0
        gained = agreed.loc[key] if key in agreed.index.get_level_values(0) else pd.Series(dtype=np.float64)
        per = areas[row["per"]].astype(np.float64) if row["per"] else pd.Series(1.0, areas.index)
        base = areas[row["baseline"]].astype(np.float64)
        for when, level in ((BEFORE, base), (AFTER, base + sign * gained.reindex(areas.index).fillna(0.0))):
            frame[f"{key} {when}"] = level / per.where(per > 0)
            columns[f"{key} {when}"] = (key, when)
        better[key] = sign
    return frame, columns, better


def _known(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    return frame[np.isfinite(frame[column].astype(np.float64))]


def _measured(frame: pd.DataFrame, column: str, what: str, when: str) -> dict[str, object]:
    known = _known(frame, column)
    values, weights = (known[name].to_numpy(dtype=np.float64) for name in (column, "population"))
    between, within = theil_by_group(values, weights, known["region"])
    return {
        "what": what,
        "when": when,
        "areas": len(known),
        "mean": _mean(values, weights),
        "gini": gini(values, weights),
        "theil": theil(values, weights),
        "between": between,
        "within": within,
        "p90_p10": percentile_ratio(values, weights),
        "variation": coefficient_of_variation(values, weights),
        "hoover": hoover(values, weights),
    }


def _mean(values: Floats, weights: Floats) -> float:
    total = float(weights.sum())
    return float(weights @ values) / total if total > 0 else np.nan


def _regions(frame: pd.DataFrame, column: str, what: str, when: str) -> Iterator[dict[str, object]]:
    known = _known(frame, column)
    everybody = float(known["population"].sum())
    for region, rows in known.groupby("region", sort=True):
        values, weights = (rows[name].to_numpy(dtype=np.float64) for name in (column, "population"))
        people = float(weights.sum()) / everybody if everybody > 0 else np.nan
        mean, inside = _mean(values, weights), theil(values, weights)
        yield {"what": what, "when": when, "region": region, "people": people, "mean": mean, "theil": inside}


def _pairs(
    frame: pd.DataFrame, columns: _Columns, better: dict[str, float], prosperity: str, inclusion: str
) -> Iterator[dict[str, object]]:
    column_of = {label: column for column, label in columns.items()}
    for when in (BEFORE, AFTER):
        names = [column_of.get((what, when)) for what in (prosperity, inclusion)]
        if names[0] is None or names[1] is None:
            continue
        both = _known(_known(frame, names[0]), names[1])
        one = both[names[0]].to_numpy(dtype=np.float64) * better.get(prosperity, 1.0)
        other = both[names[1]].to_numpy(dtype=np.float64) * better.get(inclusion, 1.0)
        shares = pairing(one, other, both["population"].to_numpy(dtype=np.float64))
        yield {"when": when, "areas": len(both), **shares}
