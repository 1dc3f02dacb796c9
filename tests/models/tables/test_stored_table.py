"""Checked tables are held as arrays: what is read off them, and DataFrames made of them, say the same."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from singlepot.models.tables.labels import Labels
from singlepot.models.tables.schema import TABLES
from singlepot.models.tables.stored_table import StoredTable

from ...programme_strategies import programme_drafts
from ...strategies import Draft, scenario

TABLE = StoredTable({"area": Labels.of(["b", "", "b"]), "amount": np.asarray([1.0, np.nan, 3.0])}, 3)


@given(programme_drafts())
def test_arrays_and_frames_say_the_same(made: Draft) -> None:
    drawn = scenario(made)
    for name in TABLES:
        frame, columns = drawn.filled(name), drawn.columns(name)
        assert list(frame) == list(columns)
        for header, array in columns.items():
            np.testing.assert_array_equal(frame[header].to_numpy(dtype=array.dtype), array, header)


@given(programme_drafts())
def test_a_scenario_travels_whole(made: Draft) -> None:
    """And without the DataFrames that were made of it."""
    drawn = scenario(made)
    before = len(pickle.dumps(drawn))
    assert pickle.loads(pickle.dumps(drawn)) == drawn
    assert len(drawn.tables) == len(TABLES)
    assert len(pickle.dumps(drawn)) == before


def test_a_frame_has_texts_and_numbers() -> None:
    expected = pd.DataFrame({"area": ["b", "", "b"], "amount": [1.0, np.nan, 3.0]}).astype({"area": str})
    pd.testing.assert_frame_equal(TABLE.frame, expected)


def test_defaults_stand_for_what_is_absent_or_empty() -> None:
    assert TABLE.array("area", "x").tolist() == ["b", "x", "b"]
    assert TABLE.array("amount", 2.0).tolist() == [1.0, 2.0, 3.0]
    assert TABLE.array("year", "all").tolist() == ["all"] * 3
    assert np.isnan(TABLE.array("share", np.nan)).all()


@pytest.mark.parametrize(
    "other",
    [
        {"amount": TABLE.columns["amount"], "area": TABLE.columns["area"]},
        {"area": Labels.of(["b", "a", "b"]), "amount": TABLE.columns["amount"]},
        {"area": TABLE.columns["area"], "amount": np.asarray([1.0, 0.0, 3.0])},
        {"area": TABLE.columns["area"], "amount": Labels.of(["1", "", "3"])},
        {"area": TABLE.columns["area"]},
    ],
)
def test_other_columns_rows_or_order_are_another_table(other: dict[str, np.ndarray | Labels]) -> None:
    assert not TABLE.equals(StoredTable(other, 3))


def test_the_same_words_by_other_codes_are_the_same_table() -> None:
    other = Labels(np.asarray([1, 2, 1]), ("unused", "b", ""))
    assert TABLE.equals(StoredTable({"area": other, "amount": np.asarray([1.0, np.nan, 3.0])}, 3))
