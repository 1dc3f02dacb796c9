"""Talks are written for the terminal: how they stand, what is asked, what was said, and how rounds differ."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from singlepot.models.money import spoken
from singlepot.models.tables.stage_words import stage_words

from .lines import lay_out, wrap

if TYPE_CHECKING:
    import pandas as pd

    from singlepot.scenarios.talks.status import TalksStatus
    from singlepot.scenarios.talks.verifying import TalksVerification

LONGEST = 44
"""Characters of a text in a table."""


def status_text(status: TalksStatus) -> str:
    """Write how talks stand, on one screen: how far they can still go, what could be signed, who has answered.

    Parameters
    ----------
    status
        From :attr:`singlepot.Talks.status`.
    """
    lines = [f"Round {status.round} of at most {status.rounds}"]
    if status.deadline:
        lines[0] += f", answers until {status.deadline}"
    stages = [
        (stage_words(row["name"]), _number(row["if_all_accepted"]), _number(row["agreed_so_far"]), row["unit"])
        for row in status.stages.to_dict("records")
    ]
    lines += ["", *lay_out(("stage", "if all is accepted", "agreed so far", "unit"), stages, left=(0, 3))]
    if len(status.areas):
        areas = [
            (row["name"], *(str(row[name]) for name in ("asks", "answered", "accepted", "refused", "late")))
            for row in status.areas.to_dict("records")
        ]
        lines += ["", *lay_out(("area", "asks", "answered", "accepted", "refused", "late"), areas, left=(0,))]
    lines.append("")
    if status.signed:
        lines.append("An agreement stands.")
    elif status.ended:
        lines.append(f"Ended: {status.ended}. What is agreed so far can be signed.")
    if status.moved:
        lines.append("The centre has moved since: the next round settles with it.")
    return "\n".join([*lines, f"Talks {status.talks}", head_line(status.head)]) + "\n"


def asks_text(asks: pd.DataFrame, money: str) -> str:
    """Write the asks of a round, with the full reasons: for the centre.

    Parameters
    ----------
    asks
        From :attr:`singlepot.Talks.asks`.
    money
        Unit of the scenario's money.
    """
    if asks.empty:
        return "Nothing is asked.\n"
    lines = []
    for ask in asks.to_dict("records"):
        to = f" to {ask['contact']}" if ask["contact"] else ""
        who, how_far = f"{ask['name']} ({ask['area']})", f"from {ask['accepted']:g} to {ask['asked']:g}"
        lines += wrap(f"{who}, {ask['option']}{to}: {how_far}")
        lines += [f"  {line}" for line in wrap(ask["reason_with_rivals"])]
        after, now = (spoken(ask[name], money) for name in ("grant_if_all_accepted", "grant_if_nothing_more"))
        lines += [f"  grant {after} if all is accepted, {now} if nothing more is"]
        lines += [f"  next best: {ask['next_best']}"] if ask["next_best"] else []
    return "\n".join(lines) + "\n"


def alone_text(table: pd.DataFrame, money: str) -> str:
    """Write what each area gets if it alone refuses: for the centre.

    Parameters
    ----------
    table
        From :meth:`singlepot.Talks.refuse_alone`.
    money
        Unit of the scenario's money.
    """
    names = ("if_all_accepted", "if_it_alone_refuses", "gain")
    rows = [(row["name"], *(spoken(float(row[name]), money) for name in names)) for row in table.to_dict("records")]
    return "\n".join(lay_out(("area", "if all is accepted", "if it alone refuses", "gain"), rows, left=(0,))) + "\n"


def history_text(ledger: pd.DataFrame) -> str:
    """Write the ledger, a line for each entry.

    Parameters
    ----------
    ledger
        From :attr:`singlepot.Talks.ledger`.
    """
    rows = [
        (str(entry["seq"]), entry["at"][:19], _short(entry["who"], 20), entry["kind"], _said(entry))
        for entry in ledger.to_dict("records")
    ]
    table = lay_out(("entry", "at (UTC)", "who", "kind", "what"), rows, left=(1, 2, 3, 4))
    return "\n".join([*table, "", head_line(str(ledger["hash"].iloc[-1]))]) + "\n"


def diff_text(table: pd.DataFrame, money: str) -> str:
    """Write how the grants of two rounds differ.

    Parameters
    ----------
    table
        From :meth:`singlepot.Talks.diff`.
    money
        Unit of the scenario's money.
    """
    names = ("agreed_before", "agreed_after", "agreed_change", "all_before", "all_after", "all_change")
    rows = [(row["name"], *(spoken(float(row[name]), money) for name in names)) for row in table.to_dict("records")]
    header = ("area", "agreed", "then", "change", "if all", "then", "change")
    return "\n".join(lay_out(header, rows, left=(0,))) + "\n"


def verification_text(result: TalksVerification) -> str:
    """Write what a verification of talks compared, and what does not hold.

    Parameters
    ----------
    result
        From :func:`singlepot.verify_talks`.
    """
    lines = [f"{result.entries} entries in a chain, {result.rounds} rounds compared with their folders"]
    lines += [f"FAILS: {fault}" for fault in result.faults] or ["Everything holds."]
    return "\n".join([*lines, head_line(result.head)]) + "\n"


def head_line(head: str) -> str:
    """Write the head of a ledger: keep it, it proves the entries so far."""
    return f"Head {head}"


def _said(entry: Mapping[Any, Any]) -> str:
    """Write what an entry is about."""
    kind, body = entry["kind"], json.loads(entry["body"])
    texts = {
        "open": lambda: f"{body['rounds']} rounds at most",
        "round": lambda: f"round {body['round']}, {len(body['asks'])} asks",
        "answer": lambda: f"{body['area']} {body['option']}: {body['up_to']:g} of {body['asked']:g}",
        "offer": lambda: f"{body['area']} {body['option']}",
        "move": lambda: f"{'eases' if body['eases'] else 'worsens'}: {body['reason']}",
        "imposed": lambda: f"{body['area']} {body['option']}: {body['up_to']:g}, {body['reason']}",
        "undo": lambda: f"entry {body['undoes']}",
        "agree": lambda: f"{sum(one['state'] != 'not signed' for one in body['signatures'])} signatures",
    }
    late = " (late, not used)" if body.get("late") else ""
    return _short(texts[kind](), LONGEST) + late if kind in texts else ""


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _number(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) and value == value else ""
