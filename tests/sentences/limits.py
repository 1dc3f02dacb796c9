"""Whether a rule is at its limit at the settlement, for what an option changes: from the rows and bounds as written."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

import singlepot as sp
from singlepot.models.tables.rule_kinds import ROW_WORDS, bounds_of

if TYPE_CHECKING:
    from .facts import Facts, Move

WORDS = {
    "it needs another option": "requirement",
    "it shares one opportunity with others": "group",
    "it runs no more of its programme": "link",
}
NEAR = 1e-7


def at_limit(facts: Facts, move: Move, words: str) -> bool:
    """Whether a row or bound that people call so, and that this option moves, is at its limit."""
    family = WORDS.get(words)
    if family is None:
        word = words.removeprefix("the ")
        family = next((name for name, said in ROW_WORDS.items() if said == word), None)
        if family is None:
            return _bound_reached(facts, move, word)
    return _row_reached(facts, move, family)


@lru_cache(maxsize=1)
def _settled(settlement: sp.Settlement) -> np.ndarray:
    """Columns of take-ups, grants and targets at the settlement; zero elsewhere."""
    solved = settlement.solved_stages
    model, data = solved.formulation.model, solved.formulation.data
    x = np.zeros(solved.programme.shape[1])
    x[model.take_up] = solved.take_up
    for name, positions, table in (
        ("grant", model.grant, settlement.grants),
        ("agreed", model.target, settlement.targets),
    ):
        across = data.envelopes if name == "grant" else data.objectives
        second = "envelope" if name == "grant" else "objective"
        for row in table.to_dict("records"):
            at = positions[data.areas.index(row["area"]), across.index(row[second]), data.years.index(row["year"])]
            if at >= 0:
                x[at] = row[name]
    if (differences := model.rate_differences) is not None:
        x[differences.column] = differences.at(np.where(model.target >= 0, x[model.target], 0.0))
    return x


def _column(facts: Facts, move: Move) -> int:
    solved = facts.settlement.solved_stages
    options = solved.formulation.data.options
    areas = solved.formulation.data.labels("areas", options.area)
    keys = list(zip(areas, options.name, strict=True))
    return int(solved.formulation.model.take_up[keys.index((move.area, move.option))])


def _touched(facts: Facts, move: Move) -> list[int]:
    """Columns that an option moves: its own, and the grants and targets of its cells."""
    solved = facts.settlement.solved_stages
    model, data = solved.formulation.model, solved.formulation.data
    area = data.areas.index(move.area)
    columns = [_column(facts, move)]
    for positions, across, cells in (
        (model.grant, data.envelopes, move.whole_grant),
        (model.target, data.objectives, move.whole_outcome),
    ):
        columns += [int(positions[area, across.index(a), data.years.index(t)]) for (a, t), v in cells.items() if v]
    return [column for column in columns if column >= 0]


def _row_reached(facts: Facts, move: Move, family: str) -> bool:
    solved = facts.settlement.solved_stages
    programme, x = solved.programme, _settled(facts.settlement)
    span = programme.rows(family)
    rows = solved.by_row[span]
    activity, size = rows @ x, NEAR * np.maximum(abs(rows) @ abs(x), 1.0)
    upper, lower = programme.row_upper[span], programme.row_lower[span]
    reached = (abs(activity - upper) <= size) | (abs(activity - lower) <= size)
    touching = np.asarray(abs(rows[:, _touched(facts, move)]).sum(axis=1)) > 0
    return bool((reached & touching).any())


def _bound_reached(facts: Facts, move: Move, word: str) -> bool:
    programme, x = facts.settlement.solved_stages.programme, _settled(facts.settlement)
    for family in ("grant", "target", "take_up"):
        sense = next((sense for sense, rule in bounds_of(family).items() if rule.words == word), None)
        if sense is None:
            continue
        span = programme.columns(family)
        for at in _touched(facts, move):
            low, high = programme.column_lower[at], programme.column_upper[at]
            bounds = {"floor": [low], "ceiling": [high], "lock": [low, high] if low == high else []}[sense]
            if span.start <= at < span.stop and any(abs(x[at] - b) <= NEAR * max(abs(x[at]), 1.0) for b in bounds):
                return True
    return False


def sits_on(facts: Facts) -> tuple[set[str], set[str]]:
    """Areas with a bid of which some grant is at its floor, and the others of which one is at its ceiling."""
    solved = facts.settlement.solved_stages
    programme, model, data = solved.programme, solved.formulation.model, solved.formulation.data
    floored, ceiled = set(), set()
    for row in facts.settlement.grants.to_dict("records"):
        at = model.grant[
            data.areas.index(row["area"]), data.envelopes.index(row["envelope"]), data.years.index(row["year"])
        ]
        if at < 0 or row["bid"] <= 0:
            continue
        low, high = programme.column_lower[at], programme.column_upper[at]
        if low > 0 and row["grant"] <= low + NEAR * low:
            floored.add(row["area"])
        if np.isfinite(high) and row["grant"] >= high - NEAR * max(high, 1.0):
            ceiled.add(row["area"])
    return floored, ceiled - floored
