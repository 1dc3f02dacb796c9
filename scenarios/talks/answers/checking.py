"""Checks of answers: each row is matched with an ask of the round, and becomes the content of an entry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from singlepot.models.diagnostics.problems import Report, did_you_mean, one_of, shown
from singlepot.models.money import without_commas
from singlepot.models.scenario.scenario import Scenario
from singlepot.models.tables.raw import RawTable

from ..columns import ASK_COLUMNS, FOR_CENTRE, OUTPUTS, WHY_ASKED
from ..programme import pounds_moved
from ..state import ENOUGH, Ask, Key, State
from .rows import Rows, is_number

REQUIRED = ("round", "area")
IDENTITY = "talks"
"""Sheet with the talks, the round, the head and the area that the others belong to."""

TO_FILL = ("up_to", "reason", "by", "role", "date")
"""Columns of an ask's row that its area fills in."""

COLUMNS = (*REQUIRED, "option", "asked", *TO_FILL)

SENT = (*ASK_COLUMNS, WHY_ASKED, *OUTPUTS, *FOR_CENTRE)
"""Columns of the sheet that was sent; what is not read of them is kept as it is."""

_SHARE = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)\s*%")
_MONEY = re.compile(r"£\s*([0-9]+\.?[0-9]*|\.[0-9]+)\s*(bn|m|k|)", re.IGNORECASE)
_POUNDS = {"bn": 1e9, "m": 1e6, "k": 1e3, "": 1.0}


@dataclass(frozen=True)
class Facts:
    """Facts of a round that answers are checked against.

    Parameters
    ----------
    state
        State of the talks.
    scenario
        Scenario of the round.
    talks, head
        Hash that names the talks, and hash of the round's entry.
    late
        Whether the deadline has passed.
    sheet_area
        Area whose sheet the answers stand on; empty where they are a table of many.
    offered
        Whether there are offers beside the answers.
    taken
        Asks that offers beside the answers take the place of.
    """

    state: State
    scenario: Scenario
    talks: str
    head: str
    late: bool
    sheet_area: str = ""
    offered: bool = False
    taken: frozenset[Key] = frozenset()


def check_answers(raw: RawTable, facts: Facts, by: str, report: Report) -> list[dict[str, Any]]:
    """Check the rows of a table of answers.

    Parameters
    ----------
    raw
        The cells.
    facts
        What they are checked against.
    by
        Who answers, where a row does not say.
    report
        Takes the problems.

    Returns
    -------
    The contents of the entries, in the order of the rows; a row without an option answers every ask of its area that
    neither another row nor an offer beside them names.
    """
    rows, checked = Rows("answers", raw, report), []
    faults = len(report)
    rows.check_columns(COLUMNS, REQUIRED, kept=(*SENT, *facts.scenario.objectives["key"]))
    if len(report) > faults:
        return []
    reader = _Reader(rows, facts, by)
    sheet = "talks" in rows.columns
    for row in range(len(rows)):
        if not sheet or rows.filled(row, TO_FILL):
            checked.append(reader.read(row))
    if not checked and not facts.offered:
        rows.complain("SP-T012", -1, "by", "no row with an answer", "an answer to at least one ask")
    return _expanded([one for one in checked if one is not None], facts)


def _expanded(checked: list[dict[str, Any]], facts: Facts) -> list[dict[str, Any]]:
    """Make one answer for each ask of the rows without an option; what was answered before is answered anew."""
    state = facts.state
    named = {(one["area"], one["option"]) for one in checked if one["option"]} | facts.taken
    answers = []
    for one in checked:
        if one["option"]:
            answers.append(one)
            continue
        for key, ask in sorted(state.asks.items()):
            if key[0] == one["area"] and key not in named:
                share = one["share"]
                up_to = ask.asked if share is None else share * state.most[key]
                answers.append({**one, "option": key[1], "asked": ask.asked, "up_to": up_to})
    return [{name: value for name, value in one.items() if name != "share"} for one in answers]


class _Reader:
    """Reader of the rows of one table of answers."""

    def __init__(self, rows: Rows, facts: Facts, by: str) -> None:
        self.rows, self.facts, self.by = rows, facts, by
        self.areas = list(facts.scenario.areas["code"])
        self.before: dict[Key, int] = {}
        self.sheet_area = facts.sheet_area
        if "talks" in rows.columns and len(rows) and not self.sheet_area:
            self.sheet_area = rows.text(0, "area")
        self.grants = pounds_moved(facts.scenario, net=True)

    def read(self, row: int) -> dict[str, Any] | None:
        """Check one row; None where something is wrong with it, which is reported."""
        rows, state, faults = self.rows, self.facts.state, len(self.rows.report)
        self._check_identity(row)
        area, option = self._area(row), rows.text(row, "option")
        if len(rows.report) > faults:
            return None
        key = (area, option)
        if key in self.before:
            first = rows.raw.place.row(self.before[key])
            rows.complain("SP-T009", row, "option", shown(option), f"one answer to an ask; {first} has one too")
        if key in self.facts.taken:
            remedy = "delete one of them: the offer answers the ask that its instead_of names"
            expected = "one answer to an ask; an offer in place of it came with it"
            rows.complain("SP-T009", row, "option", shown(option), expected, remedy)
        self.before[key] = row
        ask = self._ask(row, key)
        up_to, share = self._up_to(row, key, ask)
        reason = rows.text(row, "reason")
        if up_to == 0.0 and not reason:
            rows.complain("SP-T008", row, "reason", "", "a reason for the refusal", "say why in a few words")
        if len(rows.report) > faults:
            return None
        return {
            "round": state.round,
            "area": area,
            "option": option,
            "asked": ask.asked if ask else 0.0,
            "up_to": up_to,
            "share": share,
            "reason": reason,
            "by": rows.text(row, "by") or self.by,
            "role": rows.text(row, "role"),
            "date": rows.text(row, "date"),
            "late": self.facts.late,
        }

    def _check_identity(self, row: int) -> None:
        """Check that the row belongs to these talks, this round and its sheet's head."""
        rows, state = self.rows, self.facts.state
        number = rows.text(row, "round")
        if number != str(state.round):
            remedy = "answer on the sheet of that round"
            rows.complain("SP-T003", row, "round", shown(number), f"round {state.round}, which is open", remedy)
        for column, right in (("talks", self.facts.talks), ("head", self.facts.head)):
            text = rows.text(row, column)
            if column in rows.columns and text != right:
                remedy = "answer on the sheet that was sent for this round"
                rows.complain("SP-T004", row, column, shown(text), f"the {column} of this round, {right}", remedy)

    def _area(self, row: int) -> str:
        rows, area = self.rows, self.rows.text(row, "area")
        if area not in self.areas:
            rows.complain("SP-T005", row, "area", shown(area), "the code of an area", did_you_mean(area, self.areas))
        elif self.sheet_area and area != self.sheet_area:
            expected = f"{self.sheet_area}, whose sheet it is"
            rows.complain("SP-T005", row, "area", shown(area), expected, "answer on the sheet of that area")
        return area

    def _ask(self, row: int, key: Key) -> Ask | None:
        """Find the ask that a row answers, and compare the figure that was asked."""
        rows, asks = self.rows, self.facts.state.asks
        mine = [option for area, option in asks if area == key[0]]
        if not key[1]:
            if not mine:
                rows.complain("SP-T006", row, "option", "", "an ask", f"nothing is asked of {key[0]} in this round")
            return None
        ask = asks.get(key)
        if ask is None:
            expected = f"one of {one_of(mine)}" if mine else f"nothing: nothing is asked of {key[0]} in this round"
            rows.complain("SP-T006", row, "option", shown(key[1]), expected, did_you_mean(key[1], mine))
            return None
        faults = len(rows.report)
        asked = rows.number(row, "asked", "SP-T007")
        if len(rows.report) == faults and (
            asked is None or not abs(asked - ask.asked) <= ENOUGH * self.facts.state.most[key]
        ):
            value = "" if asked is None else f"{asked:g}"
            rows.complain("SP-T007", row, "asked", value, f"{ask.asked!r}, what is asked in this round")
        return ask

    def _up_to(self, row: int, key: Key, ask: Ask | None) -> tuple[float, float | None]:
        """Read how far the area goes: a take-up, a share of the option, or its money; empty is all that is asked."""
        rows, text = self.rows, self.rows.text(row, "up_to")
        if ask is None:
            if text not in ("", "0") and not _SHARE.fullmatch(text):
                remedy = "name the option to go part of the way"
                rows.complain("SP-T008", row, "up_to", shown(text), "nothing, 0 or a share such as 50%", remedy)
                return 1.0, None
            share = None if not text else float(text.rstrip(" %")) / 100
            if share is not None and share > 1:
                rows.complain("SP-T008", row, "up_to", shown(text), "at most 100%")
            return 1.0 if share is None else share, share
        if not text:
            return ask.asked, None
        most = self.facts.state.most[key]
        value = self._take_up(text, key, most)
        if value is None:
            expected = "a take-up such as 0.5, a share such as 50%, or money such as £1.2m"
            remedy = "leave it empty to accept all that is asked"
            remedy = "write a point for decimals" if "," in text else remedy
            rows.complain("SP-T008", row, "up_to", shown(text), expected, remedy)
            return ask.asked, None
        if not 0 <= value <= most * (1 + 1e-9):
            rows.complain("SP-T008", row, "up_to", shown(text), f"from 0 to {most:g}, its largest take-up")
        return min(value, most), None

    def _take_up(self, text: str, key: Key, most: float) -> float | None:
        """Read a take-up; None where the text is none."""
        if match := _SHARE.fullmatch(text):
            return float(match[1]) / 100 * most
        if match := _MONEY.fullmatch(without_commas(text)):
            pounds = float(match[1]) * _POUNDS[match[2].lower()]
            grant = abs(self.grants.get(key, 0.0))
            return pounds / grant if grant > 0 else None
        return float(text) if is_number(text) else None
