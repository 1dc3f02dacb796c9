"""What an outcome row holds becomes contributions: levels, starts, and either of them to date."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from singlepot.models.programmes.levels import HOLDS, contributions

ROWS = st.lists(st.integers(0, 50).map(float), min_size=1, max_size=6)
LASTS = st.one_of(st.just(math.nan), st.integers(1, 7).map(float))


def one(values: list[float], holds: str, lasts: float = math.nan) -> list[float]:
    made = contributions(np.asarray([values]), np.asarray([holds], dtype=object), np.asarray([lasts]))
    return made[0].tolist()


@given(ROWS)
def test_levels_to_date_are_the_running_sum_of_contributions(values: list[float]) -> None:
    assert one(np.cumsum(values).tolist(), "level_to_date") == values


@given(ROWS)
def test_starts_that_stay_add_up_to_their_level(values: list[float]) -> None:
    assert one(np.diff(values, prepend=0.0).tolist(), "new") == values


@given(ROWS, LASTS)
def test_starts_to_date_are_the_running_sum_of_starts(values: list[float], lasts: float) -> None:
    assert one(np.cumsum(values).tolist(), "new_to_date", lasts) == one(values, "new", lasts)


@given(ROWS)
def test_levels_stay_as_they_are(values: list[float]) -> None:
    assert one(values, "level") == values


@pytest.mark.parametrize(
    ("holds", "lasts", "expected"),
    [
        ("level", math.nan, [100.0, 120.0, 150.0]),
        ("new", math.nan, [100.0, 220.0, 370.0]),
        ("new", 2.0, [100.0, 220.0, 270.0]),
        ("new_to_date", math.nan, [100.0, 120.0, 150.0]),
        ("new_to_date", 1.0, [100.0, 20.0, 30.0]),
        ("level_to_date", math.nan, [100.0, 20.0, 30.0]),
    ],
)
def test_a_row_by_hand(holds: str, lasts: float, expected: list[float]) -> None:
    assert one([100.0, 120.0, 150.0], holds, lasts) == expected


@pytest.mark.parametrize("holds", HOLDS)
def test_there_is_no_contribution_before_the_first_year(holds: str) -> None:
    made = one([math.nan, 4.0, 6.0], holds)
    assert math.isnan(made[0])
    assert made[1] == 4.0
