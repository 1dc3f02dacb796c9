"""Scenario of a review: years that are over stay as they were, and the agreement is the bid for those that are left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from singlepot.models.checks.frames import raw_tables
from singlepot.models.diagnostics.problems import Report
from singlepot.models.scenario.array_types import Booleans, Floats
from singlepot.models.scenario.scenario import Scenario, from_raw
from singlepot.models.tables.rule_kinds import SELECTORS
from singlepot.models.tables.schema import BASE, CENTRE, TABLES

from .agreement import Agreed
from .limits import reviewed_rules
from .money import Cuts, Spending, pots_of, spending_of, undo_cuts
from .options import reviewed_options
from .outturn import Outturn

RECORD, RECORD_NAME = "delivered", "Delivered before any money was spent"
"""Code and name of the entry, of type centre, that holds what areas delivered before they had spent anything.

A cut takes its share of targets by the money spent by then; where that is nothing, of all targets. So what was
delivered by then is taken out of the area, or no cut could be made in it any more.
"""

MET = 1e-9
"""Share of a national target that stands for none: a target is above zero, and nobody agreed to anything."""


@dataclass(frozen=True, eq=False)
class Reviewed:
    """Scenario of a review, and what it was made of.

    Parameters
    ----------
    scenario
        Of the years that are left, with those that are over locked; None where none is left.
    bids, targets
        A×E×T (money) and A×K×T (objective units), as they enter it.
    spending, cuts
        Who spent less or more, and what was undone of cuts.
    lacks
        Money of each envelope that no pot could give back, E.
    """

    scenario: Scenario | None
    bids: Floats
    targets: Floats
    spending: Spending
    cuts: Cuts
    lacks: Floats


def review_scenario(agreed: Agreed, outturn: Outturn, pot: Floats, *, hold_national: bool) -> Reviewed:
    """Make the scenario of the years that are left. talks.md section 7.

    Parameters
    ----------
    agreed
        What was agreed.
    outturn
        What was spent and delivered.
    pot
        Pots E×T, money; those of years that are over count for nothing.
    hold_national
        Whether national targets, and aims of convergence and inclusion, stay as they were, instead of what was agreed
        of them.
    """
    data, years = agreed.data, outturn.years
    spending = spending_of(agreed, outturn)
    cuts = undo_cuts(agreed, spending, pot, years)
    bids = agreed.grant * ~data.centre[:, None, None] - spending.off_own + cuts.money_back
    bids[:, :, :years] = outturn.spent
    moved = np.nan_to_num(outturn.delivered[:, :, years - 1] - agreed.due[:, :, years - 1])
    level = cuts.level_back
    targets = np.maximum(agreed.target + moved[:, :, None], 0.0) + level
    targets[:, :, :years] = np.maximum(outturn.delivered, 0.0)  # no target is below 0; what lacks more is in moved
    pots, lacks = pots_of(agreed, outturn, spending, pot)
    if years == len(data.years):
        return Reviewed(None, bids, targets, spending, cuts, lacks)
    early = _before_money(bids, targets, data.centre, years)
    tables = {name: table if len(table) else None for name, table in agreed.scenario.given.items()}
    tables["areas"], tables["targets"] = _areas(agreed, early), _targets(agreed, targets, early)
    tables["bids"], tables["pot"] = _bids(agreed, bids), _pot(agreed, pots)
    tables["national"] = _national(agreed, years, agreed.target + level, hold=hold_national)
    tables["options"], tables["option_years"] = (
        table if len(table) else None for table in reviewed_options(agreed, cuts, years)
    )
    rows, general = reviewed_rules(agreed, years, bids, targets, moved, hold=hold_national)
    settings = _settings(agreed, years, general, spending, hold=hold_national)
    blank = dict.fromkeys(("basis", *SELECTORS), "")
    tables["rules"] = pd.DataFrame([{**blank, **row} for row in rows])
    report = Report(quiet=True)
    scenario = from_raw(settings, "review", raw_tables(tables, report), report)
    return Reviewed(scenario, bids, targets, spending, cuts, lacks)


def _before_money(bids: Floats, targets: Floats, centre: Booleans, years: int) -> Booleans:
    """Where something was delivered and nothing spent by then, A×K×T."""
    spent = bids.sum(axis=1).cumsum(axis=1) > 0
    early = (np.nan_to_num(targets) > 0) & ~spent[:, None, :] & ~centre[:, None, None]
    early[:, :, years:] = False
    return np.asarray(early)


def _areas(agreed: Agreed, early: Booleans) -> pd.DataFrame:
    areas = agreed.scenario.given["areas"]
    if not early.any() or RECORD in set(areas["code"]):
        return areas
    row = {"code": RECORD, "name": RECORD_NAME, "type": CENTRE}
    texts = {column.name: "" for column in TABLES["areas"] if not column.numeric}
    added = {name: row.get(name, texts.get(name, np.nan)) for name in {**dict.fromkeys(areas.columns), "type": None}}
    if "type" not in areas:
        areas = areas.assign(type="")
    return pd.concat([areas, pd.DataFrame([added])], ignore_index=True)


def _bids(agreed: Agreed, bids: Floats) -> pd.DataFrame:
    data = agreed.data
    at = np.nonzero((bids > 0) | data.has_bid_row)
    columns = {axis: data.labels(f"{axis}s", at[i]) for i, axis in enumerate(("area", "envelope", "year"))}
    return pd.DataFrame({**columns, "amount": bids[at]})


def _pot(agreed: Agreed, pots: Floats) -> pd.DataFrame:
    data = agreed.data
    order = agreed.scenario.envelopes  # as the pot named them
    cells = [(data.envelopes.index(e), t) for e in order for t in range(len(data.years))]
    rows = [(data.envelopes[e], data.years[t], pots[e, t]) for e, t in cells if data.has_pot[e, t] or pots[e, t] > 0]
    return pd.DataFrame(rows, columns=["envelope", "year", "amount"])


def _targets(agreed: Agreed, targets: Floats, early: Booleans) -> pd.DataFrame | None:
    """Lay targets out; what was delivered before any money was spent is the record's."""
    data = agreed.data
    known = ~np.isnan(targets) & ~early
    at = np.nonzero(known & ((np.nan_to_num(targets) > 0) | data.has_target_row))
    columns = {axis: data.labels(f"{axis}s", at[i]) for i, axis in enumerate(("area", "objective", "year"))}
    table = pd.DataFrame({**columns, "target": targets[at], "weight": data.preference[at[:2]]})
    total = np.where(early, targets, 0.0).sum(axis=0)
    if RECORD in data.areas:
        record = (table["area"] == RECORD).to_numpy()
        total = total + targets[data.areas.index(RECORD)]
        table = table[~record]
    rows = [
        {"area": RECORD, "objective": data.objectives[k], "year": data.years[t], "target": total[k, t], "weight": 1.0}
        for k, t in np.argwhere(total > 0).tolist()
    ]
    table = pd.concat([table, pd.DataFrame(rows, columns=table.columns)], ignore_index=True) if rows else table
    return table if len(table) else None


def _national(agreed: Agreed, years: int, sums: Floats, *, hold: bool) -> pd.DataFrame | None:
    """Keep the rows with a year that is left: what was agreed of them, counted as shares of the first target."""
    data, rows = agreed.data, []
    national = data.national
    totals = sums.sum(axis=0)
    for i, (k, first, last) in enumerate(zip(national.objective, national.first, national.last, strict=True)):
        if last < years:
            continue
        year = data.years[first] if first == last else f"{data.years[first]}:{data.years[last]}"
        base, target = float(national.base[i]), float(national.target[i])
        reached = float(totals[k, first : last + 1].sum())
        target = target if hold else max(min(target, reached), MET * target)
        rows.append({"objective": data.objectives[k], "year": year, "target": target, BASE: base})
    return pd.DataFrame(rows) if rows else None


def _settings(
    agreed: Agreed, years: int, general: dict[str, float], spending: Spending, *, hold: bool
) -> dict[str, Any]:
    """Settings of the reviewed scenario: no stage gives again.

    Aims of convergence and inclusion are in the agreement by now and are left out, unless the first aims are held.
    """
    data, settings = agreed.data, agreed.scenario.settings
    content = settings.as_dict()
    content.pop("expect", None)
    stages = content["stages"]
    stages.pop("give", None)
    stages.pop("limits", None)
    for name, stage in (("convergence", "convergence.total"), ("inclusion", "inclusion.total")):
        year = content.get(name, {}).get("year") or data.years[-1]
        if name in content and (not hold or data.years.index(year) < years):
            del content[name]
            stages["order"] = [one for one in stages["order"] if one != stage]
    content["rules"] = general
    kept = {code: money for code, money in zip(data.areas, spending.kept.tolist(), strict=True) if money > 0}
    content["review"] = {**content.get("review", {}), "until": data.years[years - 1], "kept": kept}
    return {key: value for key, value in content.items() if value not in ("", [], {})}
