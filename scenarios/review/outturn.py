"""Outturn: what areas spent and delivered in years that are over, checked against what was agreed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from singlepot.models.diagnostics.problems import Report, did_you_mean, one_of, shown
from singlepot.models.scenario.array_types import Floats
from singlepot.models.tables.raw import RawTable

from ..talks.answers.rows import Rows
from .agreement import Agreed

COLUMNS = ("area", "year", "envelope", "objective", "value", "status", "confidence", "source")
STATUSES = ("final", "provisional", "forecast")
CONFIDENCES = ("high", "medium", "low")


@dataclass(frozen=True, eq=False)
class Outturn:
    """What was spent and delivered.

    Parameters
    ----------
    years
        How many years are over: the reviewed ones come first.
    spent
        Money of areas with a bid, A×E×years.
    delivered
        Contributions, A×K×years, below 0 where a measure is worse than before; NaN where none are known and none are
        needed.
    forecast
        What an area expects for the last year, A×K; NaN without.
    unsure
        Where confidence in the last reviewed year is low, A×K.
    source
        Where the figure of the last reviewed year comes from, by area and objective.
    filled
        Figures that were not given and are taken as agreed: area, year, envelope or objective, value.
    """

    years: int
    spent: Floats
    delivered: Floats
    forecast: Floats
    unsure: np.ndarray[Any, np.dtype[np.bool_]]
    source: Mapping[tuple[str, str], str]
    filled: pd.DataFrame


def check_outturn(raw: RawTable, agreed: Agreed, report: Report, *, as_agreed: bool) -> Outturn:
    """Check a table of outturn.

    Parameters
    ----------
    raw
        The cells: area, year, envelope or objective, value, status (``final``, ``provisional``, ``forecast``),
        confidence (``high``, ``medium``, ``low``), source.
    agreed
        What was agreed.
    report
        Takes the problems.
    as_agreed
        Whether figures that are missing are taken as agreed.

    Raises
    ------
    BadInputError
        With every cell that is wrong.
    """
    rows = Rows("outturn", raw, report)
    rows.check_columns(COLUMNS, ("area", "year", "value"), absent="SP-O001", unknown="SP-O001")
    report.stop_if_any()
    read = [one for row in range(len(rows)) if (one := _row(rows, row, agreed)) is not None]
    _check_keys(rows, read)
    report.stop_if_any()
    last = max((one["year"] for one in read if one["status"] != "forecast"), default=-1)
    if last < agreed.done - (agreed.done == len(agreed.data.years)):
        over = agreed.data.years[agreed.done - 1] if agreed.done else ""
        expected = "outturn of a year" + (f" after {over}, which was reviewed before" if over else " that is over")
        rows.complain("SP-O003", -1, "year", "", expected)
    for one in read:
        if one["status"] == "forecast" and one["year"] <= last:
            year = agreed.data.years[last]
            rows.complain("SP-O002", one["row"], "status", shown("forecast"), f"a forecast of a year after {year}")
    report.stop_if_any()
    made = _filled(read, agreed, last + 1, rows, as_agreed=as_agreed)
    report.stop_if_any()
    return made


def _row(rows: Rows, row: int, agreed: Agreed) -> dict[str, Any] | None:
    data, before = agreed.data, len(rows.report)
    kind = "objective" if rows.text(row, "objective") else "envelope"
    value = rows.number(row, "value", "SP-O002", -math.inf if kind == "objective" else 0.0)
    if value is None and len(rows.report) == before:
        rows.complain("SP-O002", row, "value", "", "a number", "delete the row if the figure is not known")
    labels = {"area": data.areas, "year": data.years, kind: getattr(data, f"{kind}s")}
    at = {}
    if rows.text(row, "objective") and rows.text(row, "envelope"):
        rows.complain("SP-O002", row, "envelope", shown(rows.text(row, "envelope")), "an envelope or an objective")
    for name, known in labels.items():
        text = rows.text(row, name)
        if kind == name == "envelope" and not text and len(known) == 1:
            text = known[0]
        if text not in known:
            what = "the code of an area" if name == "area" else f"one of {one_of(known[:6])}"
            rows.complain("SP-O002", row, name, shown(text), what, did_you_mean(text, known))
        else:
            at[name] = known.index(text)
    words = {"status": (STATUSES, "final"), "confidence": (CONFIDENCES, "high")}
    said = {}
    for name, (known, default) in words.items():
        said[name] = rows.text(row, name) or default
        if said[name] not in known:
            rows.complain(
                "SP-O002", row, name, shown(said[name]), f"one of {one_of(known)}", did_you_mean(said[name], known)
            )
    if kind == "envelope" and said["status"] == "forecast":
        rows.complain("SP-O002", row, "status", shown("forecast"), "final or provisional", "money is not forecast")
    if len(rows.report) > before or value is None:
        return None
    return {"row": row, **at, "kind": kind, "of": at[kind], "value": value, "source": rows.text(row, "source"), **said}


def _check_keys(rows: Rows, read: list[dict[str, Any]]) -> None:
    seen = set()
    for one in read:
        key = (one["area"], one["year"], one["kind"], one["of"])
        if key in seen:
            rows.complain("SP-O004", one["row"], "area", "", "one row for each area, year and envelope or objective")
        seen.add(key)


def _check_below(
    read: list[dict[str, Any]], agreed: Agreed, added: np.ndarray[Any, np.dtype[np.bool_]], rows: Rows
) -> None:
    """Refuse figures that are worse than before where a sum over years would have to take them off others'."""
    for one in read:
        of, year, value = one["of"], one["year"], one["value"]
        if one["kind"] != "objective" or one["status"] == "forecast" or not added[of, year]:
            continue
        if value < min(0.0, agreed.due[one["area"], of, year]):
            expected = "a number ≥ 0, since a national target adds this year to years that are left"
            remedy = "write 0: what is worse than before takes nothing off what others deliver"
            rows.complain("SP-O002", one["row"], "value", shown(value), expected, remedy)


def _filled(read: list[dict[str, Any]], agreed: Agreed, years: int, rows: Rows, *, as_agreed: bool) -> Outturn:
    """Lay the figures out, and find those that are missing."""
    data = agreed.data
    spent = np.full((*data.bid.shape[:2], years), np.nan)
    delivered = np.full((*data.proposed.shape[:2], years), np.nan)
    forecast, unsure = np.full(data.proposed.shape[:2], np.nan), np.zeros(data.proposed.shape[:2], dtype=bool)
    source = {}
    for one in read:
        area, of, year = one["area"], one["of"], one["year"]
        if one["status"] == "forecast":
            if year == len(data.years) - 1:
                forecast[area, of] = one["value"]
        elif one["kind"] == "envelope":
            spent[area, of, year] = one["value"]
        else:
            delivered[area, of, year] = one["value"]
            if year == years - 1:
                unsure[area, of] = one["confidence"] == "low"
                source[data.areas[area], data.objectives[of]] = one["source"]
    new = np.arange(years) >= agreed.done
    bidding = (agreed.pounds[:, :, :years] > 0) & ~data.centre[:, None, None]
    missing_money = np.isnan(spent) & bidding & new
    added = _added_up(agreed, years)
    _check_below(read, agreed, added, rows)
    needed = np.broadcast_to(added, delivered.shape).copy()
    if years:
        needed[:, :, years - 1] = True
    due = agreed.due[:, :, :years]
    missing = np.isnan(delivered) & needed & new & (due > 0)
    filled = []
    for kind, table, gaps in (("envelope", agreed.pounds, missing_money), ("objective", agreed.target, missing)):
        for a, of, t in np.argwhere(gaps).tolist():
            label = getattr(data, f"{kind}s")[of]
            filled.append((data.areas[a], data.years[t], kind, label, float(table[a, of, t])))
    if filled and not as_agreed:
        for area, year, kind, label, _ in filled:
            label = "money" if kind == "envelope" and len(data.envelopes) == 1 else label
            remedy = "add it, or take what is missing as agreed"
            rows.complain("SP-O003", -1, "", "", f"a row for {area}, {label}, {year}", remedy)
    before = np.where(new, agreed.pounds[:, :, :years], agreed.grant[:, :, :years])
    spent = np.where(np.isnan(spent), before, spent)
    spent[data.centre] = 0.0
    known = np.full(delivered.shape, as_agreed) | ~new | (due <= 0)
    delivered = np.where(np.isnan(delivered) & known, due, delivered)
    taken = pd.DataFrame(filled, columns=["area", "year", "kind", "of", "value"])
    return Outturn(years, spent, delivered, forecast, unsure, source, taken)


def _added_up(agreed: Agreed, years: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Where a national target over several years adds up years that are over and years that are left, K×years."""
    national = agreed.data.national
    added = np.zeros((len(agreed.data.objectives), years), dtype=bool)
    for objective, first, end in zip(national.objective, national.first, national.last, strict=True):
        if end >= years > first and end > first:
            added[objective, first:] = True
    return added
