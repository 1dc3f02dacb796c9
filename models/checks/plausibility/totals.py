"""Checks for totals among the areas: rows that are named as one, or whose bids are the sum of the others'."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from ...diagnostics.problems import shown
from ..area_codes import is_total
from ..census import Census
from ..keys import places
from ..number_cells import Floats
from ..parsing import Parsed
from ..register import OFFICIAL, TERRITORIAL, register
from ..register.names import COUNTRIES, is_whole
from .rounding import last_digit

Tables = Mapping[str, Parsed]

FEWEST = 3
"""Areas with a bid from which a sum is told from chance."""

MOST_OFF = 0.01
"""How far a sum of rounded numbers may be from the number that was rounded by itself, as a share."""

LOWEST_TIERS = re.compile("E0[6789]|N09|S12|W06")
"""Beginnings of official codes of authorities that contain no other: unitary ones, districts, boroughs, councils."""


def check_totals(tables: Tables, census: Census) -> None:
    """Name areas that are probably the sum of others; tables must be without problems.

    Areas of official codes of the lowest tiers contain nobody: among such alone, equal sums are chance.
    """
    areas = tables["areas"]
    asking = np.flatnonzero((census.bid > 0) & ~census.centre)
    if len(asking) < FEWEST:
        return
    bids, off = _bids(tables["bids"], census)
    bids = bids[asking]
    sums: dict[int, str] = {}
    for row in asking[_is_sum(bids, bids.sum(axis=0) - bids, off)]:
        sums[int(row)] = "its bids are the sum of all others'"
    for at, (first, last) in _runs(bids, off).items():
        ends = f"{shown(_code(areas, asking[first]))} to {shown(_code(areas, asking[last]))}"
        sums.setdefault(int(asking[at]), f"its bids are the sum of those from {ends}")
    names = [areas.text("name")[row].strip().casefold() for row in range(areas.rows)]
    nations = sum(name in COUNTRIES for name in names)
    for row in map(int, asking):
        if is_total(names[row]) or (names[row] in COUNTRIES and len(asking) - nations >= FEWEST - 1):
            sums.setdefault(row, "its name is that of a total")
    for row, code in _wholes({int(row): _code(areas, row) for row in asking}):
        sums.setdefault(row, f"{code} is the code of a country, region or county")
    single = all(OFFICIAL.fullmatch(_code(areas, row)) for row in map(int, asking))
    for row, why in sorted(sums.items()):
        if not (single and LOWEST_TIERS.match(_code(areas, row))):
            value, expected = f"{shown(areas.text('name')[row])}: {why}", "areas none of which contains others"
            areas.complain("SP-A011", row, "code", value, expected, "delete it if it is a total")


def _wholes(codes: Mapping[int, str]) -> list[tuple[int, str]]:
    """List the areas with codes of countries, regions and the like beside others that may lie within them.

    The register says of most codes what they lie within, so that they do or do not; here are those it does not list.
    """
    known = register()
    official = {row: code for row, code in codes.items() if OFFICIAL.fullmatch(code) or TERRITORIAL.fullmatch(code)}
    around = {whole for code in official.values() for whole in known.containers(code)}
    unplaced = {code for code in official.values() if not is_whole(code) and code not in known.names}

    def is_unlisted(code: str) -> bool:
        return code not in known.names and not TERRITORIAL.fullmatch(code)

    placed = {code for code in official.values() if not is_whole(code)}
    return [
        (row, code)
        for row, code in official.items()
        if is_whole(code)
        and code not in around
        and any(code[0] in (other[0], "T", "U", "K") for other in (placed if is_unlisted(code) else unplaced))
    ]


def _code(areas: Parsed, row: int | np.integer[Any]) -> str:
    return areas.text("code")[int(row)]


def _bids(bids: Parsed, census: Census) -> tuple[Floats, float]:
    """Lay out the bids, a row for each area and a column for each year and envelope; and half of their last digit."""
    row = places(bids.labels["area"], census.row_of)
    year, envelope = bids.labels["year"], bids.text("envelope")
    column = year.codes * len(envelope.words) + envelope.codes
    table = np.zeros((len(census.bid), len(year.words) * len(envelope.words)))
    np.add.at(table, (row, column), np.nan_to_num(bids.numbers["amount"]))
    return table, 0.5 * last_digit(table)


def _is_sum(bids: Floats, sums: Floats, off: float) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether each row of bids is the sum beside it, within what rounding makes of numbers with a last digit."""
    return np.asarray((np.abs(bids - sums) <= _allowed(sums, len(bids) - 1, off)).all(axis=1) & (sums.sum(axis=1) > 0))


def _allowed(sums: Floats, count: int, off: float) -> Floats:
    return np.asarray(np.minimum(off * (count + 1), MOST_OFF * sums) + 1e-9 * sums)


def _runs(bids: Floats, off: float) -> dict[int, tuple[int, int]]:
    """Find rows that are the sum of two or more rows right before or behind them: subtotals.

    A single number of two digits is too often a sum by chance.
    """
    total = bids.sum(axis=1)
    before = np.concatenate([[0.0], np.cumsum(total)])
    columns = np.concatenate([np.zeros((1, bids.shape[1])), np.cumsum(bids, axis=0)])
    distinct = (np.count_nonzero(bids, axis=1) > 1) | (total > 100 * 2 * off)
    runs: dict[int, tuple[int, int]] = {}
    for at in map(int, np.flatnonzero(distinct)):
        ends = [(int(np.argmin(np.abs(before[at] - before[: at + 1] - total[at]))), at)]
        if at + 2 < len(before):
            ends.append((at + 1, at + 2 + int(np.argmin(np.abs(before[at + 2 :] - before[at + 1] - total[at])))))
        for first, last in ends:
            sums = columns[last] - columns[first]
            if last - first > 1 and (np.abs(bids[at] - sums) <= _allowed(sums, last - first, off)).all():
                runs.setdefault(at, (first, last - 1))
    return runs
