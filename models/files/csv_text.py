"""CSV text of a DataFrame, exact to the last digit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

QUOTE = '"'
_ODD = (",", QUOTE, "\r", "\n")
"""Characters that must stand between quotes."""

MOST_WHOLE = 1e15
"""Whole numbers below this are written with all their digits."""


def csv_text(frame: pd.DataFrame) -> bytes:
    r"""Write a DataFrame as CSV, without its index.

    Commas, ``"\n"`` at line ends, UTF-8 without a mark, quotes only where needed. Numbers are written with
    as many digits as bring them back exactly, whole numbers without ``.0``; missing cells are empty.

    Parameters
    ----------
    frame
        Columns of numbers and texts.

    Examples
    --------
    >>> import pandas as pd
    >>> print(csv_text(pd.DataFrame({"area": ["a", "b, c"], "amount": [12.0, 0.1]})).decode(), end="")
    area,amount
    a,12
    "b, c",0.1
    """
    columns = [_quoted([str(name), *_texts(frame.iloc[:, i])]) for i, name in enumerate(frame.columns)]
    if len(columns) == 1:  # a line without a sign would be no row
        columns = [[text or QUOTE * 2 for text in columns[0]]]
    return ("\n".join(map(",".join, zip(*columns, strict=True))) + "\n").encode()


def _quoted(texts: list[str]) -> list[str]:
    """Quote texts where a comma, a quote or the end of a line asks for them."""
    whole = "".join(texts)
    odd = [sign for sign in _ODD if sign in whole]
    if not odd:
        return texts
    double = QUOTE in odd
    return [
        f'"{text.replace(QUOTE, QUOTE * 2) if double else text}"' if any(sign in text for sign in odd) else text
        for text in texts
    ]


def _texts(column: pd.Series[Any]) -> list[str]:
    if column.dtype.kind == "f":
        return number_texts(column.to_numpy(dtype=np.float64, na_value=np.nan))
    cells, missing = column.tolist(), column.isna()
    if missing.any():
        cells = ["" if empty else cell for cell, empty in zip(cells, missing.tolist(), strict=True)]
    return list(map(str, cells))


def number_texts(numbers: npt.NDArray[np.float64]) -> list[str]:
    """Write numbers as :func:`number_text` does."""
    texts = np.full(len(numbers), "0", dtype=object)
    parts = (numbers != np.trunc(numbers)) & ~np.isnan(numbers)
    whole = ~parts & (numbers != 0) & (np.abs(numbers) < MOST_WHOLE)
    rest = ~parts & ~whole & ((numbers != 0) | np.signbit(numbers))
    texts[parts] = list(map(repr, numbers[parts].tolist()))
    texts[whole] = list(map(str, numbers[whole].astype(np.int64).tolist()))
    texts[rest] = list(map(number_text, numbers[rest].tolist()))
    return list(texts)


def number_text(number: float) -> str:
    """Write a number so that reading it gives the same number; NaN is empty.

    Examples
    --------
    >>> number_text(12.0), number_text(0.1), number_text(1e22), number_text(float("nan"))
    ('12', '0.1', '1e+22', '')
    """
    text = repr(float(number))
    return text[:-2] if text.endswith(".0") else "" if text == "nan" else text
