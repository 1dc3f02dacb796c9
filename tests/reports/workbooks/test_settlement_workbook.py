"""The workbook of a settlement: every figure is the settlement's, nothing in it runs, and LibreOffice agrees."""

from __future__ import annotations

import io
import re
import subprocess
import zipfile
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import unescape

import openpyxl
import pandas as pd
import pytest
from hypothesis import given

import singlepot as sp
from singlepot.reports.logs.logs import logs
from singlepot.reports.text.answer import answer
from singlepot.reports.workbooks.answer_sheets import years_sheet
from singlepot.reports.workbooks.cells import cut
from singlepot.reports.workbooks.references import TOP
from singlepot.reports.workbooks.settlement_sheets import settlement_sheets
from singlepot.reports.workbooks.settlement_workbook import settlement_workbook
from singlepot.reports.workbooks.sheet_writing import write_sheets
from singlepot.reports.workbooks.sheets import Column, Sheet

from ... import strategies

NASTY = (
    '=cmd|"/c calc"!A1',
    "<script>alert(1)</script></script>",
    "\"quotes\" & 'apostrophes' & {{braces}}",
    "📈 emoji 👩👧",
    "\u05e9\u05dc\u05d5\u05dd مرحبا",
    "+1 @SUM(A1:A9) [x]#REF!",
    "x" * 200,
    "https://example.org/?a=b&c=<d>",
)
"""Names that do harm where they are taken for more than text; longer ones are refused on reading."""

WORSE = (
    *NASTY,
    "\u202emirrored",
    "👩\u200d👩\u200d👧",
    "y" * 300,
    "📈" * 20_000,
    "a\x00b\x07c_x0041_",
    "\ttab",
    "line\nline",
)
"""Texts that no checked scenario holds."""

SHEETS = (
    *("Cover", "Contents", "Notes", "Shortfall", "Gains and losses", "By year", "Inputs", "Totals", "National", "Pot"),
    *("Areas", "Grants", "Targets", "Asks", "Take-up", "Stages", "Objectives", "Assumptions", "Decisions", "Data"),
    *("Verification", "Versions", "Transparency record"),
)

OURS = {"National": "national", "Pot": "pot", "Grants": "grants", "Targets": "targets"}
OURS |= {"Asks": "asks", "Take-up": "take_up", "Stages": "stages"}
"""Sheet → table of the settlement."""


@lru_cache
def settled(name: str) -> sp.Settlement:
    return sp.settle(sp.read_scenario(name))


@lru_cache
def hostile() -> sp.Settlement:
    """Bucks and Burnley, with every text that a user may write made as harmful as it goes."""
    base = sp.read_scenario("bucks-and-burnley")
    areas = base.areas.assign(name=list(NASTY[:3]), region=NASTY[3], type=NASTY[5])
    objectives = base.objectives.assign(name=[NASTY[4], NASTY[6]], unit=[NASTY[1] + NASTY[6][:150]] * 2)
    options = base.options.assign(name=NASTY[0])
    keys = list(base.options["option"])
    renamed = {key: f"=x{number}|<b>" for number, key in enumerate(keys)}
    options["option"] = options["option"].map(renamed)
    years = base.option_years.assign(option=base.option_years["option"].map(renamed))
    return sp.settle(
        base.with_(areas=areas, objectives=objectives, options=options, option_years=years, title=NASTY[7])
    )


@lru_cache
def written(name: str) -> bytes:
    settlement = hostile() if name == "hostile" else settled(name)
    return settlement_workbook(settlement, logs(settlement))


def opened(content: bytes, *, values: bool = False) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content), data_only=values)


def check_cells(settlement: sp.Settlement, content: bytes) -> int:
    """Compare every cell of every sheet with its table, exactly, and say how many there were."""
    book = opened(content, values=True)
    compared = 0
    for sheet in settlement_sheets(settlement):
        own = settlement.tables[OURS[sheet.name]] if sheet.name in OURS else sheet.table
        shown = {column.source: at for at, column in enumerate(sheet.columns, start=1)}
        assert sheet.name not in OURS or set(own.columns) <= set(shown), sheet.name
        for source in own.columns:
            if source not in shown:
                continue
            for row, cell in enumerate(own[source].tolist(), start=TOP + 2):
                result = book[sheet.name].cell(row, shown[source]).value
                assert same(result, cell), (sheet.name, source, row, result, cell)
                compared += 1
    return compared


def same(found: object, cell: Any) -> bool:
    if isinstance(cell, str):
        return found == (cut(cell) or "[z]")
    return found == "[x]" if cell is None or cell != cell else bool(found == cell)


@pytest.mark.parametrize("name", ["england", "levelling-up-fund", "hostile"])
def test_every_figure_is_the_settlements(name: str) -> None:
    settlement = hostile() if name == "hostile" else settled(name)
    assert check_cells(settlement, written(name)) > 100


@given(strategies.drafts())
def test_every_figure_of_any_settlement(made: strategies.Draft) -> None:
    """Several envelopes, ranges of years, no objectives, a centre: whatever a scenario may hold."""
    settlement = sp.settle(strategies.scenario(made))
    content = settlement_workbook(settlement, logs(settlement))
    check_cells(settlement, content)
    sums = opened(content, values=True)["Totals"]
    assert all(row[7].value == "agrees" for row in sums.iter_rows(min_row=TOP + 2))


def test_areas_add_up_their_cells() -> None:
    """The one sheet that is no table of the settlement: sums by area, worked out here again."""
    settlement = settled("england")
    areas = next(sheet for sheet in settlement_sheets(settlement) if sheet.name == "Areas").table.set_index("code")
    for code, group in settlement.grants.groupby("area"):
        row = areas.loc[code]
        assert row["pounds"] == sum(group["pounds"])
        assert row["grant"] == pytest.approx(sum(group["grant"]), rel=1e-12)
        assert row["change_per_head"] == pytest.approx(1e6 * sum(group["change"]) / row["population"], rel=1e-9)
        assert row["asks"] == int((settlement.asks["area"] == code).sum())


@pytest.mark.parametrize("name", ["england", "levelling-up-fund", "hostile"])
def test_sheets_are_as_the_guidance_asks(name: str) -> None:
    """One marked table a sheet under a title, no merged or empty cells, headers that stay and filter, no colours."""
    content = written(name)
    book = opened(content)
    assert tuple(book.sheetnames) == SHEETS
    assert book.active is not None and book.active.title == "Cover"
    for sheet in book.worksheets[1:]:
        (table,) = sheet.tables.values()
        first, last = table.ref.split(":")
        assert sheet["A1"].value and first == f"A{TOP + 1}"
        assert table.autoFilter is not None and sheet.freeze_panes == f"B{TOP + 2}"
        assert not sheet.merged_cells.ranges
        headers = [cell.value for cell in sheet[first:last][0]]
        assert headers == [column.name for column in table.tableColumns]
        assert len({header.casefold() for header in headers}) == len(headers)
        body = sheet[first:last][:-1] if table.totalsRowCount else sheet[first:last]
        assert all(cell.value not in (None, "") for row in body for cell in row), sheet.title
        assert sheet.max_row == int(re.sub("[A-Z]", "", last))
        assert sheet.max_column == len(headers)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        styles = archive.read("xl/styles.xml").decode()
        kinds = {part.filename.split("/")[1] for part in archive.infolist() if part.filename.startswith("xl/")}
        text = "".join(archive.read(part).decode() for part in archive.namelist())
    assert "<fgColor" not in styles.replace('<fgColor rgb="FFFFFFFF"/>', "") and "<color rgb" not in styles
    assert not kinds & {"externalLinks", "vbaProject.bin", "connections.xml"}
    assert "http://example" not in text.replace("https://example.org", "") and "TargetMode" not in text


@pytest.mark.parametrize("name", ["england", "levelling-up-fund", "hostile"])
def test_charts_are_drawn_from_cells_and_begin_at_nothing(name: str) -> None:
    """Each chart of the cover names the cells of a sheet, holds what they hold, and its axis begins at or below 0."""
    content = written(name)
    book = opened(content, values=True)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        charts = [archive.read(part).decode() for part in archive.namelist() if part.startswith("xl/charts/chart")]
        drawing = archive.read("xl/drawings/drawing1.xml").decode()
    settlement = hostile() if name == "hostile" else settled(name)
    assert len(charts) == 1 + (len(settlement.national) > 0) == drawing.count("descr=")
    for chart in charts:
        bars = re.findall(r"<c:f>'([^']*)'!([$A-Z0-9:]*)</c:f>", chart)
        assert [sheet for sheet, _ in bars] in (["Shortfall"] * 2, ["Gains and losses"] * 2)
        for (sheet, cells), cache in zip(bars, re.findall(r"<c:ptCount.*?</c:(?:str|num)Cache>", chart), strict=True):
            there = [cell.value for (cell,) in book[sheet][cells.replace("$", "")]]
            shown = [unescape(text) for text in re.findall("<c:v>(.*?)</c:v>", cache)]
            assert len(there) == len(book[sheet]["A"]) - TOP - 1
            assert [str(value) for value in there] == shown or [float(text) for text in shown] == pytest.approx(there)
        assert (
            float(re.findall('<c:min val="(.*?)"', chart)[0]) <= 0 <= float(re.findall('<c:max val="(.*?)"', chart)[0])
        )


@pytest.mark.parametrize("name", ["england", "levelling-up-fund"])
def test_the_sheet_by_year_holds_every_pound_once(name: str) -> None:
    settlement, sheet = settled(name), opened(written(name), values=True)["By year"]
    rows = list(sheet.iter_rows(min_row=TOP + 1, values_only=True))
    years = settlement.scenario.settings.years
    assert rows[0][2:] == (*(f"{year} (£)" for year in years), "All years (£)")
    grants = settlement.grants.groupby(["area", "year"])["pounds"].sum()
    for row in rows[1:-1]:
        assert row[2:] == (*(grants[row[0], year] for year in years), grants[row[0]].sum())
    assert {row[0] for row in rows[1:-1]} == set(settlement.grants["area"])
    assert rows[-1][-1] == settlement.grants["pounds"].sum()


def test_a_row_of_the_sheet_by_year_is_an_area_and_an_envelope_where_there_are_several() -> None:
    base = sp.read_scenario("bucks-and-burnley")
    halves = [base.pot.assign(amount=base.pot["amount"] / 2, envelope=name) for name in ("capital", "revenue")]
    bids = [base.bids.assign(amount=base.bids["amount"] / 2, envelope=name) for name in ("capital", "revenue")]
    years = base.option_years.rename(columns={"grant": "grant_capital"})
    settlement = sp.settle(base.with_(pot=pd.concat(halves), bids=pd.concat(bids), option_years=years))
    table = years_sheet(settlement).table
    assert len(table) == 2 * len(base.areas)
    assert table["all"].sum() == settlement.grants["pounds"].sum()


def test_the_sheet_of_gains_names_both_ends() -> None:
    rows = list(
        opened(written("england"), values=True)["Gains and losses"].iter_rows(min_row=TOP + 2, values_only=True)
    )
    settlement = settled("england")
    change = settlement.grants.groupby("area")["change"].sum().sort_values(ascending=False)
    names = settlement.scenario.areas.set_index("code")["name"]
    assert [row[0] for row in rows] == [names[code] for code in (*change.index[:10], *change.index[-10:])]
    assert [row[4] for row in rows] == pytest.approx([*change.iloc[:10], *change.iloc[-10:]])


def test_the_sheet_of_shortfalls_shows_the_worst_year_of_each_objective() -> None:
    rows = list(opened(written("england"), values=True)["Shortfall"].iter_rows(min_row=TOP + 2, values_only=True))
    national = settled("england").national.assign(share=lambda table: table["shortfall"] / table["target"])
    assert [row[0] for row in rows] == list(settled("england").scenario.objectives["name"])
    for row, key in zip(rows, settled("england").scenario.objectives["key"], strict=True):
        assert row[6] == national[national["objective"] == key]["share"].max()


def test_the_sheet_of_inputs_lists_what_levers_move() -> None:
    rows = list(opened(written("england"), values=True)["Inputs"].iter_rows(min_row=TOP + 2, values_only=True))
    values = {lever: value for _, value, _, lever in rows}
    assert values["pot"] == 10_600 and values["rules.grant_floor"] == 0.7 and values["weight.carbon"] == 1
    assert "rules.own_cost_ceiling" in values and "give.cost" not in values


def test_the_cover_answers() -> None:
    lines = [cell.value for cell in opened(written("england"))["Cover"]["A"] if cell.value]
    at = lines.index("The answer")
    assert lines[at + 1 : at + 5] == answer(settled("england"))
    assert lines[at + 1].startswith("Bids £11,660.0m, pot £10,600.0m")
    assert lines[at + 4].startswith("Proved: ")


@pytest.mark.parametrize("name", ["england", "hostile"])
def test_money_says_its_unit_and_is_shown_as_money(name: str) -> None:
    book = opened(written(name))
    sheet = book["Grants"]
    headers = {cell.value: cell.column for cell in sheet[TOP + 1]}
    assert sheet.cell(TOP + 2, headers["Grant (£ million)"]).number_format == "#,##0.000"
    assert sheet.cell(TOP + 2, headers["Grant (whole £)"]).number_format == "#,##0"


def test_texts_are_never_formulas() -> None:
    """The only formulas are ours: totals and sums over cells; the harmful texts stand where they belong, whole."""
    book = opened(written("hostile"))
    rows = set()
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    assert re.match(r"=(SUBTOTAL\(109,|SUMPRODUCT\(|SUM\(|MAX\(0,|IF\(ABS\(|\$)", cell.value), (
                        cell.value
                    )
                elif isinstance(cell.value, str):
                    rows.add(cell.value)
                assert cell.hyperlink is None or cell.hyperlink.target is None
    assert set(NASTY[:4]) | {NASTY[4], NASTY[6]} <= rows
    assert any(re.match(r"=x\d+\|<b>", text) for text in rows)


def test_any_text_is_a_text() -> None:
    """Texts that no checked scenario holds, in titles, headers and cells: whole, or cut where Excel's limits end."""
    table = pd.DataFrame({"a": WORSE, "b": range(len(WORSE))})
    columns = [Column("a", text, "long") for text in (*WORSE, WORSE[0])] + [Column("b", "b", "whole", True)]
    content = write_sheets(WORSE[0], "GBP", [Sheet("Contents", WORSE[11], WORSE[12], table, columns)])
    sheet = opened(content)["Contents"]
    (marked,) = sheet.tables.values()
    headers = [cell.value for cell in sheet[marked.ref][0]]
    assert len({header.casefold() for header in headers}) == len(columns)
    assert all(0 < len(header) <= 255 for header in headers)
    for row, text in enumerate(WORSE, start=TOP + 2):
        cell = sheet.cell(row, 1)
        assert cell.data_type == "s"
        written = {WORSE[11]: "📈" * 16_383 + "…", WORSE[12]: "a_x0000_b_x0007_c_x0041_"}  # as openpyxl reads them
        assert cell.value == written.get(text, text)


def test_same_settlement_same_bytes(tmp_path: Path) -> None:
    settlement = hostile()
    settlement.write(tmp_path / "s")
    again = sp.read_settlement(tmp_path / "s")
    for _ in range(2):
        assert settlement_workbook(again, logs(again)) == written("hostile")


def test_a_table_of_another_length_is_noticed() -> None:
    """The comparison of this file can fail: a figure that differs in the last digit is found."""
    settlement = settled("bucks-and-burnley")
    content = settlement_workbook(settlement, logs(settlement))
    moved = settlement.grants.assign(grant=settlement.grants["grant"] * (1 + 2e-16) + 1e-15)
    changed = sp.Settlement(**{**{name: getattr(settlement, name) for name in FIELDS}, "grants": moved})
    with pytest.raises(AssertionError, match="grant"):
        check_cells(changed, content)


FIELDS = ("scenario", "grants", "targets", "national", "asks", "pot", "take_up", "stages", "certificate", "provenance")


@pytest.fixture(scope="module")
def recalculated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, openpyxl.Workbook]:
    """Workbooks whose formulas lost their values, opened and saved by LibreOffice."""
    folder = tmp_path_factory.mktemp("office")
    names = ("england", "levelling-up-fund", "hostile")
    for name in names:
        (folder / f"{name}.xlsx").write_bytes(without_values(written(name)))
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(folder / "out")]
    subprocess.run([*command, *(str(folder / f"{name}.xlsx") for name in names)], check=True, capture_output=True)
    return {name: opened((folder / "out" / f"{name}.xlsx").read_bytes(), values=True) for name in names}


def without_values(content: bytes) -> bytes:
    """Take the stored value of every formula away, so that whoever shows one has worked it out."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            data = old.read(part)
            if part.filename.startswith("xl/worksheets/sheet"):
                data = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", data)
            new.writestr(part, data)
    return buffer.getvalue()


@pytest.mark.needs("soffice")
@pytest.mark.parametrize("name", ["england", "levelling-up-fund", "hostile"])
def test_libreoffice_works_out_our_totals(name: str, recalculated: dict[str, openpyxl.Workbook]) -> None:
    """No error cell anywhere; every sum agrees with the settlement, and every total with its column."""
    settlement = hostile() if name == "hostile" else settled(name)
    book = recalculated[name]
    assert tuple(book.sheetnames) == SHEETS
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "e", (sheet.title, cell.coordinate, cell.value)
    rows = list(book["Totals"].iter_rows(min_row=TOP + 2, values_only=True))
    assert len(rows) == 3 * len(settlement.national) + 2 * len(settlement.pot) + 4
    for what, year, _, _, value, text, _, agrees in rows:
        assert agrees == "agrees", (what, year)
        assert value == pytest.approx(text, rel=1e-9, abs=1e-9)
    total = book["Grants"].cell(TOP + 2 + len(settlement.grants), 8).value
    assert total == settlement.grants["pounds"].sum()
    check_totals(settlement, book)


def check_totals(settlement: sp.Settlement, book: openpyxl.Workbook) -> None:
    for sheet in settlement_sheets(settlement):
        for at, column in enumerate(sheet.columns, start=1):
            if column.total and len(sheet.table):
                result = book[sheet.name].cell(TOP + 2 + len(sheet.table), at).value
                assert result == pytest.approx(pd.Series(sheet.table[column.source]).sum(), rel=1e-9), column.header


@pytest.mark.needs("soffice")
def test_a_sum_that_differs_is_said(tmp_path: Path) -> None:
    """A grant that somebody changes in the workbook makes the sheet Totals say so."""
    book = opened(written("levelling-up-fund"))
    cell = book["Grants"].cell(TOP + 2, 6)
    cell.value += 1.0
    book.save(tmp_path / "moved.xlsx")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path / "out")]
    subprocess.run([*command, str(tmp_path / "moved.xlsx")], check=True, capture_output=True)
    sums = opened((tmp_path / "out" / "moved.xlsx").read_bytes(), values=True)["Totals"]
    text = [row[7] for row in sums.iter_rows(min_row=TOP + 2, values_only=True)]
    assert text.count("DIFFERS") == 2
