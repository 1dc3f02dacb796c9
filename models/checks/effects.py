"""Checks of what options change: a scenario without any, options without effect, options that cost nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

from ..diagnostics.problems import shown
from ..tables.schema import ORIGIN, SCHEME
from .parsing import Parsed

Tables = Mapping[str, Parsed]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]

ALIKE = 1e-9
"""Share of an outcome that counts as none: what arithmetic leaves."""


def check_effects(tables: Tables) -> None:
    """Look at what options change; tables must be without problems."""
    options, profile, objectives = tables["options"], tables["option_years"], tables["objectives"]
    if not options.rows:
        if tables["targets"].rows or tables["national"].rows:
            remedy = "nobody can be asked to raise; add [derive], or leave it: bids above the pot are then cut"
            options.complain("SP-P002", value="no option", expected="options to raise a target", remedy=remedy)
        return
    row_of = {pair: row for row, pair in enumerate(_pairs(options))}
    row = np.asarray([row_of[pair] for pair in _pairs(profile)], dtype=np.int64)
    keys = set(objectives.labels["key"].words)

    def sums(columns: list[str], *, least: float = -np.inf, most: float = np.inf) -> Floats:
        """Sum of what columns change by option, of entries within limits alone."""
        total = np.zeros(options.rows)
        for name in columns:
            entries = np.nan_to_num(profile.numbers[name])
            np.add.at(total, row, np.clip(entries, least, most))
        return total

    outcomes = [name for name in profile.numbers if name in keys]
    grants = [name for name in profile.numbers if name not in keys]
    more, less = sums(outcomes, least=0.0), sums(outcomes, most=0.0)
    money, moved = sums(grants), sums(grants, least=0.0) - sums(grants, most=0.0)
    own_cost = np.nan_to_num(options.number("own_cost"))
    for at in np.flatnonzero((more == 0) & (less == 0) & (moved == 0) & np.isin(np.arange(options.rows), row)):
        remedy = "fill in its rows of option_years, or delete it"
        expected = "money or an outcome to change in some year"
        options.complain("SP-N032", int(at), "option", shown(options.labels["option"][int(at)]), expected, remedy)
    free = (more > 0) & (less == 0) & (money <= 0) & (own_cost == 0)
    joint = options.text(SCHEME).where(lambda word: word != "")
    free &= ~joint | ~_paid_by_partners(options, money, own_cost, less)
    for at in np.flatnonzero(free):
        _complain_of_lunch(options, [int(at)])
    for pair in _free_pairs(options, profile, row, outcomes, money, ~free & ~joint & (own_cost == 0)):
        _complain_of_lunch(options, pair)


def _paid_by_partners(options: Parsed, money: Floats, own_cost: Floats, less: Floats) -> npt.NDArray[np.bool_]:
    """Options whose joint scheme costs something at its largest take-ups: a partner may pay."""
    scheme, most = options.text(SCHEME).codes + 1, options.number("max_take_up")  # 0: the cell's problem is named
    paid, own, lost = (np.bincount(scheme, values * most) for values in (money, own_cost, less))
    return np.asarray(((paid > 0) | (own > 0) | (lost < 0))[scheme])


def _complain_of_lunch(options: Parsed, rows: Sequence[int]) -> None:
    remedy = "check the signs: grant is what it costs, negative what it saves"
    expected = "something that it costs: money, own money, or an outcome that falls"
    names = " with ".join(shown(options.labels["option"][row]) for row in rows)
    options.complain("SP-P005", rows[0], "option", names, expected, remedy)


def _free_pairs(
    options: Parsed, profile: Parsed, row: Integers, outcomes: list[str], money: Floats, usable: Booleans
) -> Iterator[tuple[int, int]]:
    """Find pairs of options of one component that together add to an outcome for nothing.

    Derived options are passed over: those of one component may be of two lines, and money may move between them.
    """
    given = options.text(ORIGIN).where(lambda word: word == "given")
    component = options.text("component").values
    usable = usable & given & (component != "")
    members: dict[tuple[str, str], list[int]] = {}
    for at in np.flatnonzero(usable):
        members.setdefault((options.labels["area"][int(at)], str(component[at])), []).append(int(at))
    chosen = np.asarray(sorted(at for group in members.values() if len(group) > 1 for at in group), dtype=np.int64)
    if not len(chosen):
        return
    position = np.full(options.rows, -1)
    position[chosen] = np.arange(len(chosen))
    entries = np.flatnonzero(position[row] >= 0)
    years = profile.labels["year"]
    change = np.zeros((len(chosen), len(outcomes), len(years.words)))
    for k, name in enumerate(outcomes):
        change[position[row[entries]], k, years.codes[entries]] += np.nan_to_num(profile.numbers[name][entries])
    for group in members.values():
        for first, other in combinations(group, 2):
            if money[first] + money[other] > 0:
                continue
            both = change[position[first]] + change[position[other]]
            nothing = ALIKE * np.abs(change[position[first]]).max(initial=0.0)
            if (both >= -nothing).all() and (both > nothing).any():
                yield first, other


def _pairs(parsed: Parsed) -> list[tuple[str, str]]:
    """Area and option of each row."""
    return list(zip(parsed.labels["area"].values, parsed.labels["option"].values, strict=True))
