"""The page of a round of talks, on one screen: how far it can go, what could be signed, who answered, what is open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from singlepot.models.scenario.titles import Titles
from singlepot.models.settlement.settlement import Settlement
from singlepot.models.tables.stage_words import stage_words
from singlepot.scenarios.talks.status import TalksStatus
from singlepot.scenarios.talks.talks import Talks

from ..text.lines import capital, count
from .figures.figures import SHORT_UNITS
from .table import Cell, Column, Table, cell, tabulate
from .templating import page
from .words import illustrative_words, plain_title

SHOWN = 6
"""Asks without an answer that are shown first; all of them stand below."""


def round_html(talks: Talks) -> str:
    """Return the page of the round that is open: for the centre, with other areas in it.

    Parameters
    ----------
    talks
        The talks.

    Raises
    ------
    TalksError
        The first round is not settled yet.
    PagesNotInstalledError
        Without the extra ``report``.
    """
    status, settlements = talks.status, (talks.all_accepted, talks.agreed_so_far)
    scenario = settlements[0].scenario
    titles, money = Titles(scenario), scenario.settings.money
    asks = talks.asks.to_dict("records")
    silent = set(talks.state.silent)
    unanswered = [ask for ask in asks if (ask["area"], ask["option"]) in silent]
    unanswered.sort(key=lambda ask: (-abs(ask["grant_change"]), ask["area"], ask["option"]))
    return page(
        "round.html.j2",
        title=f"Round {status.round} of the talks",
        scenario=plain_title(scenario.settings.title or "Talks"),
        heading=f"Round {status.round} of at most {status.rounds}",
        illustrative=illustrative_words(scenario.settings),
        lead=_lead(status),
        far=[_stages(status), _short(settlements, titles, last=True)],
        answered=_answered(status, len(asks)),
        open=[_asks("open", "Asks without an answer, the largest first", unanswered[:SHOWN], titles, money)]
        if unanswered
        else [],
        folded=[
            _short(settlements, titles, last=False),
            _areas(status),
            _asks("asks", "All that is asked, and why", asks, titles, money, reasons=True),
            _notices(talks, titles, money),
        ],
        proof=f"Talks {status.talks}. Head {status.head}.",
    )


def _lead(status: TalksStatus) -> str:
    """Say how far what could be signed is from what could still be won, and until when answers are taken."""
    first = status.stages.to_dict("records")[0]
    now, after = (_figure(first[name], first["unit"]).text for name in ("agreed_so_far", "if_all_accepted"))
    said = (
        f"{capital(stage_words(first['name']))} is {now} in what could be signed today, and {after} if all is accepted."
    )
    if status.signed:
        return f"{said} An agreement stands."
    if status.ended:
        return f"{said} Nothing is left to ask: {status.ended}."
    if status.moved:
        said += " The centre has moved since: the next round settles with it."
    return f"{said} Answers are taken until {status.deadline}." if status.deadline else said


def _figure(value: float, unit: str) -> Cell:
    """Write the value of a stage: shares in per cent."""
    return cell(value, "fine percent" if "share" in unit else "money")


def _answered(status: TalksStatus, asks: int) -> str:
    """Say who has answered, and who is waited for."""
    table = status.areas
    if table.empty:
        return "Nobody is asked."
    done = int((table["answered"] == table["asks"]).sum())
    silent = table[table["answered"] < table["asks"]]["name"].tolist()
    given, refused = int(table["answered"].sum()), int(table["refused"].sum())
    said = f"{done} of {count(len(table), 'area')} asked have answered everything; "
    said += f"{given} of {count(asks, 'ask')} are answered, {refused} of them refused."
    named = "; ".join(silent[:SHOWN]) + (f" and {len(silent) - SHOWN} more" if len(silent) > SHOWN else "")
    return f"{said} Still to answer: {named}." if silent else said


def _stages(status: TalksStatus) -> Table:
    rows = [
        {
            **row,
            "words": stage_words(row["name"]),
            **{name: _figure(row[name], row["unit"]) for name in ("if_all_accepted", "agreed_so_far")},
        }
        for row in status.stages.to_dict("records")
    ]
    columns = [
        Column("words", "Stage"), Column("if_all_accepted", "If all is accepted"),
        Column("agreed_so_far", "Agreed so far"), Column("unit", "Unit"),
    ]  # fmt: skip
    return tabulate("stages", "Stages of the settlement", columns, rows, row_key=lambda row: str(row["name"]))


def _short(settlements: tuple[Settlement, Settlement], titles: Titles, *, last: bool) -> Table:
    """What lacks of each national target, or of the last one of each objective: if all is accepted, and so far."""
    after, now = (one.national for one in settlements)
    rows = [
        {
            "objective": row["objective"],
            "name": f"{titles.of('objective', row['objective'])}, {row['year']}",
            "key": f"{row['objective']} {row['year']}",
            "target": row["target"],
            "after": float(row["shortfall"]),
            "now": float(short),
        }
        for row, short in zip(after.to_dict("records"), now["shortfall"], strict=True)
    ]
    shown = list({row["objective"]: row for row in rows}.values()) if last else rows
    columns = [
        Column("name", "National target"), Column("target", "Wanted", "number"),
        Column("after", "Short if all is accepted", "number"), Column("now", "Short as agreed so far", "number"),
    ]  # fmt: skip
    key, caption = ("last", "National targets at the end") if last else ("short", "National targets of all years")
    alike = ["target", "after", "now"]
    return tabulate(key, caption, columns, shown, row_key=lambda row: str(row["key"]), alike=alike)


def _areas(status: TalksStatus) -> Table:
    names = ("asks", "answered", "accepted", "refused", "late")
    columns = [Column("name", "Area"), *(Column(name, name.capitalize(), "count") for name in names)]
    rows = status.areas.to_dict("records")
    return tabulate("areas", "Areas that are asked", columns, rows, row_key=lambda row: str(row["area"]))


def _asks(
    key: str, caption: str, asks: list[dict[Any, Any]], titles: Titles, money: str, *, reasons: bool = False
) -> Table:
    rows: list[Mapping[Any, Any]] = [{**ask, "called": titles.option(ask["area"], ask["option"])} for ask in asks]
    columns = [
        Column("name", "Area"), Column("called", "What is asked"), Column("accepted", "Accepted", "number"),
        Column("asked", "Asked", "number"), Column("grant_change", f"Grant, {SHORT_UNITS[money]}", "money"),
        *([Column("reason_with_rivals", "Why"), Column("next_best", "Who is next")] if reasons else []),
    ]  # fmt: skip
    return tabulate(key, caption, columns, rows, row_key=lambda row: f"{row['area']} {row['option']}")


def _notices(talks: Talks, titles: Titles, money: str) -> Table:
    names = dict(zip(talks.scenario.areas["code"], talks.scenario.areas["name"], strict=True))
    rows = [
        {**row, "name": names[row["area"]], "called": titles.option(row["area"], row["option"])}
        for row in talks.notices.to_dict("records")
    ]
    columns = [
        Column("name", "Area"), Column("called", "What is told"),
        Column("grant_change", f"Grant, {SHORT_UNITS[money]}", "money"), Column("reason", "Why"),
    ]  # fmt: skip
    return tabulate(
        "notices",
        "What is told if all is accepted",
        columns,
        rows,
        row_key=lambda row: f"{row['area']} {row['option']}",
    )
