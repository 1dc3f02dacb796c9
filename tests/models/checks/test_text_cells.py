"""Columns of texts are the same however they are made."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from singlepot.models.tables.labels import FEW, UNUSABLE, Labels

WORDS = ("E06000060", "Nürnberg", "")


@pytest.mark.parametrize("rows", [0, 1, FEW, FEW + 1])
def test_a_column_holds_the_text_of_each_cell(rows: int) -> None:
    """Of the type that pandas gives texts; an unusable cell is empty."""
    codes = np.arange(rows) % (len(WORDS) + 1) + UNUSABLE
    column = pd.Series(Labels(codes, WORDS).column)
    expected = pd.Series([WORDS[code] if code != UNUSABLE else "" for code in codes.tolist()], dtype=str)
    pd.testing.assert_series_equal(column, expected)
