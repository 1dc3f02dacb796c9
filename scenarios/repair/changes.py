"""Relaxed limits as the changes of a what-if: pots set, rows of the table ``rules`` set or added so that they win."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from singlepot.models.infeasibility.uniform_change import RuleValue
from singlepot.models.scenario.recipients import holders
from singlepot.models.scenario.scenario import Scenario
from singlepot.models.tables.rule_kinds import AREA, OPTIONS, POT, RECIPIENT, RULES, SELECTORS, SUMS, names_of
from singlepot.models.tables.schema import SCALE_BACK

SOURCE = "repair"
"""Source of a row of the pot that a repair adds, where the pot has several sources already."""


def as_changes(scenario: Scenario, moved: pd.DataFrame) -> list[dict[str, Any]]:
    """Write moved limits as the changes of a what-if.

    Parameters
    ----------
    scenario
        Whose limits they are.
    moved
        ``rule``, ``area``, ``envelope``, ``objective``, ``year``, ``option`` and ``value``, the new limit in money,
        objective units or take-up.
    """
    places = _Places(scenario)
    changes: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    for limit in moved.to_dict("records"):
        rule, value = str(limit["rule"]), float(limit["value"])
        if rule == POT:
            changes.append(_pot(scenario, str(limit["envelope"]), str(limit["year"]), value))
        elif RULES[rule].over is SUMS:
            changes.append(_set(rule, places.shared(rule, str(limit["area"])), value))
        elif (standing := places.alone(rule, limit)) is not None:
            changes.append(_set(rule, standing, value))
        else:
            rows.append({**_written(rule), "value": value, "basis": "amount", **places.selectors(rule, limit)})
    return [*changes, {"table": "rules", "append": rows}] if rows else changes


def value_as_change(value: RuleValue) -> dict[str, Any]:
    """Write the new value of a row of the table ``rules`` as a change of a what-if."""
    chosen = {name: value.selectors.get(name, "") for name in SELECTORS}
    return {
        "table": "rules",
        "where": {**_written(value.rule), **_usable(value.rule, chosen)},
        "set": {"value": value.to},
    }


def _pot(scenario: Scenario, envelope: str, year: str, value: float) -> dict[str, Any]:
    table = scenario.filled("pot")
    there = table[(table["envelope"] == envelope) & (table["year"] == year)]
    several = len(scenario.envelopes) > 1
    where = {"year": year, **({"envelope": envelope} if several else {})}
    if len(there) == 1:
        return {"table": "pot", "where": where, "set": {"amount": value}}
    more = {"amount": value - float(there["amount"].sum()), "source": SOURCE}
    return {"table": "pot", "append": [{**where, **more}]}


def _set(rule: str, selectors: Mapping[str, str], value: float) -> dict[str, Any]:
    return {"table": "rules", "where": {**_written(rule), **selectors}, "set": {"value": value, "basis": "amount"}}


class _Places:
    """The rows of the table ``rules``, searched for those that bind a cell."""

    def __init__(self, scenario: Scenario) -> None:
        self._rules = scenario.filled("rules")
        areas = scenario.filled("areas")
        self._held_by = holders(scenario)
        self._of_name = dict(zip(areas["name"], areas["code"], strict=True))
        self._of_area = {
            str(row["code"]): (str(row["region"]), str(row["type"]), self._held_by[row["code"]])
            for row in areas.to_dict("records")
        }
        self._only = {
            "area": len(areas) == 1,
            "recipient": len(set(self._held_by.values())) == 1,
            "year": len(scenario.settings.years) == 1,
            "envelope": len(scenario.envelopes) == 1,
            "objective": len(scenario.tables["objectives"]) == 1,
            "option": False,
        }

    def shared(self, rule: str, label: str) -> dict[str, str]:
        """Selectors of the row that limits the share of areas together."""
        for row in self._of(rule).to_dict("records"):
            selectors = {name: str(row[name]) for name in SELECTORS}
            if (" ".join(filter(None, selectors.values())) or "all") == label:
                return _usable(rule, selectors)
        raise KeyError(label)

    def alone(self, rule: str, limit: Mapping[Any, Any]) -> dict[str, str] | None:
        """Selectors of the row that binds this cell and no other; None if the row that binds it binds others too."""
        matching = self._matching(rule, limit)
        if not len(matching):
            return None
        winner = matching.iloc[int((matching[list(SELECTORS)] != "").sum(axis=1).to_numpy().argmax())]
        if all(winner[axis] or self._only[axis] for axis in _axes(rule)):
            return _usable(rule, {name: str(winner[name]) for name in SELECTORS})
        return None

    def selectors(self, rule: str, limit: Mapping[Any, Any]) -> dict[str, str]:
        """As few selectors as choose this cell and win over every row that binds it now."""
        matching = self._matching(rule, limit)
        most = int((matching[list(SELECTORS)] != "").sum(axis=1).max()) if len(matching) else 0
        cell = self._cell(limit)
        axes = _axes(rule)
        needed = [axis for axis in axes if axis != "envelope" or not self._only["envelope"]]
        further = [name for name in (*axes, "region", "type", "recipient") if name not in needed and cell.get(name)]
        while len(needed) <= most and further:
            needed.append(further.pop(0))
        return {name: cell[name] for name in needed}

    def _of(self, rule: str) -> pd.DataFrame:
        mine = np.asarray(names_of(self._rules["rule"], self._rules["level"])) == rule
        rows: pd.DataFrame = self._rules.loc[mine]
        return rows

    def _matching(self, rule: str, limit: Mapping[Any, Any]) -> pd.DataFrame:
        rows, cell = self._of(rule), self._cell(limit)
        rows = rows.assign(recipient=rows["recipient"].map(self._recipient))
        for name in SELECTORS:
            rows = rows[(rows[name] == "") | (rows[name] == cell.get(name, ""))]
        return rows[rows["option"] != ""] if cell["option"].startswith(SCALE_BACK) else rows

    def _recipient(self, named: str) -> str:
        """Whom a row means by a recipient."""
        return named if named in self._held_by.values() else self._of_name.get(named, named)

    def _cell(self, limit: Mapping[Any, Any]) -> dict[str, str]:
        cell = {name: str(limit.get(name, "")) for name in ("area", "envelope", "objective", "year", "option")}
        if RULES[str(limit["rule"])].level == RECIPIENT:
            return {**cell, "area": "", "recipient": cell["area"], "region": "", "type": ""}
        region, kind, held_by = self._of_area.get(cell["area"], ("", "", ""))
        return {**cell, "region": region, "type": kind, "recipient": held_by}


def _axes(rule: str) -> tuple[str, ...]:
    """Columns that together choose one limit of a rule."""
    return ("area", "option") if RULES[rule].over is OPTIONS else RULES[rule].over.axes


def _written(rule: str) -> dict[str, str]:
    """Columns of the table ``rules`` that say which rule a row is."""
    level = RULES[rule].level
    return {"rule": RULES[rule].written, **({"level": level} if level != AREA else {})}


def _usable(rule: str, selectors: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in selectors.items() if name in RULES[rule].selectors}
