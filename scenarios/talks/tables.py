"""Tables of talks: what areas gave and received, what each gets if it alone refuses, how two rounds differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from singlepot.models.scenario.scenario import Scenario
from singlepot.models.settlement.settle import settle_scenario

from ..results.settlement_folder import read_settlement
from .ledger import Entry, TalksError
from .programme import limited, scenario_of_talks
from .rounds.asks import grants_of
from .rounds.folder import AGREED_SO_FAR, ALL_ACCEPTED, folder_of, read_table
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


def alone_table(
    base: Scenario, state: State, if_all_accepted: Mapping[str, float], areas: Iterable[str] | None
) -> pd.DataFrame:
    """Settle for each area what it gets if it alone refuses all that it is asked.

    Parameters
    ----------
    base
        The scenario that the talks were opened with.
    state
        State of the talks.
    if_all_accepted
        Grant of each area if all is accepted.
    areas
        Codes of areas; None for all that are asked.
    """
    names = dict(zip(base.areas["code"], base.areas["name"], strict=True))
    scenario, rows = scenario_of_talks(base, state), []
    for area in sorted({area for area, _ in state.asks} if areas is None else set(areas)):
        if area not in names:
            raise TalksError(f"there is no area {area}", "name the code of an area")
        mine = {key: value for key, value in state.accepted.items() if key[0] == area}
        alone = grants_of(settle_scenario(limited(scenario, {**state.open, **mine})))[area]
        rows.append((area, names[area], if_all_accepted[area], alone, alone - if_all_accepted[area]))
    return pd.DataFrame(rows, columns=["area", "name", "if_all_accepted", "if_it_alone_refuses", "gain"])


def diff_table(path: Path, entries: Sequence[Entry], areas: pd.DataFrame, numbers: tuple[int, int]) -> pd.DataFrame:
    """Compare the grants of areas in two rounds.

    Parameters
    ----------
    path
        Folder of the talks.
    entries
        Entries of the ledger.
    areas
        The scenario's table of areas.
    numbers
        Numbers of the rounds.
    """
    rounds = {int(one.content["round"]): one.seq for one in live(entries) if one.kind == "round"}
    for number in numbers:
        if number not in rounds:
            raise TalksError(f"there is no round {number}", f"name one of {', '.join(map(str, rounds))}")
    table = areas[["code", "name"]].rename(columns={"code": "area"})
    for what, name in ((AGREED_SO_FAR, "agreed"), (ALL_ACCEPTED, "all")):
        for number, when in zip(numbers, ("before", "after"), strict=True):
            grants = grants_of(read_settlement(folder_of(path, rounds[number]) / what))
            table[f"{name}_{when}"] = table["area"].map(grants)
        table[f"{name}_change"] = table[f"{name}_after"] - table[f"{name}_before"]
    return table
