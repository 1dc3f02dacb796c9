"""Areas that contain others, by their official code, by their name or by their bids, are warned of."""

from __future__ import annotations

import random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import singlepot as sp
from singlepot.models.checks.frames import raw_tables
from singlepot.models.checks.register import register
from singlepot.models.diagnostics.problems import Diagnostic, Report
from singlepot.models.scenario.scenario import from_raw

from ....examples import tries


def warnings_of(
    codes: list[str], bids: list[list[float]], names: list[str] | None = None, **more: object
) -> list[Diagnostic]:
    """The warnings of totals for areas with these bids in one or two years."""
    years = ["2026-27", "2027-28"][: len(bids[0])]
    frames = {
        "areas": pd.DataFrame({"code": codes, "name": names or codes, **more}),
        "pot": pd.DataFrame({"year": years, "amount": [1000.0] * len(years)}),
        "bids": pd.DataFrame(
            [
                (code, year, bid)
                for code, row in zip(codes, bids, strict=True)
                for year, bid in zip(years, row, strict=True)
            ],
            columns=["area", "year", "amount"],
        ),
    }
    report = Report(quiet=True)
    from_raw({"schema": 1, "years": years}, "settings", raw_tables(frames, report), report)
    return [note for note in report.notes if note.code in ("SP-A007", "SP-A011")]


NESTED = [
    ("S92000003", ["S12000033", "S12000034"]),
    ("W92000004", ["W06000001", "W06000024"]),
    ("N92000002", ["N09000001", "N09000011"]),
    ("E92000001", ["E06000001", "E10000011"]),
    ("E92000001", ["E06000001", "E12000007"]),
    ("K02000001", ["S12000033", "E06000001"]),
    ("K02000001", ["E92000001", "N92000002"]),
    ("K03000001", ["S92000003", "W06000001"]),
    ("K04000001", ["E06000001", "W06000001"]),
    ("E12000001", ["E06000001", "E08000021"]),
    ("E12000002", ["E07000117", "E08000003"]),
    ("E12000007", ["E09000001", "E13000002"]),
    ("E13000001", ["E09000007", "E09000012"]),
    ("E13000002", ["E09000002", "E09000011"]),
    ("E11000001", ["E08000001", "E08000010"]),
    ("E11000007", ["E08000021", "E08000037"]),
    ("E10000017", ["E07000117", "E07000118"]),
    ("E47000001", ["E08000001", "E08000002"]),
    ("E61000001", ["E09000002", "E09000003"]),
    ("TLC", ["TLC1", "TLC2"]),
    ("TLC1", ["TLC11", "TLC12"]),
    ("TLM", ["S12000033", "S12000034"]),
    ("E12000009", ["TLK1", "TLK2"]),
    ("UKC1", ["UKC11", "UKC12"]),
]


@pytest.mark.parametrize(("whole", "parts"), NESTED)
def test_an_official_code_that_contains_others_by_its_kind_is_warned_of(whole: str, parts: list[str]) -> None:
    codes = [*parts[:1], whole, *parts[1:], "E06000052" if not whole.startswith(("E92", "K")) else "N09000003"]
    warnings = warnings_of(codes, [[7.0], [29.0], [11.0], [5.5]])
    assert [(note.code, note.place) for note in warnings if whole in note.value] == [("SP-A007", "row label 1")]
    assert all(part in warnings[0].expected for part in parts if whole in register().containers(part))


def test_a_code_beside_areas_of_other_places_is_not_warned_of() -> None:
    assert warnings_of(["S92000003", "W06000001", "E06000001", "N09000001"], [[9.0], [5.0], [3.0], [2.5]]) == []
    assert (
        warnings_of(["E12000001", "E06000052", "E08000001", "TLD"], [[9.0], [5.0], [3.0], [2.5]])[0].code == "SP-A007"
    )
    nations = ["E92000001", "N92000002", "S92000003", "W92000004"]
    assert (
        warnings_of(nations, [[90.0], [5.0], [9.0], [6.0]], ["England", "Northern Ireland", "Scotland", "Wales"]) == []
    )


def test_the_centre_may_have_the_code_of_its_country() -> None:
    frames = {
        "areas": pd.DataFrame(
            {"code": ["E92000001", "E06000001"], "name": ["DLUHC", "Hartlepool"], "type": ["centre", "u"]}
        ),
        "pot": pd.DataFrame({"year": ["2026-27"], "amount": [9.0]}),
        "bids": pd.DataFrame({"area": ["E06000001"], "year": ["2026-27"], "amount": [5.0]}),
    }
    report = Report(quiet=True)
    from_raw({"schema": 1, "years": ["2026-27"]}, "settings", raw_tables(frames, report), report)
    assert "SP-A007" not in [note.code for note in report.notes]


@tries(60)
@given(st.randoms(use_true_random=False))
def test_a_row_that_is_the_sum_of_all_others_is_warned_of_whatever_its_code_and_place(rng: random.Random) -> None:
    """The sum may have been taken before each number was rounded."""
    count, years, decimals = rng.randint(2, 40), rng.randint(1, 2), rng.randint(1, 3)
    exact = np.array([[rng.uniform(50, 500) for _ in range(years)] for _ in range(count)])
    at = rng.randint(0, count)
    bids = np.insert(exact, at, exact.sum(axis=0), axis=0).round(decimals).tolist()
    codes = [f"area {number}" for number in range(count + 1)]
    warnings = warnings_of(codes, bids)
    assert f"row label {at}" in [note.place for note in warnings]
    assert {note.code for note in warnings} == {"SP-A011"}


@tries(40)
@given(st.randoms(use_true_random=False))
def test_subtotals_below_or_above_their_rows_are_warned_of(rng: random.Random) -> None:
    groups = [[[rng.uniform(5, 50), rng.uniform(5, 50)] for _ in range(rng.randint(2, 9))] for _ in range(3)]
    above = rng.random() < 0.5
    rows: list[list[float]] = []
    wanted = []
    for group in groups:
        total = np.sum(group, axis=0).tolist()
        wanted.append(len(rows) if above else len(rows) + len(group))
        rows += [total, *group] if above else [*group, total]
    warnings = warnings_of([f"area {at}" for at in range(len(rows))], np.round(rows, 2).tolist())
    assert {f"row label {at}" for at in wanted} <= {note.place for note in warnings}


@pytest.mark.parametrize(
    "name", ["Total", "TOTAL", "Sub-total", "Grand total", "England", "All councils", "Total of region"]
)
def test_a_row_that_is_named_as_a_total_is_warned_of(name: str) -> None:
    warnings = warnings_of(["A", "B", "C", "D"], [[9.1], [5.3], [3.7], [2.9]], ["Aston", "Barton", "Carton", name])
    assert [(note.code, note.place) for note in warnings] == [("SP-A011", "row label 3")]


def test_bids_that_are_no_sums_are_not_warned_of() -> None:
    rng = np.random.default_rng(5)
    for count in (3, 10, 80):
        bids = rng.uniform(1, 60, (count, 2)).round(1).tolist()
        assert warnings_of([f"area {at}" for at in range(count)], bids) == []


def test_the_shipped_scenarios_have_no_totals() -> None:
    for name, _ in sp.list_scenarios():
        assert not {note.code for note in sp.read_scenario(name).notes} & {"SP-A007", "SP-A011"}


@pytest.mark.parametrize(
    ("codes", "whole"),
    [
        (["E12000001", "E07000999", "E06000052"], "E12000001"),  # a district that the register does not list
        (["E15000001", "E06000001", "E08000021"], "E15000001"),  # a class that the register does not list
        (["S92000003", "W06000001", "S12000999"], ""),  # within it by its letter: said as one within another
        (["E12000001", "E06000052", "E08000001"], ""),  # which lie elsewhere
        (["S92000003", "W92000004", "E12000001", "N92000002"], ""),  # one class of wholes
    ],
)
def test_a_region_beside_codes_that_may_lie_within_it_is_warned_of(codes: list[str], whole: str) -> None:
    bids = [[3.0 + 7 * at * at] for at in range(len(codes))]
    totals = [note.value for note in warnings_of(codes, bids) if note.code == "SP-A011"]
    assert [whole] * bool(whole) == [value[1:10] for value in totals]


@pytest.mark.parametrize(("total", "is_one"), [(9000.0, True), (9002.0, True), (9003.0, False), (8997.0, False)])
def test_a_sum_is_told_within_what_rounding_each_number_allows(total: float, is_one: bool) -> None:
    """Four numbers in whole thousands and the fifth beside them: half a unit for each of five."""
    warnings = warnings_of(["a", "b", "c", "d", "t"], [[1001.0], [2002.0], [2996.0], [3001.0], [total]])
    assert bool([note for note in warnings if note.code == "SP-A011"]) is is_one


def test_an_area_that_bids_as_much_as_the_one_before_is_no_total() -> None:
    assert warnings_of(["a", "b", "c", "d"], [[3.0, 5.0], [11.0, 2.0], [7.0, 29.0], [7.0, 29.0]]) == []
    (warning,) = warnings_of(["a", "b", "c", "d"], [[3.0, 5.0], [11.0, 2.0], [14.0, 7.0], [7.0, 29.0]])
    assert 'the sum of those from "a" to "b"' in warning.value


@pytest.mark.parametrize(("total", "is_one"), [(714.0, True), (716.0, False)])
def test_a_subtotal_far_down_is_allowed_no_more_than_one_at_the_top(total: float, is_one: bool) -> None:
    """Half a unit for each of its two areas and itself, wherever they stand."""
    above = [[1003.0], [1109.0], [1217.0], [1327.0], [1433.0], [1549.0]]
    codes = [f"a{number}" for number in range(len(above) + 3)]
    warnings = warnings_of(codes, [*above, [311.0], [402.0], [total]])
    assert bool([note for note in warnings if note.code == "SP-A011"]) is is_one
