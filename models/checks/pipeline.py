"""Validation in order: tables are parsed, then checked one against another."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..diagnostics.problems import Diagnostic, Report
from ..money import POUNDS_PER
from ..settings.settings import Settings
from ..tables.raw import RawTable, lost
from ..tables.schema import PROGRAMMES, TABLES, TOTAL, Column, attribute, grant_of, of_year, outcome
from ..tables.stored_table import StoredTable
from .area_codes import check_area_codes
from .census import check_people, take_census
from .deriving import Derived, derive, derives, extended
from .effects import check_effects
from .expectations import check_expectations
from .habits import in_financial_years, in_small_letters, take_names_and_capitals, turn_years
from .keys import check_attributes, check_keys, check_pot, known_words
from .levelling import check_levelling
from .magnitudes import check_gives, check_limits_of_stages, check_magnitudes
from .options import check_centre, check_grants, check_options, check_weights, check_years_of_options
from .parsing import Parsed, absent, parse
from .plausibility.limits import check_limits
from .plausibility.losses import check_losses
from .plausibility.outliers import check_outliers
from .plausibility.patterns import check_patterns
from .plausibility.totals import check_totals
from .plausibility.units import check_units
from .programmes import check_assumed
from .rate_rules import check_rate_rules
from .recipients import check_recipient_names, check_recipients
from .ring_fences import check_ring_fences
from .rules import check_rules

log = logging.getLogger("singlepot")


@dataclass(frozen=True, eq=False)
class Checked:
    """Checked tables, every one by name; absent ones with their required columns and no rows.

    Parameters
    ----------
    given
        The tables as given.
    settled
        The tables that are settled: the given rows, and behind them those that follow from programme lines.
    derived
        The derived rows.
    """

    given: dict[str, StoredTable]
    settled: dict[str, StoredTable]
    derived: Derived


def check_tables(
    raw: Mapping[str, RawTable], settings: Settings, unusable: frozenset[str], report: Report, file: str = "settings"
) -> Checked:
    """Read and check all tables of a scenario.

    Parameters
    ----------
    raw
        The tables as they came, by name; those that a scenario may do without may be absent.
    settings
        The settings, as far as they could be used.
    unusable
        Keys of the settings that could not: nothing is checked against them.
    report
        Takes the problems.
    file
        What to call the settings in messages.

    Returns
    -------
    The tables as given and as settled. To be used only if the report is empty.
    """
    tables: dict[str, Parsed] = {}
    for name in TABLES:
        if name != "option_years":
            further = {a: attribute(a) for a in settings.attributes} if name == "areas" else {}
            further |= {year: of_year(year) for year in settings.years} if name == PROGRAMMES else {}
            closed = {"areas": "attributes", PROGRAMMES: "years"}.get(name) not in unusable
            if name == PROGRAMMES and name in raw:
                raw = {**raw, name: in_financial_years(raw[name], settings.years, report, name)}
            tables[name] = _one(raw, name, further, settings.money, report, closed)
    closed = tables["objectives"].complete and tables["pot"].complete
    take_names_and_capitals(tables)
    further = _option_columns(tables)
    if "option_years" in raw:
        raw = {**raw, "option_years": in_small_letters(raw["option_years"], further, report, "option_years")}
    tables["option_years"] = _one(raw, "option_years", further, settings.money, report, closed)
    take_names_and_capitals({name: tables[name] for name in ("areas", "pot", "objectives", "option_years")})
    check_keys(tables, settings, unusable)
    check_years_of_options(tables)
    derived = Derived()
    if derives(tables, settings) and not len(report):
        derived = derive(tables, settings, report, file) or derived
    settled = dict(tables)
    for name, rows in derived.rows.items():
        settled[name] = extended(tables[name], rows, further, settings.money)
    _check_together(settled, settings, unusable, report, file)
    check_expectations(tables, settings, report, file)
    log.debug("checked %d tables: %d problems", len(raw), len(report))
    if len(report):
        return Checked({}, {}, derived)
    given = {name: tables[name].stored() for name in TABLES}
    changed = {name: settled[name].stored() for name in TABLES if settled[name] is not tables[name]}
    return Checked(given, {**given, **changed}, derived)


def _check_together(
    tables: dict[str, Parsed], settings: Settings, unusable: frozenset[str], report: Report, file: str
) -> None:
    check_area_codes(tables["areas"], settings.overlapping)
    check_pot(tables, settings, unusable)
    check_attributes(tables, settings, unusable)
    check_centre(tables)
    check_weights(tables["targets"])
    if tables["objectives"].complete and "stages" not in unusable and not tables["objectives"].faulty:
        check_limits_of_stages(tables["objectives"], settings, report, file)
    if tables["pot"].complete:
        check_ring_fences(envelopes_of(tables["pot"]), settings, report, file)
        check_grants(tables["option_years"], envelopes_of(tables["pot"]))
    check_options(tables)
    check_assumed(tables["options"])
    if tables["areas"].complete and "code" in tables["areas"].labels:
        census = take_census(tables)
        check_people(tables["areas"], census, settings)
        check_recipients(tables["areas"], census)
        check_levelling(tables, census, settings, unusable, report, file)
        check_rules(tables, census, known_words(tables, settings, unusable), settings.rules)
        if tables["rules"].complete and not len(report):
            check_rate_rules(tables, census, settings, report, file)
        if not len(report):  # what does not fit together is looked for among numbers that stand
            check_recipient_names(tables["areas"])
            check_totals(tables, census)
            check_units(tables, census, settings)
            check_magnitudes(tables, envelopes_of(tables["pot"]), POUNDS_PER[settings.money])
            check_gives(tables["bids"], settings, report, file)
            check_patterns(tables, census, settings)
            check_losses(tables, settings)
            check_outliers(tables, census, settings)
            check_effects(tables)
            check_limits(tables, census, settings)


def _one(
    raw: Mapping[str, RawTable],
    name: str,
    further: Mapping[str, Column],
    money: str,
    report: Report,
    closed: bool,
) -> Parsed:
    table = TABLES[name]
    table = table if table.needed(raw) else replace(table, required=False)
    if name in raw:
        return parse(turn_years(raw[name], table, report), table, further, money, report, closed)
    if table.required:
        problem = Diagnostic("SP-D001", name, f"table {name}", expected="a table with columns " + _required(name))
        report.add(problem, table=list(TABLES).index(name))
        return parse(lost(f"table {name}"), table, further, money, report)
    return absent(table, report)


def _required(name: str) -> str:
    return ", ".join(column.name for column in TABLES[name] if column.required)


def envelopes_of(pot: Parsed) -> tuple[str, ...]:
    """The envelopes of a pot, in order of first appearance."""
    return tuple(word for word in pot.text("envelope").words if word) or (TOTAL,)


def _option_columns(tables: Mapping[str, Parsed]) -> dict[str, Column]:
    columns = [grant_of(envelope) for envelope in envelopes_of(tables["pot"])]
    objectives = tables["objectives"]
    keys = objectives.labels["key"].words if "key" in objectives.labels else ()
    columns += [outcome(key) for key in keys]
    return {column.name: column for column in columns if column.name not in TABLES["option_years"].by_name}
