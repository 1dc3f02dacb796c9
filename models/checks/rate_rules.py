"""Checks of the rules of convergence and inclusion: what they name, and the figures that they are measured by."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..diagnostics.problems import SETTINGS, Diagnostic, Report, shown
from ..settings.settings import Settings
from ..tables.rule_kinds import NATIONS, PAIRS, RULES, Rule
from .census import Census
from .levelling import target_of
from .number_cells import Floats
from .parsing import Parsed
from .rule_rows import names_of_rows

Tables = Mapping[str, Parsed]

NOTHING = 1e-6
"""Gini coefficient below which rates are as good as equal."""


def check_rate_rules(tables: Tables, census: Census, settings: Settings, report: Report, file: str) -> None:
    """Check every row of these rules, and the general ones.

    Parameters
    ----------
    tables
        The tables as read, their rules checked by themselves.
    census
        The areas and what they bid.
    settings
        The settings.
    report, file
        Takes problems of the settings, and what to call them in messages.
    """
    if "inclusion_floor" in settings.rules and settings.inclusion is None:
        key, remedy = "rules.inclusion_floor", "write [inclusion] with prosperity and inclusion, or leave the rule out"
        report.add(Diagnostic("SP-D076", SETTINGS, file, "", key, "", "the section [inclusion]", remedy))
    rules = tables["rules"]
    if not {"rule", "value"} <= set(rules.labels) | set(rules.numbers):
        return
    for row, name in enumerate(names_of_rows(rules)):
        rule = RULES.get(name)
        if rule is not None and rule.over.of_rates:
            _check_row(tables, row, rule, census, settings)


def _check_row(tables: Tables, row: int, rule: Rule, census: Census, settings: Settings) -> None:
    rules = tables["rules"]
    value, key = float(rules.numbers["value"][row]), rules.text("objective")[row]
    if rule.switch and value not in (0, 1):
        rules.complain("SP-D055", row, "value", f"{value:g}", f"1, or 0 for off, for {rule.name}")
    if rule.of_one and not key:
        remedy = "name it in the column objective"
        rules.complain("SP-D071", row, "objective", "an empty cell", f"an objective for {rule.name}", remedy)
    elif rule.of_one:
        _check_objective(tables, row, rule, key, census)
    if rule.over is PAIRS:
        _check_pair(tables, row, settings)


def _check_objective(tables: Tables, row: int, rule: Rule, key: str, census: Census) -> None:
    """Check that the objective has rates, and for the Gini coefficient that they differ and people are known."""
    rules, objectives, areas = tables["rules"], tables["objectives"], tables["areas"]
    at = {word: place for place, word in enumerate(objectives.text("key").values)}.get(key)
    if at is None:
        return
    names = [objectives.text(column)[at] for column in ("baseline", "per")]
    if not all(names) or not all(name in areas.numbers for name in names):
        expected = f"baseline and per of {key} in objectives"
        rules.complain("SP-D072", row, "objective", shown(key), expected, "name both attributes, or leave the rule out")
        return
    if rule.over is not NATIONS:
        return
    level, per = (areas.numbers[name] for name in names)
    member = census.concerned & np.isfinite(level) & (per > 0)
    unknown = np.flatnonzero(member & np.isnan(census.population))
    if len(unknown):
        code = shown(areas.text("code")[int(unknown[0])])
        more = f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""
        expected = f"a population for {code}{more}, whose rates count by their people"
        rules.complain("SP-D073", row, "rule", rule.name, expected, "fill it in, or leave the rule out")
        return
    if not _gini(level[member] / per[member], census.population[member]) >= NOTHING:
        expected = f"rates of {key} that differ between two areas at least: there is nothing to cap"
        rules.complain("SP-D074", row, "objective", shown(key), expected, "leave the rule out")


def _gini(rate: Floats, people: Floats) -> float:
    """Gini coefficient of rates; NaN where it has no meaning."""
    mean = float(people @ rate)
    if len(rate) < 2 or not mean > 0:
        return np.nan
    return float(people @ np.abs(rate[:, None] - rate) @ people / people.sum() / 2 / mean)


def _check_pair(tables: Tables, row: int, settings: Settings) -> None:
    rules, section = tables["rules"], settings.inclusion
    if section is None:
        remedy = "write [inclusion] with prosperity and inclusion, or leave the rule out"
        rules.complain("SP-D076", row, "rule", "inclusion_floor", "the section [inclusion]", remedy)
        return
    year = rules.text("year")[row] or section.year or settings.years[-1]
    for key in (section.prosperity, section.inclusion):
        if not target_of(tables, key, year) > 0:
            expected = f"a national target for {key} in {year}, or targets that areas propose"
            rules.complain("SP-D076", row, "year", shown(year), expected, "add one, or name another year")
