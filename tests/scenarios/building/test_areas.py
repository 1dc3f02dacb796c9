"""Tables are added up along the register without losing or doubling a number."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import singlepot as sp

TEES = "E47000006"
MEMBERS = ["E06000001", "E06000002", "E06000003", "E06000004", "E06000005"]
YEARS = ("2026-27", "2027-28")
NUMBERS = st.lists(st.integers(1, 10**6), min_size=len(MEMBERS), max_size=len(MEMBERS))


def codes_of(table: pd.DataFrame, **named: Any) -> list[str]:
    with pytest.raises(sp.BadInputError) as refused:
        sp.build.add_up(table, [TEES], **named)
    return [problem.code for problem in refused.value.problems]


@given(numbers=NUMBERS, order=st.permutations(range(len(MEMBERS))))
def test_parts_are_added_up_and_other_areas_left_out(numbers: list[int], order: list[int]) -> None:
    table = pd.DataFrame({"code": MEMBERS, "name": "a part", "jobs": numbers}).iloc[order]
    other = pd.DataFrame({"code": ["E08000021"], "name": ["Newcastle upon Tyne"], "jobs": [7]})
    result = sp.build.add_up(pd.concat([table, other]), [TEES])
    assert result.to_numpy().tolist() == [[TEES, "Tees Valley", float(sum(numbers))]]
    assert list(result.columns) == ["code", "name", "jobs"]


def test_years_and_texts_keep_rows_apart() -> None:
    rows = [(code, year, fund, 1.0) for code in MEMBERS for year in YEARS for fund in ("roads", "rail")]
    result = sp.build.add_up(pd.DataFrame(rows, columns=["area", "year", "fund", "amount"]), [TEES])
    assert result.to_numpy().tolist() == [[TEES, year, fund, 5.0] for year in YEARS for fund in ("roads", "rail")]
    whole_years = pd.DataFrame({"area": MEMBERS * 2, "year": [2026] * 5 + [2027] * 5, "amount": 1.0})
    assert sp.build.add_up(whole_years, [TEES])["year"].tolist() == [2026, 2027]


@given(numbers=NUMBERS)
def test_a_total_of_members_is_left_out_and_a_further_part_added(numbers: list[int]) -> None:
    table = pd.DataFrame({"code": [*MEMBERS, TEES], "jobs": [*numbers, sum(numbers)]})
    assert sp.build.add_up(table, [TEES])["jobs"].tolist() == [sum(numbers)]
    assert codes_of(table, how="parts") == ["SP-I009"]
    more = table.assign(jobs=[*numbers, 3 * sum(numbers)])  # further off than rounding each number could make it
    assert sp.build.add_up(more, [TEES], "parts")["jobs"].tolist() == [4 * sum(numbers)]
    assert codes_of(more) == ["SP-I009"]


def test_a_sum_with_a_missing_number_is_missing() -> None:
    table = pd.DataFrame({"code": MEMBERS, "jobs": [1.0, math.nan, 3.0, 4.0, 5.0], "people": 1.0})
    result = sp.build.add_up(table, [TEES])
    assert result["jobs"].isna().all() and result["people"].tolist() == [5.0]


def test_unknown_codes_and_rows_that_say_the_same_are_errors() -> None:
    table = pd.DataFrame({"code": [*MEMBERS, "E06999999"], "jobs": 1.0})
    assert codes_of(table) == ["SP-D021"]
    assert codes_of(pd.DataFrame({"code": ["E06000001"] * 2, "jobs": [1.0, 2.0]})) == ["SP-D020"]
    with pytest.raises(sp.BadOptionError, match="no column of codes"):
        sp.build.add_up(pd.DataFrame({"place": MEMBERS}), [TEES])


def test_former_codes_become_current_ones_and_their_total_is_no_row_more() -> None:
    """Seven districts and their county's unitary authority, Somerset's; a county beside its districts stays."""
    districts = ["E07000187", "E07000188", "E07000189"]
    table = pd.DataFrame({"area": districts, "people": [116.0, 125.0, 168.0]})
    assert sp.build.to_current(table).to_numpy().tolist() == [["E06000066", 409.0]]
    whole = pd.DataFrame({"area": [*districts, "E06000066"], "people": [116.0, 125.0, 168.0, 409.0]})
    assert sp.build.to_current(whole).to_numpy().tolist() == [["E06000066", 409.0]]
    with pytest.raises(sp.BadInputError, match="SP-I009"):
        sp.build.to_current(whole.assign(people=[116.0, 125.0, 168.0, 500.0]))
    county = pd.DataFrame({"area": ["E10000012", "E07000066", "E07000067"], "people": [100.0, 3.0, 4.0]})
    assert sp.build.to_current(county).equals(county)


def test_an_area_that_was_divided_is_an_error_with_its_parts() -> None:
    with pytest.raises(sp.BadInputError, match=r"SP-I008.*one of its parts"):
        sp.build.to_current(pd.DataFrame({"area": ["E10000006"], "people": [499.0]}))


@pytest.mark.parametrize(("to", "named"), [(["X1", "Tees Valley"], '"X1" and "Tees Valley"'), ([], "nothing")])
def test_areas_that_nobody_knows_cannot_be_added_up_to(to: list[str], named: str) -> None:
    jobs = pd.DataFrame({"code": ["E06000001", "E06000002"], "jobs": [30, 40]})
    with pytest.raises(sp.BadOptionError, match=named):
        sp.build.add_up(jobs, to)
    assert sp.build.add_up(jobs, "E47000006")["jobs"].tolist() == [70]
    assert sp.build.add_up(jobs.replace("E06000001", "X1"), ["X1", "E47000006"])["jobs"].tolist() == [30, 40]
