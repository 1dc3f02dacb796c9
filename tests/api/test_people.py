"""The command line as people meet it: names in any case, problems in groups, names as people sort them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import singlepot as sp
from singlepot.cli import _run
from singlepot.models.diagnostics.problems import FEW, Diagnostic, listed
from singlepot.models.natural_order import natural
from singlepot.models.scenario.area_names import matching_areas
from singlepot.reports.page import area_page_html


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("settled") / "out"
    sp.settle("bucks-and-burnley").write(folder)
    return folder


@pytest.mark.parametrize("name", ["Burnley", "burnley", " BURNLEY ", "E07000117", "e07000117"])
def test_an_area_is_found_by_code_and_name_in_any_case(
    name: str, settled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(["why", str(settled), name]) == 0
    assert capsys.readouterr().out.startswith("Burnley (E07000117)")
    settlement = sp.read_settlement(settled)
    assert sp.explain_area(settlement, name).area == "E07000117"
    assert "Burnley" in area_page_html(settlement, name)
    assert set(sp.measure_stability(settlement, [name])["area"]) == {"E07000117"}


def test_an_area_that_is_none_is_asked_back(settled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(["why", str(settled), "burnly"]) == 2
    assert 'did you mean "Burnley"?' in capsys.readouterr().err


@given(st.text(min_size=1, max_size=12).filter(str.strip))
def test_a_name_is_its_own_whatever_its_case(name: str) -> None:
    assert matching_areas(f"  {name.casefold()} ", {"code-1": name, "code-2": f"{name}x"}) == ["code-1"]
    assert matching_areas(f"{name.casefold()} ", {"code-1": name, "code-2": name}) == ["code-1", "code-2"]


def test_a_code_goes_before_a_name_and_exact_before_near() -> None:
    assert matching_areas("A", {"A": "Aston", "B": "A"}) == ["A"]
    assert matching_areas("hull", {"A": "Hull", "B": "hull"}) == ["B"]
    assert matching_areas("a", {"A": "Aston", "B": "a"}) == ["B"]


def test_problems_of_one_kind_are_one_line_with_count_and_places(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two habits of a newcomer in more than twenty cells: two lines; all of them in JSON."""
    sp.write_scenario(sp.read_scenario("bucks-and-burnley"), tmp_path / "new")
    for name in ("bids", "targets", "option_years"):
        path = tmp_path / "new" / f"{name}.csv"
        path.write_text(path.read_text(encoding="utf-8").replace("2026-27", "2026/28"), encoding="utf-8")
    bids = tmp_path / "new" / "bids.csv"
    bids.write_text(bids.read_text(encoding="utf-8").replace("E0", "EO"), encoding="utf-8")
    assert _run(["check", str(tmp_path / "new")]) == 3
    lines = capsys.readouterr().err.splitlines()
    assert _run(["check", str(tmp_path / "new"), "--json"]) == 3
    problems = json.loads(capsys.readouterr().out)["problems"]
    counts = {name: sum(problem["column"] == "year" and problem["table"] == name for problem in problems)
              for name in ("bids", "targets", "option_years")}  # fmt: skip
    assert counts == {"bids": 3, "targets": 6, "option_years": 6}
    assert len(lines) == 3 + 1 + 1 + 1
    assert 'year is written "2026/28" in 6 cells: option_years.csv rows 2, 4, 6 ' in lines[-1]
    assert lines[-1].endswith('write "2026-27"')
    assert any("area is written" in line for line in lines)
    assert "in 6 cells: bids.csv rows 2, 3, 4 \N{HORIZONTAL ELLIPSIS}" in "\n".join(lines)
    assert len(problems) == sum(counts.values()) + 6


KINDS = st.tuples(st.sampled_from(["SP-D011", "SP-D018", "SP-P005"]), st.sampled_from(["year", "amount", ""]))


@given(st.lists(KINDS, max_size=40))
def test_every_problem_is_counted_in_some_line(drawn: list[tuple[str, str]]) -> None:
    problems = [
        Diagnostic(code, "bids", "bids.csv", f"row {row}", column, f'"{row % 7}"')
        for row, (code, column) in enumerate(drawn)
    ]
    lines = listed(problems).splitlines()
    counts = {kind: drawn.count(kind) for kind in drawn}
    assert len(lines) == sum(count if count <= FEW else 1 for count in counts.values())
    for (code, column), count in counts.items():
        if count > FEW:
            assert any(code in line and column in line and f" in {count} " in line for line in lines)


@given(st.lists(st.text("aB1 0-9", max_size=6), max_size=6))
def test_names_have_one_order(names: list[str]) -> None:
    backwards = names[::-1]
    assert sorted(names, key=natural) == sorted(backwards, key=natural)


def test_people_sort_without_regard_to_case_and_numbers_by_size() -> None:
    assert sorted(["b", "A10", "a2", "Z", "a"], key=natural) == ["a", "a2", "A10", "b", "Z"]
