"""Table of what areas gave and received in each round of talks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from .ledger import Entry
from .round_folder import folder_of, read_table
from .state import State, after_answers, fold, live

_COUNTED = ("asked", "accepted", "refused", "offered", "gave", "received")


def given_table(path: Path, entries: Sequence[Entry], objectives: Sequence[str]) -> pd.DataFrame:
    """Add up by area and round what was asked, accepted, refused and offered, and what accepted asks move.

    Parameters
    ----------
    path
        Folder of the talks.
    entries
        Entries of the ledger.
    objectives
        Keys of the objectives, which become columns.
    """
    standing, columns = live(entries), [*_COUNTED, *objectives]
    rows: dict[tuple[str, int], dict[str, float]] = {}
    for number, entry in enumerate(standing):
        state = fold(standing[:number])
        if entry.kind == "round" and state.round:
            for area, counts in _of_round(path, state, columns).items():
                rows[area, state.round] = counts
    listed = [{"area": area, "round": number, **row} for (area, number), row in sorted(rows.items())]
    return pd.DataFrame(listed, columns=["area", "round", *columns])


def _of_round(path: Path, state: State, columns: Sequence[str]) -> dict[str, dict[str, float]]:
    table = read_table(folder_of(path, state.round_seq), "asks")
    effects = dict(zip(zip(table["area"], table["option"], strict=True), table.to_dict("records"), strict=True))
    after, rows = after_answers(state), {}
    taken = after.taken[len(state.taken) :]
    for area in sorted({key[0] for key in (*state.asks, *(offer.key for offer in taken))}):
        row = rows[area] = dict.fromkeys(columns, 0.0)
        row["offered"] = float(sum(offer.key[0] == area for offer in taken))
        for key, ask in state.asks.items():
            if key[0] == area:
                gained = after.accepted[key] - state.accepted[key]
                share, effect = gained / (ask.asked - ask.accepted), effects[key]
                money = float(effect["grant_change"]) * share
                row["asked"] += 1
                row["accepted" if gained > 0 else "refused"] += 1
                row["received" if money > 0 else "gave"] += abs(money)
                for name in columns[len(_COUNTED) :]:
                    row[name] += float(effect[name]) * share
    return rows
