"""A linear programme in arrays, with labels for its rows and columns, and a builder for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]
Labels = Sequence[str] | npt.NDArray[np.object_]
"""One label for each member of a family."""

OPEN = np.inf
"""An absent bound."""


@dataclass(frozen=True, eq=False)
class Family:
    """Consecutive rows or columns that one term of the model made.

    Parameters
    ----------
    name
        What they are, such as ``grant``.
    start, size
        Position of the first among all rows or columns, and how many there are.
    keys
        Name of each index (``area``, ``year``) → one label for each member.
    """

    name: str
    start: int
    size: int
    keys: Mapping[str, Labels] = field(repr=False)

    @property
    def span(self) -> slice:
        """The positions of the members."""
        return slice(self.start, self.start + self.size)

    def label(self, position: int) -> str:
        """Name one member, for instance ``grant[E06000060,total,2026-27]``."""
        member = position - self.start
        if not self.keys:
            return self.name
        return f"{self.name}[{','.join(str(labels[member]) for labels in self.keys.values())}]"


@dataclass(frozen=True, eq=False)
class LinearProgramme:
    r"""A linear programme without its objective, which comes with each stage.

    .. math:: l \le x \le u, \qquad L \le A x \le U

    Parameters
    ----------
    matrix
        A, rows × columns.
    column_lower, column_upper
        l and u, one number for each column; infinite where there is none.
    row_lower, row_upper
        L and U, one number for each row; infinite where there is none.
    implied_lower, implied_upper
        Finite limits of each column that no optimum needs to pass, used where a column has no bound and a rigorous
        bound on an objective is wanted.
    column_families, row_families
        What made the columns and rows, in order; they label them.
    """

    matrix: sparse.csc_array
    column_lower: Floats
    column_upper: Floats
    row_lower: Floats
    row_upper: Floats
    implied_lower: Floats
    implied_upper: Floats
    column_families: tuple[Family, ...]
    row_families: tuple[Family, ...]

    def __post_init__(self) -> None:
        """Raise ValueError for wrong lengths, NaN, and infinities in the matrix."""
        rows, columns = self.matrix.shape
        for name, array, length in (
            ("column_lower", self.column_lower, columns),
            ("column_upper", self.column_upper, columns),
            ("implied_lower", self.implied_lower, columns),
            ("implied_upper", self.implied_upper, columns),
            ("row_lower", self.row_lower, rows),
            ("row_upper", self.row_upper, rows),
        ):
            if array.shape != (length,):
                raise ValueError(f"{name} has shape {array.shape}, expected ({length},)")
            if np.isnan(array).any():
                raise ValueError(f"{name} holds NaN")
            array.flags.writeable = False
        if not np.isfinite(self.matrix.data).all():
            raise ValueError("the matrix holds NaN or infinity")
        if not (np.isfinite(self.implied_upper).all() and np.isfinite(self.implied_lower).all()):
            raise ValueError("implied_upper and implied_lower must be finite")

    @property
    def shape(self) -> tuple[int, int]:
        """Number of rows and of columns."""
        rows, columns = self.matrix.shape
        return int(rows), int(columns)

    def columns(self, name: str) -> slice:
        """Positions of the columns of one family; empty where the family is absent."""
        return _span(self.column_families, name)

    def rows(self, name: str) -> slice:
        """Positions of the rows of one family; empty where the family is absent."""
        return _span(self.row_families, name)

    def column_label(self, position: int) -> str:
        """Name one column."""
        return _label(self.column_families, position)

    def row_label(self, position: int) -> str:
        """Name one row."""
        return _label(self.row_families, position)

    def row_family(self, position: int) -> Family:
        """Return the family a row belongs to."""
        return _family(self.row_families, position)

    def with_rows(self, family: Family, rows: sparse.csr_array, lower: Floats, upper: Floats) -> LinearProgramme:
        """Return the programme with one more family of rows at its end."""
        return replace(
            self,
            matrix=sparse.csc_array(sparse.vstack([self.matrix, rows])),
            row_lower=np.concatenate([self.row_lower, lower]),
            row_upper=np.concatenate([self.row_upper, upper]),
            row_families=(*self.row_families, family),
        )

    def lp_text(self, objective: Floats | None = None, rows: str | None = None) -> str:
        """Print the programme in LP format, with readable names.

        Parameters
        ----------
        objective
            One coefficient for each column; without it the objective is 0.
        rows
            Print only the rows of this family.
        """
        return "\n".join(_lp_lines(self, objective, rows)) + "\n"


def _span(families: tuple[Family, ...], name: str) -> slice:
    for family in families:
        if family.name == name:
            return family.span
    return slice(0, 0)


def _family(families: tuple[Family, ...], position: int) -> Family:
    for family in families:
        if family.start <= position < family.start + family.size:
            return family
    raise IndexError(position)


def _label(families: tuple[Family, ...], position: int) -> str:
    return _family(families, position).label(position)


def _lp_lines(programme: LinearProgramme, objective: Floats | None, only: str | None) -> Iterator[str]:
    by_row = programme.matrix.tocsr()
    names = [programme.column_label(j) for j in range(programme.shape[1])]
    yield "minimize"
    costs = np.zeros(len(names)) if objective is None else objective
    yield f" obj: {_linear(costs[costs != 0], [names[j] for j in np.flatnonzero(costs)])}"
    yield "subject to"
    used: set[int] = set()
    for family in programme.row_families:
        if only is not None and family.name != only:
            continue
        for i in range(family.start, family.start + family.size):
            entries = slice(by_row.indptr[i], by_row.indptr[i + 1])
            used.update(by_row.indices[entries].tolist())
            body = _linear(by_row.data[entries], [names[j] for j in by_row.indices[entries]])
            yield from _bounded_row(family.label(i), body, programme.row_lower[i], programme.row_upper[i])
    yield "bounds"
    for j in sorted(used) if only is not None else range(len(names)):
        yield f" {_bounds(names[j], programme.column_lower[j], programme.column_upper[j])}"
    yield "end"


def _bounded_row(name: str, body: str, lower: float, upper: float) -> Iterator[str]:
    if lower == upper:
        yield f" {name}: {body} = {_number(lower)}"
        return
    if np.isfinite(lower):
        yield f" {name}: {body} >= {_number(lower)}"
    if np.isfinite(upper):
        yield f" {name}{'_upper' if np.isfinite(lower) else ''}: {body} <= {_number(upper)}"


def _bounds(name: str, lower: float, upper: float) -> str:
    if lower == upper:
        return f"{name} = {_number(lower)}"
    if np.isneginf(lower):
        return f"{name} free" if np.isposinf(upper) else f"-inf <= {name} <= {_number(upper)}"
    return f"{_number(lower)} <= {name}" + ("" if np.isposinf(upper) else f" <= {_number(upper)}")


def _linear(values: Floats, names: Sequence[str]) -> str:
    parts = []
    for value, name in zip(values.tolist(), names, strict=True):
        sign = "-" if value < 0 else "+"
        size = abs(value)
        parts.append(f"{sign} {name}" if size == 1 else f"{sign} {_number(size)} {name}")
    text = " ".join(parts) or "0"
    return text.removeprefix("+ ")


def _number(value: float) -> str:
    return f"{value:.10g}"


class ProgrammeBuilder:
    """Builder of a :class:`LinearProgramme` from families of rows and columns."""

    def __init__(self) -> None:
        self._columns: list[Family] = []
        self._rows: list[Family] = []
        self._column_bounds: list[tuple[Floats, Floats, Floats, Floats]] = []
        self._row_bounds: list[tuple[Floats, Floats]] = []
        self._entries: list[tuple[Integers, Integers, Floats]] = []

    def columns(
        self,
        name: str,
        keys: Mapping[str, Labels],
        *,
        lower: Floats,
        upper: Floats,
        implied_lower: Floats | None = None,
        implied_upper: Floats | None = None,
    ) -> Integers:
        """Add a family of columns and return their positions.

        ``implied_lower`` and ``implied_upper`` are finite bounds for columns whose own are infinite.
        """
        start = self._columns[-1].start + self._columns[-1].size if self._columns else 0
        self._columns.append(Family(name, start, len(lower), keys))
        implied_lower = lower if implied_lower is None else implied_lower
        implied_upper = upper if implied_upper is None else implied_upper
        self._column_bounds.append((lower, upper, implied_lower, implied_upper))
        return np.arange(start, start + len(lower))

    def column_keys(self, columns: Integers, repeat: int = 1) -> Mapping[str, Labels]:
        """Labels of columns of one family, each ``repeat`` times, to name rows or columns that belong to them."""
        if not len(columns):
            return {}
        family = _family(tuple(self._columns), int(columns[0]))
        members = np.repeat(columns - family.start, repeat)
        return {name: np.asarray(labels, dtype=object)[members] for name, labels in family.keys.items()}

    def rows(self, name: str, keys: Mapping[str, Labels], *, lower: Floats, upper: Floats) -> Integers:
        """Add a family of rows and return their positions."""
        start = self._rows[-1].start + self._rows[-1].size if self._rows else 0
        self._rows.append(Family(name, start, len(lower), keys))
        self._row_bounds.append((lower, upper))
        return np.arange(start, start + len(lower))

    def add(self, rows: Integers, columns: Integers, values: Floats | float) -> None:
        """Add entries to the matrix; entries at one place add up."""
        rows, columns = np.broadcast_arrays(rows, columns)
        self._entries.append((rows, columns, np.broadcast_to(np.asarray(values, dtype=np.float64), rows.shape)))

    def _joined(self, part: int, kind: type[np.number[Any]]) -> npt.NDArray[Any]:
        """Rows, columns or values of all entries, one after another."""
        sizes = [entry[part].size for entry in self._entries]
        result = np.empty(sum(sizes), dtype=kind)
        for entry, end, size in zip(self._entries, np.cumsum(sizes), sizes, strict=True):
            result[end - size : end].reshape(entry[part].shape)[...] = entry[part]
        return result

    def build(self) -> LinearProgramme:
        """Return the programme of all families and entries added so far."""
        shape = tuple(sum(family.size for family in families) for families in (self._rows, self._columns))
        index = np.int32 if max(shape) < np.iinfo(np.int32).max else np.int64
        rows, columns = self._joined(0, index), self._joined(1, index)
        matrix = sparse.coo_array((self._joined(2, np.float64), (rows, columns)), shape=shape).tocsc()
        matrix.eliminate_zeros()
        bounds = [np.concatenate([np.zeros(0), *(b[i] for b in self._column_bounds)]) for i in range(4)]
        limits = [np.concatenate([np.zeros(0), *(b[i] for b in self._row_bounds)]) for i in range(2)]
        return LinearProgramme(
            matrix=matrix,
            column_lower=bounds[0],
            column_upper=bounds[1],
            row_lower=limits[0],
            row_upper=limits[1],
            implied_lower=bounds[2],
            implied_upper=bounds[3],
            column_families=tuple(self._columns),
            row_families=tuple(self._rows),
        )
