"""Checks for numbers far from the others of their column or series: units that slipped in some rows only.

Three rules, all on the logarithm of positive numbers. In a column, the sorted numbers have a gap of two powers of ten:
one number far out, or half of them in another unit. In a series of years, a number is two powers of ten from those
beside it. In an attribute, the fewer numbers beyond a gap of one power lie among the others when they are multiplied or
divided by a thousand or a million. The shipped scenarios have gaps of up to 1.7 powers (carbon of 71 areas) and steps
of up to 0.3.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ...diagnostics.problems import shown
from ...settings.settings import Settings
from ..census import Census
from ..keys import places
from ..number_cells import Floats
from ..parsing import Parsed, combined, say

Tables = Mapping[str, Parsed]

GAP, GAP_OF_FEW = 100.0, 1000.0
"""How many times a number is the next smaller one of its column where units may differ; among few, a larger gap."""

UNIT_GAP = 10.0
"""The same for attributes where another unit would bring the numbers in among the others."""

UNIT_STEPS = (1e3, 1e6)
"""How many times one unit is another: thousands and millions."""

FEW_OTHERS = 3
"""Numbers that make a range of the others."""

FEW = 6
"""Numbers of a column below which the larger gap is asked for."""

STEPS = {
    "targets": ("target", 100.0),
    "national": ("target", 100.0),
    "bids": ("amount", 300.0),
    "pot": ("amount", 300.0),
}
"""Table → its column with a series of years, and how many times a number may be the one of the year before or after.

Capital is spent in lumps, so bids and pots may jump further than outcomes.
"""

PROFILE_STEP = 1000.0
"""The same for what an option changes, which may begin small."""

LARGEST_RATIO = 700.0
"""Logarithm of the largest ratio that is told: of two numbers that doubles hold the ratio may be none."""

KEYS = {
    "targets": ("area", "objective"),
    "national": ("objective",),
    "bids": ("area", "envelope"),
    "pot": ("envelope", "source"),
    "option_years": ("area", "option"),
}
"""Table → the columns that make a series of years."""

PER_BID = 200.0
"""How many times a target per pound of bid may be the median of its objective, where it has no series."""


def check_outliers(tables: Tables, census: Census, settings: Settings) -> None:
    """Look for numbers far from the others; tables must be without problems."""
    _check_column(tables["areas"], "population")
    for column in settings.attributes:
        if not _check_column(tables["areas"], column):
            _check_unit(tables["areas"], column)
    _check_column(tables["options"], "max_take_up")
    for name, (column, most) in STEPS.items():
        _check_steps(tables[name], column, KEYS[name], most, settings)
    profile = tables["option_years"]
    for column in profile.numbers:
        _check_steps(profile, column, KEYS["option_years"], PROFILE_STEP, settings)
    if len(settings.years) == 1:
        _check_per_bid(tables["targets"], census)


def _check_column(parsed: Parsed, column: str) -> bool:
    """Name a column whose numbers fall into two groups far apart, the smaller the odd one; return whether it was."""
    numbers = parsed.numbers.get(column, np.zeros(0))
    rows = np.flatnonzero(np.nan_to_num(numbers) > 0)
    if len(rows) < 2:  # two make a gap
        return False
    rows = rows[np.argsort(numbers[rows], kind="stable")]
    times = numbers[rows][1:] / numbers[rows][:-1]
    at = int(np.argmax(times))
    if times[at] < (GAP if len(rows) >= FEW else GAP_OF_FEW):
        return False
    low, high = rows[: at + 1], rows[at + 1 :]
    odd = np.sort(low if len(low) < len(high) else high)
    value = f"{numbers[odd[0]]:,.6g}, and {len(odd) - 1} more" if len(odd) > 1 else f"{numbers[odd[0]]:,.6g}"
    _complain(parsed, int(odd[0]), column, f"{value} of {len(rows)} numbers", float(times[at]))
    return True


def _check_unit(areas: Parsed, column: str) -> None:
    """Name the fewer numbers of an attribute beyond a gap that another unit would bring in among the others."""
    numbers = np.nan_to_num(areas.numbers.get(column, np.zeros(0)))
    rows = np.flatnonzero(numbers > 0)
    size = numbers[rows]
    if len(rows) <= FEW_OTHERS:
        return
    people = np.nan_to_num(areas.number("population"))[rows]
    if (people > 0).all() and _spread(size / people) < _spread(size):
        size = size / people
    order = np.argsort(size, kind="stable")
    rows, size = rows[order], size[order]
    for at in np.flatnonzero(size[1:] > UNIT_GAP * size[:-1]) + 1:
        low, high = slice(None, at), slice(at, None)
        odd, others = (low, high) if at < len(size) - at else (high, low)
        if len(size[odd]) == len(size[others]) or len(size[others]) < FEW_OTHERS:
            continue
        least, most = size[others].min(), size[others].max()
        for unit in UNIT_STEPS:
            brought = size[odd] * unit if odd is low else size[odd] / unit
            if least <= brought.min() and brought.max() <= most:
                first = int(rows[odd].min())
                more = f", and {len(rows[odd]) - 1} more" if len(rows[odd]) > 1 else ""
                value = f"{numbers[first]:,.6g}{more}"
                expected = "a number near the others of the column"
                remedy = (
                    f"{unit:,.0f} times {'larger' if odd is low else 'smaller'} it would be among them: see its unit"
                )
                areas.complain("SP-N021", first, column, value, expected, remedy)
                return


def _spread(numbers: Floats) -> float:
    """Ratio of the third quartile of positive numbers to the first."""
    low, high = np.quantile(numbers, (0.25, 0.75))
    return float(high / low)


def _check_steps(parsed: Parsed, column: str, key: tuple[str, ...], most: float, settings: Settings) -> None:
    """Name the numbers that are far from those of the years beside them in their series."""
    numbers = np.abs(np.nan_to_num(parsed.numbers.get(column, np.zeros(0))))
    if not numbers.any():
        return
    year = places(parsed.labels["year"], {label: at for at, label in enumerate(settings.years)})
    series = np.unique(combined(parsed, key)[0], return_inverse=True)[1]
    rows = np.flatnonzero((numbers > 0) & (year >= 0))
    if not len(rows):
        return
    rows = rows[np.lexsort((year[rows], series[rows]))]
    size, same = np.log(numbers[rows]), series[rows][1:] == series[rows][:-1]
    step = np.where(same, np.diff(size), 0.0)
    before = np.concatenate([[0.0], step])  # from the year before to this one
    after = np.concatenate([step, [0.0]])
    alone = np.concatenate([[True], ~same]) | np.concatenate([~same, [True]])
    apart = np.where(alone, np.maximum(np.abs(before), np.abs(after)), np.minimum(np.abs(before), np.abs(after)))
    odd = (apart >= np.log(most)) & (alone | (before * after < 0))
    odd &= ~_beside_worse(odd, apart, same)
    far = np.sort(rows[odd])
    if len(far):
        row = int(far[0])
        more = f" and {len(far) - 1} more" if len(far) > 1 else ""
        value = f"{parsed.numbers[column][row]:,.6g} for {say(parsed, row, (*key, 'year'))}{more}"
        _complain(parsed, row, column, value, float(np.exp(min(apart[odd].max(), LARGEST_RATIO))))


def _beside_worse(odd: npt.NDArray[np.bool_], apart: Floats, same: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Whether the number beside one in its series is odd in the middle: then the one at the end is not."""
    middle = odd & np.concatenate([[False], same]) & np.concatenate([same, [False]])
    left = np.concatenate([[False], same & middle[:-1]])
    right = np.concatenate([same & middle[1:], [False]])
    return np.asarray(~middle & (left | right))


def _check_per_bid(targets: Parsed, census: Census) -> None:
    """Name targets far out, per pound of bid, from those of the other areas for the objective."""
    if not targets.rows:
        return
    objective = targets.labels["objective"].codes
    bid, target = census.bid[places(targets.labels["area"], census.row_of)], targets.numbers["target"]
    for code in sorted(set(objective.tolist())):
        rows = np.flatnonzero((objective == code) & (bid > 0) & (target > 0))
        if len(rows) < FEW:
            continue
        times = target[rows] / bid[rows]
        times /= np.median(times)
        odd = rows[np.maximum(times, 1 / times) >= PER_BID]
        if len(odd):
            value = f"{target[odd[0]]:,.6g} for {shown(targets.text('area')[int(odd[0])])}"
            worst = float(np.maximum(times, 1 / times).max())
            _complain(targets, int(odd[0]), "target", value, worst)


def _complain(parsed: Parsed, row: int, column: str, value: str, times: float) -> None:
    remedy = f"up to {times:,.3g} times apart: see that all are in one unit"
    parsed.complain("SP-N020", row, column, value, "numbers near the others of their column or series", remedy)
