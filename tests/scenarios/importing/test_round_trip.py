"""A table that was exported and published is imported as the same scenario, and every cell is accounted for."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

import singlepot as sp
from singlepot.scenarios.formats.column_letters import number as column_number

from ...strategies import HypothesisPicker, draft, scenario
from .published import Published, canonical, publish


@st.composite
def publications(draw: st.DrawFn) -> tuple[sp.Scenario, Published]:
    pick = HypothesisPicker(draw)
    made = scenario(draft(pick))
    return made, publish(pick, made)


def check(made: sp.Scenario, published: Published, as_workbook: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = published.write(Path(folder), as_workbook)
        imported = sp.import_tables(files, published.map)
        assert canonical(imported.scenario) == canonical(made)
        left = {(row.file, row.sheet, row.row, column_number(row.column)) for row in imported.left_out.itertuples()}
        assert published.cells(as_workbook, data=False) - left == published.cells(as_workbook, data=True)
        imported.write(Path(folder) / "out")
        findings = sp.check_scenario(Path(folder) / "out")
        assert findings.scenario == imported.scenario
        assert "SP-F023" not in {note.code for note in findings.notes}


@given(publications())
@settings(max_examples=60, deadline=None)
def test_published_files_give_the_same_scenario_and_every_other_cell_is_left_out(
    drawn: tuple[sp.Scenario, Published],
) -> None:
    check(*drawn, as_workbook=False)


@given(publications())
@settings(max_examples=8, deadline=None)
def test_a_published_workbook_gives_the_same_scenario_too(drawn: tuple[sp.Scenario, Published]) -> None:
    check(*drawn, as_workbook=True)
