"""Standing of talks: who is asked, who has answered, and how far the two settlements are apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from singlepot.models.settlement.settlement import Settlement
from singlepot.models.tables.copies import CopiedTables

from .ledger import Entry
from .moves import stage_changes
from .state import State, fold


@dataclass(frozen=True, eq=False)
class TalksStatus(CopiedTables):
    """Standing of talks.

    Parameters
    ----------
    talks, head
        Hash of the first entry, which names the talks, and hash of the last one.
    round, rounds
        Number of the round, and how many may ask.
    deadline
        Last day for answers; empty without one.
    ended
        Why nothing more is asked: ``agreed so far is all`` or ``at the limit``; empty while something is.
    moved
        Whether the centre has moved since the round was settled, so that ``next`` settles again.
    signed
        Whether an agreement stands.
    areas
        A row for each area that is asked: area, name, asks, answered, accepted, refused, late.
    stages
        A row for each stage: name, its value at the settlement if_all_accepted and agreed_so_far, and unit.
    """

    talks: str
    head: str
    round: int
    rounds: int
    deadline: str
    ended: str
    moved: bool
    signed: bool
    areas: pd.DataFrame
    stages: pd.DataFrame


def status_of(
    entries: Sequence[Entry], areas: pd.DataFrame, settlements: tuple[Settlement, Settlement] | None
) -> TalksStatus:
    """Work out how talks stand.

    Parameters
    ----------
    entries
        Entries of the ledger.
    areas
        The scenario's table of areas.
    settlements
        Of the round: if all is accepted, and agreed so far; None before the first.
    """
    state = fold(entries)
    columns = ["name", "if_all_accepted", "agreed_so_far", "unit"]
    figures = stage_changes(*settlements, "final") if settlements else []
    return TalksStatus(
        talks=entries[0].hash,
        head=entries[-1].hash,
        round=state.round,
        rounds=state.rounds,
        deadline=state.deadline,
        ended=ended(state),
        moved=state.moved_since,
        signed=state.agreed is not None,
        areas=_answered(state, dict(zip(areas["code"], areas["name"], strict=True))),
        stages=pd.DataFrame(figures, columns=columns),
    )


def _answered(state: State, names: dict[str, str]) -> pd.DataFrame:
    rows = []
    for area in sorted({area for area, _ in state.asks}):
        asks = [key for key in state.asks if key[0] == area]
        given = [key for key in asks if key in state.answers]
        refused = sum(state.answers[key].up_to == 0 for key in given)
        late = sum(key[0] == area for key in state.late)
        rows.append((area, names[area], len(asks), len(given), len(given) - refused, refused, late))
    return pd.DataFrame(rows, columns=["area", "name", "asks", "answered", "accepted", "refused", "late"])


def ended(state: State) -> str:
    """Say why nothing more is asked; empty while something is asked, offered or moved."""
    if not state.round or state.asks or state.offers or state.moved_since:
        return ""
    return "at the limit" if state.closing else "agreed so far is all"
