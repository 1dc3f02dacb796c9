"""Rows of the table ``programmes`` as arrays, wide or long: one row for each area, line and item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..diagnostics.problems import shown
from ..programmes.levels import Floats, Texts, contributions
from ..programmes.lines import Lines
from ..tables.labels import Integers
from ..tables.line_columns import FIGURES
from .keys import places
from .parsing import Parsed, combined

OF_ROW = ("holds", "lasts")
"""Columns that belong to an area, line and item."""


class ItemRows:
    """Rows of programme lines, N, one for each area, line and item.

    Attributes
    ----------
    parsed
        The table.
    years
        The scenario's years.
    first
        First row of the table of each, N.
    item, area
        Item, and position of the area, N.
    money, across
        Whether it is money, and position of its envelope or objective; -1 where the item is unknown, N.
    values
        N×T; NaN where a cell is empty.
    holds
        What an outcome row holds, N.
    lines
        Area and name of each line, L.
    line, line_row
        Position of each row's line, N, and the first row of each line in the table, L.
    """

    def __init__(
        self,
        parsed: Parsed,
        areas: Mapping[str, int],
        years: Sequence[str],
        envelopes: Sequence[str],
        objectives: Sequence[str],
    ) -> None:
        """Lay the rows of a table out whose references are known and whose keys are unique."""
        self.parsed, self.years = parsed, tuple(years)
        codes = combined(parsed, ("area", "line", "item"))[0]
        _, self.first, group = np.unique(codes, return_index=True, return_inverse=True)
        self._group = group
        self._rows = np.full((len(self.first), len(years)), -1, dtype=np.int64)
        self.values = self._laid_out(group)
        self.item = parsed.labels["item"].values[self.first]
        self.area = places(parsed.labels["area"], areas)[self.first]
        position = {key: k for k, key in enumerate(objectives)}
        grants = {f"grant_{envelope}": e for e, envelope in enumerate(envelopes)}
        grants |= {"grant": 0} if len(envelopes) == 1 else {}
        self.money = np.asarray([item in grants for item in self.item], dtype=bool)
        self.across = np.asarray([grants.get(item, position.get(item, -1)) for item in self.item], dtype=np.int64)
        line_codes = combined(parsed, ("area", "line"))[0]
        _, self.line_row, of_line = np.unique(line_codes, return_index=True, return_inverse=True)
        self._of_line, self.line = of_line, of_line[self.first]
        labels = parsed.labels["area"].values, parsed.labels["line"].values
        self.lines = [(str(labels[0][row]), str(labels[1][row])) for row in self.line_row]
        self._texts = {name: self._one_text(name, group, len(self.first)) for name in ("holds",)}
        self._texts["theme"] = self._one_text("theme", of_line, len(self.lines))
        self._numbers = {"lasts": self._one_number("lasts", group, len(self.first))}
        self._numbers |= {name: self._one_number(name, of_line, len(self.lines)) for name in ("reserve", *FIGURES)}
        self.holds = np.asarray([word or "level" for word in self._texts["holds"]], dtype=object)

    def _laid_out(self, group: Integers) -> Floats:
        """Return the values by year, from years across or below one another."""
        values = np.full(self._rows.shape, np.nan)
        if "year" in self.parsed.labels:
            year = places(self.parsed.labels["year"], {label: t for t, label in enumerate(self.years)})
            rows = np.flatnonzero(year >= 0)
            values[group[rows], year[rows]] = self.parsed.numbers["value"][rows]
            self._rows[group[rows], year[rows]] = rows
            return values
        for t, label in enumerate(self.years):
            if label in self.parsed.numbers:
                values[group, t] = self.parsed.numbers[label]
        self._rows[group] = np.arange(self.parsed.rows)[:, None]
        return values

    def complain(self, code: str, at: int, year: int, value: str, expected: str, remedy: str) -> None:
        """Report a problem of the value of a year."""
        row = int(self._rows[at, year])
        column = "value" if "year" in self.parsed.labels else self.years[year]
        self.parsed.complain(code, row if row >= 0 else int(self.first[at]), column, value, expected, remedy)

    def says(self, at: int, column: str) -> str:
        """Return what a row says of ``holds`` or ``lasts``, as it is shown; empty where nothing."""
        if column == "lasts":
            number = self._numbers["lasts"][at]
            return "" if np.isnan(number) else f"{number:g}"
        word = str(self._texts[column][at])
        return shown(word) if word else ""

    @property
    def themes(self) -> list[str]:
        """The different themes of lines, in order."""
        return sorted({str(theme) for theme in self._texts["theme"] if theme})

    def figure(self, name: str) -> Floats:
        """Return what areas state of a line's numbers, L; NaN where nothing."""
        return self._numbers[name]

    def row_of_cell(self, area: int, money: bool, across: int) -> int:
        """Return the first row of the table with an area's money of an envelope, or outcomes of an objective."""
        there = np.flatnonzero((self.area == area) & (self.money == money) & (self.across == across))
        return int(self.first[there].min())

    def as_lines(self, envelopes: int, objectives: int) -> Lines:
        """Return the lines as arrays, outcome rows as contributions."""
        size, years = len(self.lines), len(self.years)
        money, outcome = np.full((size, envelopes, years), np.nan), np.full((size, objectives, years), np.nan)
        grants, others = np.flatnonzero(self.money), np.flatnonzero(~self.money)
        money[self.line[grants], self.across[grants]] = self.values[grants]
        lasts = self._numbers["lasts"][others]
        outcome[self.line[others], self.across[others]] = contributions(self.values[others], self.holds[others], lasts)
        names = np.asarray([name for _, name in self.lines], dtype=object)
        area = np.zeros(size, dtype=np.int64)
        area[self.line] = self.area
        reserve = np.nan_to_num(self._numbers["reserve"]) > 0
        figures = {name: self._numbers[name] for name in FIGURES}
        return Lines(area, names, names, self._texts["theme"], reserve, figures, money, outcome)

    def _one_text(self, column: str, group: Integers, groups: int) -> Texts:
        cells = self.parsed.labels[column].values if column in self.parsed.labels else np.full(len(group), "", object)
        result = np.full(groups, "", dtype=object)
        filled = np.flatnonzero(cells != "")
        result[group[filled[::-1]]] = cells[filled[::-1]]
        for row in filled[cells[filled] != result[group[filled]]]:
            self._two_values(int(row), column, shown(cells[row]), shown(result[group[row]]))
        return result

    def _one_number(self, column: str, group: Integers, groups: int) -> Floats:
        cells = self.parsed.numbers.get(column, np.full(len(group), np.nan))
        result = np.full(groups, np.nan)
        filled = np.flatnonzero(~np.isnan(cells))
        result[group[filled[::-1]]] = cells[filled[::-1]]
        for row in filled[cells[filled] != result[group[filled]]]:
            self._two_values(int(row), column, f"{cells[row]:g}", f"{result[group[row]]:g}")
        return result

    def _two_values(self, row: int, column: str, value: str, other: str) -> None:
        of = "row" if column in OF_ROW else "line"
        remedy = f"it belongs to the {of}: leave one of the two"
        self.parsed.complain("SP-P007", row, column, value, f"{other}, as on another row of the {of}", remedy)
