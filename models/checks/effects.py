"""Checks of what options change: a scenario without any, options without effect, options that cost nothing."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ..diagnostics.problems import shown
from .parsing import Parsed

Tables = Mapping[str, Parsed]
Floats = npt.NDArray[np.float64]


def check_effects(tables: Tables) -> None:
    """Look at what options change; tables must be without problems."""
    options, profile, objectives = tables["options"], tables["option_years"], tables["objectives"]
    if not options.rows:
        if tables["targets"].rows or tables["national"].rows:
            remedy = "add options, or leave it: bids that exceed the pot are then cut, and targets with them"
            options.complain("SP-N030", value="no option", expected="options to raise a target", remedy=remedy)
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
    for at in np.flatnonzero((more > 0) & (less == 0) & (money < 0) & (own_cost == 0)):
        remedy = "check the signs: grant is what it costs, negative what it saves"
        expected = "something that it costs: money, own money, or an outcome that falls"
        options.complain("SP-N031", int(at), "option", shown(options.labels["option"][int(at)]), expected, remedy)


def _pairs(parsed: Parsed) -> list[tuple[str, str]]:
    """Area and option of each row."""
    return list(zip(parsed.labels["area"].values, parsed.labels["option"].values, strict=True))
