"""Rows of the table rules that win over others: the more particular one in each cell; ties are problems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..tables.labels import Integers
from ..tables.recipients import recipients_of
from ..tables.rule_kinds import AREA, SELECTORS, Rule, names_of
from .keys import places
from .parsing import Parsed, say

Booleans = npt.NDArray[np.bool_]

NO_ROW = -1
"""No row of the table."""


def patterns_of(rules: Parsed, rows: Integers, columns: Sequence[str]) -> dict[tuple[str, ...], Integers]:
    """Sort rows by which of the columns they name: positions in ``rows``."""
    named = np.column_stack([np.asarray(rules.text(column).values[rows] != "", dtype=bool) for column in columns])
    if not len(rows):
        return {}
    kinds, of_row = np.unique(named, axis=0, return_inverse=True)
    of_row = of_row.reshape(-1)
    return {
        tuple(column for column, is_named in zip(columns, kind, strict=True) if is_named): np.flatnonzero(
            of_row == number
        )
        for number, kind in enumerate(kinds)
    }


class Index:
    """Cells of areas × further axes, and numbers for what any choice of columns says in each.

    Parameters
    ----------
    shape
        Number of cells along each axis.
    axes
        The axis along which each column says something.
    vocabulary
        The number of each word of a column.
    codes
        What each column says along its axis, by those numbers.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        axes: Mapping[str, int],
        vocabulary: Mapping[str, Mapping[str, int]],
        codes: Mapping[str, Integers],
    ) -> None:
        self.shape, self.axes = shape, axes
        self._vocabulary, self._codes = vocabulary, codes

    def keys(self, pattern: Sequence[str]) -> Integers:
        """A number for what the columns of a pattern say in each cell, -1 where one says nothing."""
        keys = np.zeros((1,) * len(self.shape), dtype=np.int64)
        for column in pattern:
            reach = tuple(-1 if axis == self.axes[column] else 1 for axis in range(len(self.shape)))
            keys = self._append(keys, self._codes[column].reshape(reach), column)
        return np.asarray(np.broadcast_to(keys, self.shape)).reshape(-1)

    def keys_of_rows(self, rules: Parsed, rows: Integers, pattern: Sequence[str]) -> Integers:
        """The same number for rows of the table."""
        keys = np.zeros(len(rows), dtype=np.int64)
        for column in pattern:
            keys = self._append(keys, places(rules.text(column), self._vocabulary[column])[rows], column)
        return keys

    def _append(self, keys: Integers, codes: Integers, column: str) -> Integers:
        joined = keys * len(self._vocabulary[column]) + codes
        return np.where((keys < 0) | (codes < 0), -1, joined)


def index_of_areas(areas: Parsed, axes: Mapping[str, Sequence[str]]) -> Index:
    """Index the cells of all areas and of the words of each further axis."""
    vocabulary, codes = words_of_areas(areas)
    of_areas = tuple(vocabulary)
    for name, words in axes.items():
        vocabulary[name] = {word: code for code, word in enumerate(words)}
        codes[name] = np.arange(len(words), dtype=np.int64)
    along = dict.fromkeys(of_areas, 0) | {name: 1 + position for position, name in enumerate(axes)}
    return Index((areas.rows, *(len(words) for words in axes.values())), along, vocabulary, codes)


def words_of_areas(areas: Parsed) -> tuple[dict[str, dict[str, int]], dict[str, Integers]]:
    """Number the codes, regions and types of areas, and say by those numbers what each area has."""
    vocabulary: dict[str, dict[str, int]] = {}
    codes: dict[str, Integers] = {}
    for column, source in (("area", "code"), ("region", "region"), ("type", "type")):
        labels = areas.text(source)
        vocabulary[column] = {word: code for code, word in enumerate(labels.words) if word}
        codes[column] = places(labels, vocabulary[column])
    held = holders_of(areas)
    number = {holder: at for at, holder in enumerate(dict.fromkeys(held.values()))}
    vocabulary["recipient"] = {word: number[holder] for word, holder in held.items()}
    codes["recipient"] = np.asarray([number[holder] for holder in recipients_in(areas)], dtype=np.int64)
    return vocabulary, codes


def recipients_in(areas: Parsed) -> tuple[str, ...]:
    """Who holds the grant of each area."""
    return recipients_of(*(areas.text(column).values.astype(str).tolist() for column in ("code", "name", "recipient")))


def holders_of(areas: Parsed) -> dict[str, str]:
    """Whom each word means that names a recipient: a code or label, or the exact name of an area."""
    held = dict.fromkeys(recipients_in(areas))
    names = zip(areas.text("name").values, areas.text("code").values, strict=True)
    return {str(name): str(code) for name, code in names if name and code in held} | {word: word for word in held}


def names_of_rows(rules: Parsed) -> npt.NDArray[np.object_]:
    """Return the name of each row's rule, which says its level too."""
    return np.asarray(names_of(rules.labels["rule"].values, rules.text("level").values), dtype=object)


@dataclass(frozen=True, eq=False)
class Winners:
    """Which row of the table wins in each cell: areas × the axes that some row names; :data:`NO_ROW` for none."""

    row: Integers
    axes: tuple[str, ...]

    def over(self, axes: Sequence[str]) -> Integers:
        """The rows over areas × these axes in this order, of length 1 where no row names the axis."""
        order = [axis for axis in axes if axis in self.axes]
        row = self.row.transpose(0, *(1 + self.axes.index(axis) for axis in order))
        return row.reshape(len(row), *(row.shape[1 + order.index(axis)] if axis in order else 1 for axis in axes))


def winning_rows(
    rules: Parsed, rule: Rule, rows: Integers, areas: Parsed, known: Mapping[str, Sequence[str]]
) -> Winners:
    """Find the winning row of each cell, and complain of rows that are equally particular somewhere."""
    patterns = patterns_of(rules, rows, rule.selectors)
    used = tuple(axis for axis in known if any(axis in pattern for pattern in patterns))
    index = index_of_areas(areas, {axis: known[axis] for axis in used})
    return Winners(winners_in(index, rules, rows, patterns).reshape(index.shape), used)


def winners_in(index: Index, rules: Parsed, rows: Integers, patterns: Mapping[tuple[str, ...], Integers]) -> Integers:
    """Find the winning row of each cell of an index; complain of ties."""
    best = np.full(int(np.prod(index.shape)), NO_ROW, dtype=np.int64)
    selectors = np.zeros(len(best), dtype=np.int64)
    for pattern in sorted(patterns, key=len, reverse=True):
        of_pattern = rows[patterns[pattern]]
        keys, first = np.unique(index.keys_of_rows(rules, of_pattern, pattern), return_index=True)
        cells = index.keys(pattern)
        at = np.minimum(np.searchsorted(keys, cells), len(keys) - 1)
        matched = (cells >= 0) & (keys[at] == cells)
        row = np.where(matched, of_pattern[first][at], NO_ROW)
        _check_ties(rules, best, row, matched & (selectors == len(pattern)) & (best != NO_ROW))
        free = matched & (best == NO_ROW)
        best[free], selectors[free] = row[free], len(pattern)
    return best


def _check_ties(rules: Parsed, first: Integers, second: Integers, tied: Booleans) -> None:
    pairs = np.unique(np.column_stack([first[tied], second[tied]]), axis=0)
    level = rules.text("level")
    for one, other in (sorted(map(int, pair)) for pair in pairs):
        rules.complain(
            "SP-D054",
            other,
            value=say(rules, other, ("rule", *(("level",) if level[other] != AREA else ()), *SELECTORS)),
            expected=f"a row more or less particular than {rules.raw.place.row(one)}, {say(rules, one, SELECTORS)}",
            remedy="where both hold neither wins: name one more column in one of them",
        )
