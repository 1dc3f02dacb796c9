"""Rows of limits that are of sums over the areas whose grants one recipient holds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..scenario.array_types import Floats, Integers
from ..tables.rule_kinds import Rule
from .model import Model
from .recipients import counted, values_together


@dataclass(frozen=True, eq=False)
class SumRows:
    """Cells of members that stand in rows of one rule of recipients, and the row of each."""

    cells: tuple[Integers, ...]
    row_of_cell: Integers


def add_rows(model: Model, rule: Rule, start: Floats | None = None) -> SumRows:
    """Add a row for every limit of a rule; what is in it is up to its term.

    Parameters
    ----------
    model
        The model under construction.
    rule
        A rule of recipients; its rows are called as its term.
    start
        What the sums are of at the bid, for limits of changes; over the axes of the members.
    """
    data, limit = model.data, model.rules[rule.name]
    at = np.nonzero(limit.binds)
    value = limit.value[at]
    lower = np.full(len(value), -np.inf)
    upper = np.full(len(value), np.inf)
    if rule.sense == "step":
        assert start is not None
        change = values_together(rule, start, data)[at]
        lower, upper = change - value, change + value
    elif rule.lower:
        lower = value
    if rule.sense != "step" and rule.upper:
        upper = value
    keys = model.keys(**dict(zip(rule.over.axes, at, strict=True)))
    rows = model.build.rows(rule.term, keys, lower=lower, upper=upper)
    row_of = np.full(limit.value.shape, -1, dtype=np.int64)
    row_of[at] = rows
    members = row_of[data.holder]
    cells = np.nonzero(counted(rule, data) & (members >= 0))
    return SumRows(cells, members[cells])
