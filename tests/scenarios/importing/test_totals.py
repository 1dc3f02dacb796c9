"""A total among the rows is left out wherever it stands, and no other row is taken for one."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from singlepot.models.checks.plausibility.rounding import last_digit, sum_rows

from .simple_imports import AREAS, imported, left, money, refused


@st.composite
def rounded_parts(draw: st.DrawFn) -> tuple[np.ndarray, int]:
    """Rows rounded one by one, whose total was rounded by itself, and its position."""
    power = draw(st.integers(-2, 3))
    columns = draw(st.integers(1, 3))
    rows = draw(st.integers(3, 12))
    hundredths = st.integers(10_000, 99_999)
    parts = np.array(draw(st.lists(hundredths, min_size=rows * columns, max_size=rows * columns)), dtype=float)
    exact = parts.reshape(rows, columns)
    ends = draw(st.lists(st.integers(1, 9), min_size=columns, max_size=columns))
    exact[0] = exact[0] // 1000 * 1000 + 100 * np.array(ends)  # so that the digit that was rounded to is seen
    at = draw(st.integers(0, rows))
    table = np.insert(exact, at, exact.sum(axis=0), axis=0)
    return np.round(table / 100) * 10.0**power, at


@given(rounded_parts())
def test_a_total_of_rounded_parts_is_told_wherever_it_stands(drawn: tuple[np.ndarray, int]) -> None:
    table, at = drawn
    digits = np.array([last_digit(column) for column in table.T])
    assert sum_rows(table, digits) == [at]


@given(st.data(), st.integers(4, 15), st.integers(1, 3))
def test_no_total_is_told_among_rows_none_of_which_holds_half(data: st.DataObject, rows: int, columns: int) -> None:
    """Each value is less than twice any other, so that twice it falls short of the sum by more than rounding."""
    cells = data.draw(st.lists(st.integers(10_001, 15_999), min_size=rows * columns, max_size=rows * columns))
    table = np.array(cells, dtype=float).reshape(rows, columns)
    digits = np.array([last_digit(column) for column in table.T])
    assert sum_rows(table, np.minimum(digits, 100.0)) == []


def test_a_sum_beyond_what_rounding_allows_is_none_and_one_within_is_one() -> None:
    parts = [101.0, 202.0, 305.0]
    for total, is_one in ((610.0, True), (606.0, True), (611.0, False), (605.0, False)):
        assert bool(sum_rows(np.array([[value] for value in (*parts, total)]), np.array([1.0]))) == is_one


def test_a_row_that_is_the_sum_in_one_column_and_not_in_another_stays() -> None:
    table = np.array([[101.0, 1.0], [202.0, 2.0], [305.0, 3.0], [608.0, 60.0]])
    assert sum_rows(table, np.array([1.0, 1.0])) == []


LABELS = [
    "Total",
    "England",
    "ENGLAND",
    "E92000001",
    "K02000001",
    "E12000001",
    "TLC11",
    "UKC1",
    "North East",
    "E13000001",
]
LABELS += ["All authorities", "Grand total", "Great Britain", "E11000007", "Sub-total"]
ROWS = ["E06000001,1,2", "E06000002,3,4", "E06000003,5,6"]


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("at", [0, 2, 3])
def test_a_country_region_or_label_of_a_total_is_left_out_though_it_is_no_sum(
    label: str, at: int, tmp_path: Path
) -> None:
    rows = [*ROWS[:at], f"{label},99,100", *ROWS[at:]]
    made = imported(tmp_path, "\n".join(["Area,2026-27,2027-28", *rows]))
    assert len(money(made)) == 6
    assert left(made, "total") == [f"bids.csv {column}{at + 2}" for column in "ABC"]


@given(at=st.integers(0, 4), values=st.lists(st.integers(1_001, 9_999), min_size=8, max_size=8))
def test_a_row_that_is_the_sum_of_the_others_is_left_out_whatever_it_is_called(at: int, values: list[int]) -> None:
    codes = ["E06000001", "E06000002", "E06000003", "E06000004"]
    rows = [f"{code},{values[i]},{values[i + 4]}" for i, code in enumerate(codes)]
    rows.insert(at, f"The lot,{sum(values[:4])},{sum(values[4:])}")
    with tempfile.TemporaryDirectory() as folder:
        areas = AREAS + "E06000004,Stockton-on-Tees\n"
        made = imported(Path(folder), "\n".join(["Area,2026-27,2027-28", *rows]), areas=areas)
    assert len(money(made)) == 8
    assert left(made, "sum of the others") == [f"bids.csv {column}{at + 2}" for column in "ABC"]


def test_an_area_of_the_scenario_stays_though_it_is_the_sum_of_the_others(tmp_path: Path) -> None:
    areas = AREAS + "E06000004,Stockton-on-Tees\n"
    rows = [*ROWS, "E06000004,9,12"]
    made = imported(tmp_path, "\n".join(["Area,2026-27,2027-28", *rows]), areas=areas)
    assert money(made)["E06000004", "2026-27"] == 9


def test_a_total_that_is_an_area_by_its_very_name_stays(tmp_path: Path) -> None:
    areas = "Code,Name\nNE,North East\nE06000002,Middlesbrough\n"
    made = imported(tmp_path, "Area,2026-27,2027-28\nNorth East,1,2\nE06000002,3,4\n", areas=areas)
    assert money(made)["NE", "2027-28"] == 2


def test_a_row_that_is_nobody_and_no_total_is_an_error(tmp_path: Path) -> None:
    problems = refused(tmp_path, "\n".join(["Area,2026-27,2027-28", *ROWS, "Hartlepol,1,2"]))
    assert [(one.code, one.place, one.value) for one in problems] == [("SP-I007", "row 5 column A", '"Hartlepol"')]
    assert '"Hartlepool" E06000001' in problems[0].remedy
