"""Checks of offers: new options of an area that it binds itself to, alone or in place of an ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from singlepot.models.diagnostics.problems import Report, did_you_mean, one_of, shown
from singlepot.models.tables.raw import RawTable

from ..programme import with_offers
from ..state import Key, Offer
from .checking import Facts
from .rows import Rows

TEXTS = ("area", "option", "name", "component", "requires")
NUMBERS = {"own_cost": 0.0, "max_take_up": 1.0}
OFFER_COLUMNS = (*TEXTS, *NUMBERS, "instead_of", "reason", "by")


def check_offers(raw: RawTable, years: RawTable | None, facts: Facts, by: str, report: Report) -> list[dict[str, Any]]:
    """Check the rows of a table of offers, and those of their years.

    Parameters
    ----------
    raw, years
        The cells of ``offers`` and ``offer_years``.
    facts
        What they are checked against.
    by
        Who offers, where a row does not say.
    report
        Takes the problems.

    Returns
    -------
    The contents of the entries, in the order of the rows.
    """
    rows = Rows("offers", raw, report)
    if not len(rows):
        return []
    rows.check_columns(OFFER_COLUMNS, ("area", "option"))
    profiles = _years(years, facts, report)
    if len(report):
        return []
    options = facts.scenario.filled("options")
    groups = dict(zip(zip(options["area"], options["option"], strict=True), options["group"], strict=True))
    made = {row: one for row in range(len(rows)) if (one := _offer(rows, row, facts, groups, by, profiles)) is not None}
    for column, once in (("option", "each offer once"), ("instead_of", "one offer in place of an ask")):
        before: dict[Key, int] = {}
        for row in made:
            key = (rows.text(row, "area"), rows.text(row, column))
            first = before.setdefault(key, row)
            if key[1] and first != row:
                place = raw.place.row(first)
                rows.complain(
                    "SP-T009", row, column, shown(key[1]), f"{once}; {place} has it too", "delete one of them"
                )
    keys = [(one["row"]["area"], one["row"]["option"]) for one in made.values()]
    if years is not None:
        for key, row in ((key, one[0]) for key, one in profiles.items() if key not in keys):
            Rows("offer_years", years, report).complain(
                "SP-T010", row, "option", shown(key[1]), "the name of an offer of the table offers"
            )
    if made and not len(report):  # whatever is left is said by the checks of scenarios
        taken = [
            Offer(one["row"], one["years"], one["instead_of"], one["group"] or f"offer:{at}")
            for at, one in enumerate(made.values())
        ]
        with_offers(facts.scenario, taken)
    return list(made.values())


def asks_taken(raw: RawTable) -> frozenset[Key]:
    """Return area and option of each ask that an offer of a table takes the place of; nothing is checked."""
    rows = Rows("offers", raw, Report(quiet=True))
    keys = ((rows.text(row, "area"), rows.text(row, "instead_of")) for row in range(len(rows)))
    return frozenset(key for key in keys if key[1])


Profiles = dict[Key, tuple[int, list[dict[str, Any]]]]
"""For each offer the first row of its years, and the rows."""


def _years(years: RawTable | None, facts: Facts, report: Report) -> Profiles:
    """Read the years of offers: grants and outcomes, signed."""
    if years is None:
        return {}
    rows = Rows("offer_years", years, report)
    scenario = facts.scenario
    grants = [f"grant_{one}" for one in scenario.envelopes]
    short = ["grant"] if len(grants) == 1 else []
    numbers = [*short, *grants, *scenario.objectives["key"]]
    if not len(rows):
        return {}
    rows.check_columns(("area", "option", "year", *numbers), ("area", "option", "year"))
    if len(report):
        return {}
    profiles: Profiles = {}
    before: set[tuple[str, str, str]] = set()
    for row in range(len(rows)):
        area, option, year = (rows.text(row, name) for name in ("area", "option", "year"))
        if year not in scenario.settings.years:
            rows.complain("SP-T010", row, "year", shown(year), f"one of {one_of(scenario.settings.years)}")
        if (area, option, year) in before:
            rows.complain("SP-T009", row, "year", shown(year), "each year of an offer once")
        before.add((area, option, year))
        values = {name: rows.number(row, name, "SP-T010") for name in numbers if name in rows.columns}
        line: dict[str, Any] = {"area": area, "option": option, "year": year}
        for name, value in values.items():
            line[grants[0] if name in short else name] = 0.0 if value is None else value
        profiles.setdefault((area, option), (row, []))[1].append(line)
    return profiles


def _offer(
    rows: Rows, row: int, facts: Facts, groups: Mapping[Key, str], by: str, profiles: Profiles
) -> dict[str, Any] | None:
    """Check one offer; None where something is wrong with it, which is reported."""
    faults, state = len(rows.report), facts.state
    area, option, instead_of = (rows.text(row, name) for name in ("area", "option", "instead_of"))
    areas = list(facts.scenario.areas["code"])
    if area not in areas:
        rows.complain("SP-T005", row, "area", shown(area), "the code of an area", did_you_mean(area, areas))
    elif facts.sheet_area and area != facts.sheet_area:
        rows.complain("SP-T005", row, "area", shown(area), f"{facts.sheet_area}, whose sheet it is")
    pending = {offer.key: offer.instead_of for offer in _pending(facts)}
    if not option or option.startswith("scale-back"):
        rows.complain("SP-T010", row, "option", shown(option), "a name of its own, which is no scale-back")
    elif (area, option) in groups or pending.get((area, option), instead_of) != instead_of:
        rows.complain("SP-T010", row, "option", shown(option), "a new name", "the area has an option of that name")
    if instead_of and (area, instead_of) not in state.asks:
        mine = [name for of, name in state.asks if of == area]
        expected = f"an ask of the area: {one_of(mine)}" if mine else "nothing: nothing is asked of the area"
        rows.complain("SP-T010", row, "instead_of", shown(instead_of), expected, did_you_mean(instead_of, mine))
    numbers = {name: _number(rows, row, name, default) for name, default in NUMBERS.items()}
    if (area, option) not in profiles:
        rows.complain("SP-T010", row, "option", shown(option), "a row for each of its years in offer_years")
    if len(rows.report) > faults:
        return None
    texts = {name: rows.text(row, name) for name in TEXTS}
    return {
        "area": area,
        "option": option,
        "round": state.round,
        "row": {**texts, **numbers},
        "years": profiles[area, option][1],
        "instead_of": instead_of,
        "group": groups.get((area, instead_of), ""),
        "up_to": numbers["max_take_up"],
        "reason": rows.text(row, "reason"),
        "by": rows.text(row, "by") or by,
        "late": facts.late,
    }


def _pending(facts: Facts) -> list[Offer]:
    answers = (answer.offer for answer in facts.state.answers.values())
    return [*facts.state.offers.values(), *(offer for offer in answers if offer is not None)]


def _number(rows: Rows, row: int, name: str, default: float) -> float:
    value = rows.number(row, name, "SP-T010")
    if value is None:
        return default
    if value < 0 or (name == "max_take_up" and value == 0):
        limit = "> 0" if name == "max_take_up" else "≥ 0"
        rows.complain("SP-T010", row, name, f"{value:g}", f"a number {limit}")
    return value
