"""Checked tables as arrays; a DataFrame is made of one when somebody asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .labels import Labels

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class StoredTable:
    """A checked table, column by column.

    Parameters
    ----------
    columns
        Numbers (empty: NaN) or texts (empty: ""), by header in the user's order.
    rows
        Number of rows.
    """

    columns: Mapping[str, Floats | Labels]
    rows: int

    def __len__(self) -> int:
        """Number of rows."""
        return self.rows

    def __reduce__(self) -> tuple[Any, ...]:
        """Rebuild from the columns: the DataFrame is not sent along."""
        return StoredTable, (self.columns, self.rows)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The table as a DataFrame, to be copied before it is handed out: texts as text, numbers as float64."""
        import pandas as pd

        arrays: dict[str, Any] = {  # columns with an index would be aligned
            name: column.column if isinstance(column, Labels) else column for name, column in self.columns.items()
        }
        return pd.DataFrame(arrays)

    def array(self, name: str, default: str | float) -> npt.NDArray[Any]:
        """Return a column as floats or as objects that are texts, with a default where it is absent or empty."""
        column = self.columns.get(name)
        if column is None:
            return np.full(self.rows, default, dtype=object if isinstance(default, str) else np.float64)
        if isinstance(column, Labels):
            return column.defaulting_to(str(default)).values
        return column if default != default else np.where(np.isnan(column), default, column)

    def equals(self, other: StoredTable) -> bool:
        """Whether another table says the same, with columns and rows in the same order."""
        return [*self.columns] == [*other.columns] and all(
            _same(column, other.columns[name]) for name, column in self.columns.items()
        )


def _same(one: Floats | Labels, other: Floats | Labels) -> bool:
    if isinstance(one, Labels) and isinstance(other, Labels):
        return np.array_equal(one.values, other.values)
    if isinstance(one, Labels) or isinstance(other, Labels):
        return False
    return np.array_equal(one, other, equal_nan=True)


def frames_of(tables: Mapping[str, StoredTable]) -> dict[str, pd.DataFrame]:
    """Return tables as DataFrames, to be copied before they are handed out."""
    return {name: table.frame for name, table in tables.items()}
