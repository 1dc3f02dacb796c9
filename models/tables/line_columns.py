"""Columns of ``programmes`` that belong to a line as a whole, and may stand on any one of its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

FIGURES = ("most", "most_outcome", "least", "least_outcome", "efficiency", "stretch", "stretch_cost")
"""Numbers of a line that its options follow from."""

OF_LINE = ("theme", "reserve", *FIGURES)
"""Columns that belong to a line."""


def of_line(programmes: pd.DataFrame, column: str) -> pd.Series[Any]:
    """Return a column with what any row of a line says on all of its rows.

    Examples
    --------
    >>> import pandas as pd
    >>> lines = pd.DataFrame({"area": ["A", "A", "B"], "line": ["x", "x", "x"], "theme": ["", "green", ""]})
    >>> of_line(lines, "theme").tolist()
    ['green', 'green', '']
    """
    import pandas as pd

    cells: pd.Series[Any] = programmes[column]
    filled = cells.notna() if cells.dtype.kind == "f" else cells != ""
    keys = pd.MultiIndex.from_frame(programmes[["area", "line"]])
    stated = pd.Series(cells[filled].to_numpy(), index=keys[filled.to_numpy()])
    first = stated[~stated.index.duplicated()].reindex(keys)
    values = pd.Series(first.to_numpy(), index=programmes.index)
    return values if cells.dtype.kind == "f" else values.astype(object).fillna("").astype(cells.dtype)
