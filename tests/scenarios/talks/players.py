"""Areas that play in the tests of talks: each answers the asks of a round by choices that are drawn."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd

import singlepot as sp

from ...strategies import Picker, chance, choice

CENTRE = "the centre"


def answer_to(ask: Any, **changes: Any) -> dict[str, Any]:
    """The row that accepts an ask, with changes."""
    row = {"round": ask.round, "area": ask.area, "option": ask.option, "asked": ask.asked, "up_to": None, "reason": ""}
    return {**row, **changes}


def accept_all(talks: sp.Talks) -> None:
    talks.answer(pd.DataFrame([answer_to(ask) for ask in talks.asks.itertuples()]), by="areas")


def drawn_answers(talks: sp.Talks, pick: Picker, counts: Counter[str]) -> dict[str, pd.DataFrame]:
    """Answers, silences and offers of a round, drawn ask by ask."""
    rows, offers, years = [], [], []
    scenario = talks.scenario
    most = dict(zip(zip(scenario.options["area"], scenario.options["option"], strict=True),
                    scenario.filled("options")["max_take_up"], strict=True))  # fmt: skip
    grants = [f"grant_{one}" for one in scenario.envelopes] if len(scenario.envelopes) > 1 else ["grant"]
    for number, ask in enumerate(talks.asks.itertuples()):
        kind = choice(pick, ["accept", "accept", "accept", "refuse", "part", "silent", "offer"])
        counts[kind] += 1
        if kind == "accept":
            rows.append(answer_to(ask))
        elif kind == "refuse":
            rows.append(answer_to(ask, up_to=0, reason="no"))
        elif kind == "part" and (ask.area, ask.option) in most:
            up_to = ask.accepted + (ask.asked - ask.accepted) * pick.integer(1, 9) / 10
            rows.append(answer_to(ask, up_to=up_to, reason="part"))
        elif kind == "offer":
            name = f"offer {ask.round}.{number}"
            offers.append({"area": ask.area, "option": name, "max_take_up": 1.0,
                           "instead_of": ask.option if chance(pick, 70) else "", "reason": "rather"})  # fmt: skip
            year = choice(pick, scenario.settings.years)
            line = {"area": ask.area, "option": name, "year": year, grants[0]: pick.integer(-2, 3)}
            line |= {key: pick.integer(0, 2) for key in scenario.objectives["key"]}
            years.append(line)
    frames = {"answers": rows, "offers": offers, "offer_years": years}
    return {name: pd.DataFrame(table) for name, table in frames.items() if table}


def play(made: sp.Scenario, folder: Path, pick: Picker, counts: Counter[str], *, moves: bool = False) -> list[sp.Talks]:
    """Talk a scenario to its end; the folder holds the talks."""
    talks = sp.open_talks(made, folder, by=CENTRE, rounds=pick.integer(1, 4))
    while not talks.status.ended:
        told = drawn_answers(talks, pick, counts)
        if told:
            talks.answer(
                told.get("answers"), offers=told.get("offers"), offer_years=told.get("offer_years"), by="areas"
            )
        if moves and chance(pick, 40):
            move(talks, pick, counts)
        if moves and chance(pick, 20):
            undo(talks, counts)
        talks.next(by=CENTRE)
        counts["rounds"] += 1
    return [talks]


def move(talks: sp.Talks, pick: Picker, counts: Counter[str]) -> None:
    what_if: dict[str, Any] = {"levers": {"pot": choice(pick, [0.95, 0.99, 1.02, 1.1])}}
    asks = talks.asks
    if len(asks) and chance(pick, 40):
        ask = asks.iloc[pick.integer(0, len(asks) - 1)]
        what_if = {"imposed": [{"area": ask["area"], "option": ask["option"], "up_to": ask["asked"], "reason": "must"}]}
    try:
        talks.move(what_if, reason="drawn", by=CENTRE)
        counts["move"] += 1
    except sp.NoSettlementError:
        counts["refused move"] += 1


def undo(talks: sp.Talks, counts: Counter[str]) -> None:
    try:
        talks.undo(by=CENTRE)
        counts["undo"] += 1
    except (sp.NoSettlementError, sp.TalksError):
        counts["refused undo"] += 1
