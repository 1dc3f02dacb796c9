"""Checks for rows that were probably lost or typed twice: what is legal and moves money without a word."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...diagnostics.problems import one_of, shown
from ...settings.settings import Settings
from ...tables.schema import CENTRE
from ..keys import places, rows_of_years
from ..parsing import Parsed, combined, say

Tables = Mapping[str, Parsed]

MOST = 0.9
"""Share of the other series that have a year from which a series without it is named."""

FEWEST, FEWEST_BEFORE_END = 5, 2
"""Other series that are needed for it; fewer where the series is the last of the table, which may have been cut off."""

SERIES = {
    "bids": (("area", "envelope"), "envelope"),
    "targets": (("area", "objective"), "objective"),
    "national": (("objective",), ""),
    "pot": (("envelope", "source"), "envelope"),
    "option_years": (("area", "option"), ""),
}
"""Table → the columns that make a series of years, and the column whose series are compared with one another."""


def check_losses(tables: Tables, settings: Settings) -> None:
    """Look for what may have been lost; tables must be without problems."""
    areas = tables["areas"]
    centre = frozenset(areas.text("code").values[areas.text("type").where(lambda word: word == CENTRE)])
    for name, (key, kind) in SERIES.items():
        if tables[name].rows:
            _check_series(tables[name], key, kind, settings, centre)
    _check_national(tables, settings)
    _check_option_years(tables)
    _check_pot(tables["pot"])


def _check_series(parsed: Parsed, key: tuple[str, ...], kind: str, settings: Settings, centre: frozenset[str]) -> None:
    """Name series that lack a year, before their first or behind their last one, that the others of their kind have.

    Those of the centre are no rule for areas, nor areas for them.
    """
    series = np.unique(combined(parsed, key)[0], return_inverse=True)[1]
    row, year = rows_of_years(parsed, settings)
    there = np.zeros((int(series.max()) + 1, len(settings.years)), dtype=bool)
    there[series[row], year] = True
    first_row = np.zeros(len(there), dtype=np.int64)
    first_row[series[::-1]] = np.arange(parsed.rows)[::-1]
    kinds = combined(parsed, (kind,))[0][first_row] if kind else np.zeros(len(there), dtype=np.int64)
    if "area" in key:
        kinds[parsed.labels["area"].where(lambda code: code in centre)[first_row]] = -1
    lacking: list[tuple[int, int]] = []
    for one in sorted(set(kinds[kinds >= 0].tolist())):
        alike = np.flatnonzero(kinds == one)
        others = there[alike].sum(axis=0)[None, :] - there[alike]
        enough = (alike == series[-1]) * (len(alike) > FEWEST_BEFORE_END) | (len(alike) > FEWEST)
        expected = (others >= MOST * (len(alike) - 1)) & enough[:, None]
        inside = np.logical_or.accumulate(there[alike], axis=1)
        inside &= np.logical_or.accumulate(there[alike][:, ::-1], axis=1)[:, ::-1]
        lacking += [(int(first_row[alike[at]]), int(y)) for at, y in np.argwhere(expected & ~there[alike] & ~inside)]
    if lacking:
        at, missing = lacking[0]
        more = f" and {len(lacking) - 1} more" if len(lacking) > 1 else ""
        value = f"no row for {say(parsed, at, key)} in {settings.years[missing]}{more}"
        expected_text = "the years that the others have"
        parsed.complain("SP-N016", at, "year", value, expected_text, "see whether a row was lost; none counts as none")


def _check_national(tables: Tables, settings: Settings) -> None:
    """Name objectives without national rows, and years with proposed targets that no national row of theirs covers."""
    objectives, national, targets = tables["objectives"], tables["national"], tables["targets"]
    keys = objectives.text("key").words
    if not keys:
        return
    number = {key: at for at, key in enumerate(keys)}
    covered = np.zeros((len(keys), len(settings.years)), dtype=bool)
    proposed = covered.copy()
    for parsed, grid in ((national, covered), (targets, proposed)):
        if parsed.rows:
            row, year = rows_of_years(parsed, settings)
            grid[places(parsed.labels["objective"], number)[row], year] = True
    without = [shown(key) for at, key in enumerate(keys) if not covered[at].any()]
    if without:
        value = one_of(without, 8)
        objectives.complain("SP-N018", None, "key", value, "a national target for each objective", _NO_SHORTFALL)
    gaps = np.argwhere(proposed & ~covered & (covered.sum(axis=1) > 1)[:, None])
    if len(gaps):
        key, missing = keys[gaps[0][0]], settings.years[gaps[0][1]]
        more = f" and {len(gaps) - 1} more" if len(gaps) > 1 else ""
        value = f"no row for {shown(key)} in {missing}{more}, where areas propose targets"
        national.complain("SP-N016", None, "year", value, "the years that have targets", "see whether a row was lost")


_NO_SHORTFALL = "without one no shortfall is counted: add its rows, or leave it if that is meant"


def _check_option_years(tables: Tables) -> None:
    """Name options that change nothing in any year, because they have no years."""
    options, profile = tables["options"], tables["option_years"]
    if not options.rows:
        return
    pairs = [set(zip(one.text("area").values, one.text("option").values, strict=True)) for one in (options, profile)]
    area, option = options.text("area"), options.text("option")
    lost = [row for row in range(options.rows) if (area[row], option[row]) not in pairs[1]]
    if lost:
        names = one_of([shown(f"{area[row]} {option[row]}") for row in lost], 3)
        remedy = "add its rows to option_years: without any it changes nothing"
        options.complain("SP-N017", lost[0], "option", names, "at least one year for each option", remedy)


def _check_pot(pot: Parsed) -> None:
    """Name rows of the pot that say the same, which are added up."""
    codes, _ = combined(pot, ("year", "envelope", "source"))
    seen: dict[tuple[int, float], int] = {}
    for row, key in enumerate(zip(codes.tolist(), pot.numbers["amount"].tolist(), strict=True)):
        first = seen.setdefault(key, row)
        if first != row and key[1]:
            expected = f"another row than {pot.raw.place.row(first)}, which says the same"
            value, remedy = say(pot, row, ("year", "envelope", "source")), "delete one if it is there twice"
            pot.complain("SP-N019", row, "", value, expected, f"{remedy}: rows of the pot are added up")
