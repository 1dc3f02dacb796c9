"""Programme lines as arrays, and exactly rounded sums of them by area."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..tables.line_columns import FIGURES
from .levels import Floats, Texts

Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Lines:
    """Lines of the programmes of all areas.

    Parameters
    ----------
    area
        Position of the area of each line, L.
    name, title, theme
        Name within its area, what readers see in its place, and the component of its options, L.
    reserve
        Whether the line is on the reserve list, L: it is then no part of the bid.
    figures
        Numbers that the area states, by name, L each; NaN where it states none.
    money
        M, L×E×T; NaN where the line has no cell.
    outcome
        O, contributions, L×K×T; NaN where the line has no cell.
    """

    area: Integers
    name: Texts
    title: Texts
    theme: Texts
    reserve: Booleans
    figures: Mapping[str, Floats]
    money: Floats
    outcome: Floats

    @property
    def size(self) -> int:
        """Number of lines."""
        return len(self.area)

    def chosen(self, which: Booleans | Integers) -> Lines:
        """Return some of the lines."""
        return Lines(
            self.area[which],
            self.name[which],
            self.title[which],
            self.theme[which],
            self.reserve[which],
            {name: values[which] for name, values in self.figures.items()},
            self.money[which],
            self.outcome[which],
        )

    def followed_by(self, other: Lines) -> Lines:
        """Return these lines and others behind them."""
        return Lines(
            np.concatenate([self.area, other.area]),
            np.concatenate([self.name, other.name]),
            np.concatenate([self.title, other.title]),
            np.concatenate([self.theme, other.theme]),
            np.concatenate([self.reserve, other.reserve]),
            {name: np.concatenate([self.figures[name], other.figures[name]]) for name in FIGURES},
            np.concatenate([self.money, other.money]),
            np.concatenate([self.outcome, other.outcome]),
        )


def sums_by_area(values: Floats, area: Integers, areas: int) -> Floats:
    """Add up the lines of each area, every sum rounded once, so that no order of rows changes its last bit.

    Parameters
    ----------
    values
        L×M×T; NaN where a line has no cell.
    area
        Position of the area of each line, L.
    areas
        A, number of areas.

    Returns
    -------
    A×M×T; NaN where no line of the area has a cell.
    """
    sums = np.full((areas, *values.shape[1:]), np.nan)
    flat = values.reshape(len(values), math.prod(values.shape[1:]))
    order = np.argsort(area, kind="stable")
    starts = np.searchsorted(area[order], np.arange(areas + 1))
    for number in np.unique(area):
        block = flat[order[starts[number] : starts[number + 1]]]
        there = ~np.isnan(block).all(axis=0)
        totals = [math.fsum(cells) for cells in np.nan_to_num(block[:, there]).T.tolist()]
        sums[number].reshape(-1)[there] = totals
    return sums


def whole_money(money: Floats) -> Floats:
    """Return ΣM of each line over envelopes and years, rounded once, L."""
    flat = np.nan_to_num(money.reshape(len(money), math.prod(money.shape[1:])))
    return np.asarray([math.fsum(cells) for cells in flat.tolist()])
