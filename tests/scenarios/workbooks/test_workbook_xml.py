"""What a workbook says beside its cells is seen however its XML is written, and said wherever notes are said."""

from __future__ import annotations

import io
import json
import logging
import random
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import singlepot as sp
from singlepot.cli import cli
from singlepot.models.diagnostics.problems import BadInputError
from singlepot.scenarios.workbooks.archive import Formats
from singlepot.scenarios.workbooks.scan import Facts, scan_sheet

from ...examples import tries

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

SHEETS = {
    "scenario": [["key", "value"], ["schema", 1], ["years", "2026-27"]],
    "areas": [["code", "name"], ["A", "Aston"], ["B", "Barton"], ["C", "Carton"]],
    "pot": [["year", "amount"], ["2026-27", 20]],
    "bids": [["area", "year", "amount"], ["A", "2026-27", 12], ["B", "2026-27", 9], ["C", "2026-27", 8]],
}


def book(change: Callable[[openpyxl.Workbook], object] = lambda _: None) -> bytes:
    """A workbook as openpyxl writes it, without the request to be calculated that openpyxl puts into every one."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in SHEETS.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    change(made)
    file = io.BytesIO()
    made.save(file)
    return edited(file.getvalue(), "xl/workbook.xml", lambda text: text.replace(' fullCalcOnLoad="1"', ""))


def edited(content: bytes, part: str, change: Callable[[str], str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, change(text.decode()).encode() if name == part else text)
    return file.getvalue()


def with_formula(formula: str, calculation: str) -> bytes:
    """The workbook with a formula in bids!C2 and its calculation properties as XML."""
    content = edited(book(), "xl/worksheets/sheet4.xml", lambda text: text.replace("<v>12</v>", formula))
    return edited(content, "xl/workbook.xml", lambda text: re.sub("<calcPr[^>]*/>", calculation, text))


# ---------------------------------------------------------------- formulas


@pytest.mark.parametrize(
    "asked",
    [
        "fullCalcOnLoad='1'",
        'fullCalcOnLoad="true"',
        'forceFullCalc="1"',
        'calcCompleted="0"',
        'calcMode="manual" calcOnSave="0"',
    ],
)
@pytest.mark.parametrize("formula", ["<f>6*2</f><v>0</v>", '<f t="array" ref="C2:C3">6*2</f><v>0</v>'])
def test_the_value_of_a_formula_is_not_taken_where_calculation_is_asked_for(
    asked: str, formula: str, tmp_path: Path
) -> None:
    path = tmp_path / "plan.xlsx"
    path.write_bytes(with_formula(formula, f"<calcPr {asked}/>"))
    with pytest.raises(BadInputError) as caught:
        sp.read_scenario(path)
    cells = ["bids!C2", "bids!C3"] if "array" in formula else ["bids!C2"]
    assert [(problem.code, problem.place) for problem in caught.value.problems] == [("SP-X020", c) for c in cells]


@pytest.mark.parametrize("asked", ["", "calcId='191029'", "fullCalcOnLoad='0' calcMode='manual'"])
def test_the_value_of_a_formula_is_taken_where_it_was_calculated(asked: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    path.write_bytes(with_formula("<f>6*2</f><v>12</v>", f"<calcPr {asked}/>"))
    assert sp.read_scenario(path).bids["amount"].tolist() == [12.0, 9.0, 8.0]


def test_calculation_that_is_asked_for_is_nothing_to_a_workbook_without_formulas(tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    path.write_bytes(with_formula("<v>12</v>", "<calcPr fullCalcOnLoad='1'/>"))
    assert sp.check_scenario(path).ready


@pytest.mark.parametrize("empty", ["<f>6*2</f>", "<f>6*2</f><v/>", "<f>6*2</f><v></v>", "<f/>"])
def test_a_formula_without_a_value_is_refused(empty: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    path.write_bytes(with_formula(empty, "<calcPr/>"))
    assert [(p.code, p.place) for p in sp.check_scenario(path).problems] == [("SP-X020", "bids!C2")]


def test_a_header_that_is_a_formula_without_a_value_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    content = book(lambda made: made["bids"].__setitem__("D1", '="no"&"te"'))
    path.write_bytes(edited(content, "xl/worksheets/sheet4.xml", lambda text: text.replace("<v />", "<v>note</v>")))
    with_value = sp.check_scenario(path)
    assert with_value.ready, with_value.problems
    text = edited(
        path.read_bytes(), "xl/workbook.xml", lambda text: text.replace("<calcPr", "<calcPr forceFullCalc='1'")
    )
    path.write_bytes(text)
    assert [(p.code, p.place) for p in sp.check_scenario(path).problems] == [("SP-X020", "bids!D1")]


# ---------------------------------------------------------------- what is hidden


def hide(made: openpyxl.Workbook) -> None:
    made["bids"].row_dimensions[3].hidden = True
    made["areas"].sheet_state = "veryHidden"
    made["pot"].column_dimensions["B"].hidden = True


HIDDEN = ["sheet areas: got a hidden sheet", "sheet pot: got hidden columns: B", "sheet bids: got 1 hidden row: 3"]


def test_what_is_hidden_is_a_note_wherever_notes_are_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """In ``check``, in its JSON, in the findings, on the scenario, in the log and in the record of the run."""
    path, out = tmp_path / "plan.xlsx", tmp_path / "out"
    path.write_bytes(book(hide))
    shown = CliRunner().invoke(cli, ["check", str(path)]).output
    written = json.loads(CliRunner().invoke(cli, ["check", str(path), "--json"]).output)["notes"]
    with caplog.at_level(logging.INFO, logger="singlepot"):
        scenario = sp.read_scenario(path)
    sp.settle(scenario).write(out)
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))["notes"]
    findings = sp.check_scenario(path)
    assert [note.code for note in findings.notes] == ["SP-X027"] * 3
    assert written == record == [note.as_dict() for note in findings.notes]
    assert scenario.notes == findings.notes
    for words in HIDDEN:
        assert f"note: SP-X027 plan.xlsx {words}" in shown
        assert words in caplog.text


def test_notes_of_the_source_stay_with_a_changed_copy_and_are_no_part_of_what_it_says(tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    path.write_bytes(book(hide))
    scenario = sp.read_scenario(path)
    changed = scenario.with_(title="again")
    assert changed.notes == scenario.notes
    assert [note.table for note in scenario.with_(bids=scenario.bids).notes] == ["areas", "pot"]
    path.write_bytes(book())
    assert scenario == sp.read_scenario(path)


PLAIN = """<worksheet xmlns="%s"><cols><col min="2" max="2" width="9" hidden="1"/></cols><sheetData>
<row r="1"><c r="A1" t="inlineStr"><is><t>area</t></is></c><c r="B1" s="3"><v>1</v></c></row>
<row r="2" hidden="1"><c r="A2"><f>1+1</f><v>2</v></c><c r="B2"><f>1+1</f></c></row>
<row r="3" spans="1:2" hidden="true" ht="12"><c r="A3" s="3"/><c r="B3" t="e"><v>#N/A</v></c></row>
<row r="4" hidden="0" ht="0" customHeight="1"><c r="B4"><f>x</f><v>5</v></c></row>
<row r="5" hidden="1"/><row r="6"><c r="A6" s="4"><v>7</v></c></row>
</sheetData><mergeCells><mergeCell ref="A1:B1"/></mergeCells>
<extLst xmlns:xm="urn:x"><ext><xm:f>A1</xm:f><xm:row hidden="1"/></ext></extLst></worksheet>"""


def facts_of(text: str) -> Facts:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("sheet.xml", text)
    with zipfile.ZipFile(file) as archive:
        return scan_sheet(archive, "sheet.xml", Formats(frozenset([3]), frozenset([4])))


def rewritten(text: str, rng: random.Random) -> str:
    """The same XML in another hand: order and quotes of attributes, spaces, comments, prefix, references left out."""
    prefix = rng.choice(["", "", "x:"])
    bare = rng.random() < 0.3

    def element(match: re.Match[str]) -> str:
        close, name, attributes, empty = match.groups()
        pairs = re.findall(r'([\w:]+)="([^"]*)"', attributes)
        if bare and name in ("row", "c"):
            pairs = [pair for pair in pairs if pair[0] != "r" or name == "c"]
        if prefix and name == "worksheet":
            pairs = [("xmlns:x" if key == "xmlns" else key, value) for key, value in pairs]
        rng.shuffle(pairs)
        space = rng.choice([" ", "  ", "\n", "\t"])
        quote = rng.choice(["'", '"'])
        written = "".join(f"{space}{key}{rng.choice(['', ' '])}={quote}{value}{quote}" for key, value in pairs)
        name = name if ":" in name else prefix + name
        end = rng.choice(["", " "])
        if empty and rng.random() < 0.5:
            return f"<{name}{written}></{name}>"
        return f"<{close}{name}{written}{end}{empty}>" + rng.choice(["", "", "<!-- <row hidden='1'> -->"])

    return re.sub(r"<(/?)([\w:]+)([^<>]*?)(/?)>", element, text)


@tries(60)
@given(st.randoms(use_true_random=False))
def test_a_sheet_says_the_same_in_every_hand(rng: random.Random) -> None:
    plain = PLAIN % MAIN
    expected = facts_of(plain)
    assert (expected.hidden_rows, expected.first_hidden, expected.hidden_columns) == (3, 2, ["B"])
    assert (expected.rows, expected.columns, expected.cells) == (6, 2, 6)
    assert (expected.uncalculated, expected.errors, expected.merged) == (["B2"], {"B3": "#N/A"}, ["A1:B1"])
    assert {name: list(rows) for name, rows in expected.percent.items()} == {"B": [1], "A": [3]}
    assert {name: list(rows) for name, rows in expected.padded.items()} == {"A": [6]}
    assert facts_of(rewritten(plain, rng)) == expected
