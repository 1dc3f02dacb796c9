"""A table in JSON: a list of rows, written column by column."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def rows_json(table: pd.DataFrame) -> str:
    """Write a table as a list of rows in JSON; a number that is none is null.

    Examples
    --------
    >>> import pandas as pd
    >>> print(rows_json(pd.DataFrame({"year": ["2026-27"], "amount": [9.0]})))
    [
     {
      "year": "2026-27",
      "amount": 9.0
     }
    ]
    """
    if not len(table):
        return "[]"
    names = [encode_basestring(str(name)).replace("%", "%%") for name in table.columns]
    row = "\n {" + ",".join(f"\n  {name}: %s" for name in names) + "\n }"
    cells = zip(*(_cells(table.iloc[:, i]) for i in range(table.shape[1])), strict=True)
    return "[" + ",".join([row % texts for texts in cells]) + "\n]"


def json_text(value: object) -> bytes:
    """Write JSON in UTF-8 with no NaN, indented by one space, ending in a newline.

    Parameters
    ----------
    value
        Plain values; those of a mapping may be tables, each written as a list of its rows.
    """
    if isinstance(value, Mapping) and value:
        parts = [f"\n{_dumped(str(key))}: {_dumped(item)}".replace("\n", "\n ") for key, item in value.items()]
        return ("{" + ",".join(parts) + "\n}\n").encode()
    return (_dumped(value) + "\n").encode()


def _dumped(value: object) -> str:
    import pandas as pd

    if isinstance(value, pd.DataFrame):
        return rows_json(value)
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1)


def plain(value: object) -> object:
    """Turn a value into what JSON can hold; a number that is none becomes None."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def _cells(column: pd.Series[Any]) -> list[str]:
    cells = column.tolist()
    if column.dtype.kind == "f":
        return [repr(cell) if math.isfinite(cell) else "null" for cell in cells]
    return [encode_basestring(cell) if isinstance(cell, str) else json.dumps(plain(cell)) for cell in cells]
