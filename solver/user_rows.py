"""User constraints: rows that an embedding program adds to a programme before it is solved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse

from .errors import BadExtraRowsError
from .programme import Family, Floats, Integers, LinearProgramme

FAMILY = "extra"
"""Family of the added rows; each is named by the caller."""


class ExtraRows:
    """Collector of constraints over the labelled columns of a programme.

    Attributes
    ----------
    programme
        The programme as it stands, to be looked at.
    """

    def __init__(self, programme: LinearProgramme) -> None:
        self.programme = programme
        self._names: list[str] = []
        self._bounds: list[tuple[float, float]] = []
        self._entries: list[tuple[Integers, Floats]] = []

    def labels(self, family: str) -> Mapping[str, npt.NDArray[np.object_]]:
        """Return the labels of the columns of a family, index by index, and their positions as ``column``.

        Parameters
        ----------
        family
            ``grant`` (area, envelope, year), ``target`` (area, objective, year), ``take_up`` (area, option), …:
            ``programme.column_families`` lists them. One that a scenario does not need is empty.
        """
        for member in self.programme.column_families:
            if member.name == family:
                keys = {name: np.asarray(labels, dtype=object) for name, labels in member.keys.items()}
                return {**keys, "column": np.arange(member.start, member.start + member.size).astype(object)}
        return {"column": np.zeros(0, dtype=object)}

    def at_most(self, name: str, columns: npt.ArrayLike, values: npt.ArrayLike, limit: float) -> None:
        """Add Σ values · columns ≤ limit."""
        self._add(name, columns, values, -np.inf, limit)

    def at_least(self, name: str, columns: npt.ArrayLike, values: npt.ArrayLike, limit: float) -> None:
        """Add Σ values · columns ≥ limit."""
        self._add(name, columns, values, limit, np.inf)

    def equal(self, name: str, columns: npt.ArrayLike, values: npt.ArrayLike, limit: float) -> None:
        """Add Σ values · columns = limit."""
        self._add(name, columns, values, limit, limit)

    def _add(self, name: str, columns: npt.ArrayLike, values: npt.ArrayLike, lower: float, upper: float) -> None:
        where = np.asarray(columns, dtype=np.int64).ravel()
        sizes = np.broadcast_to(np.asarray(values, dtype=np.float64), where.shape)
        count = self.programme.shape[1]
        if not name or name in self._names:
            raise BadExtraRowsError(f"an extra constraint needs a name of its own, not {name!r}", "name each one")
        if where.size and (where.min() < 0 or where.max() >= count):
            raise BadExtraRowsError(
                f"extra constraint {name}: no such column", f"columns are 0 to {count - 1}; see labels()"
            )
        if not np.isfinite(sizes).all() or np.isnan([lower, upper]).any():
            raise BadExtraRowsError(f"extra constraint {name} holds a number that is not finite", "give finite numbers")
        self._names.append(name)
        self._bounds.append((lower, upper))
        self._entries.append((where, sizes))

    def extended(self) -> LinearProgramme:
        """The programme with the rows."""
        if not self._names:
            return self.programme
        owner = np.repeat(np.arange(len(self._names)), [len(where) for where, _ in self._entries])
        columns, values = (np.concatenate(parts) for parts in zip(*self._entries, strict=True))
        shape = (len(self._names), self.programme.shape[1])
        rows = sparse.coo_array((values, (owner, columns)), shape=shape).tocsr()
        family = Family(FAMILY, self.programme.shape[0], len(self._names), {"name": list(self._names)})
        bounds = np.asarray(self._bounds, dtype=np.float64)
        return self.programme.with_rows(family, rows, bounds[:, 0], bounds[:, 1])


Extra: TypeAlias = Callable[[ExtraRows], None]
"""Adds rows to a programme; called once, before anything is solved."""
