"""Workbooks that are not what they should be are named, cell by cell; what is certain is read and noted."""

from __future__ import annotations

import io
import logging
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import openpyxl
import pytest

import singlepot as sp
from singlepot.models.diagnostics.problems import CODES, BadInputError
from singlepot.scenarios.writing.writing import write_scenario

from ...places import INPUT
from .workbook_cases import CASES, FILES, Case, changed


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("sound") / "full.xlsx"
    write_scenario(sp.read_scenario(INPUT / "full"), path)
    return path.read_bytes()


def refusal(path: Path) -> BadInputError:
    with pytest.raises(BadInputError) as caught:
        sp.read_scenario(path)
    return caught.value


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.number} {case.what}")
def test_a_broken_workbook_is_refused_with_its_code_and_cell_or_read_right(
    case: Case, sound: bytes, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(changed(sound, case.change))
    with caplog.at_level(logging.WARNING, logger="singlepot"):
        if case.code:
            check_refused(refusal(path), case)
        else:
            read = sp.read_scenario(path)
            assert read == sp.read_scenario(INPUT / "full") or not case.same
            for words in case.says:
                assert words in text_of(read.notes)
    assert "Traceback" not in caplog.text


def text_of(notes: Iterable[sp.Diagnostic]) -> str:
    return "\n".join(map(str, notes))


def check_refused(found: BadInputError, case: Case) -> None:
    assert sorted(problem.code for problem in found.problems) == sorted((case.code, *case.also)), str(found)
    first = next(problem for problem in found.problems if problem.code == case.code)
    assert (first.file, first.place) == ("book.xlsx", case.place)
    for words in case.says:
        assert words in str(first)
    assert "\n" not in str(first)


@pytest.mark.parametrize(
    ("number", "what", "make", "code", "says"), FILES, ids=[f"{case[0]} {case[1]}" for case in FILES]
)
def test_what_is_no_workbook_is_refused_with_how_to_convert_it(
    number: int,
    what: str,
    make: Callable[[bytes], bytes],
    code: str,
    says: tuple[str, ...],
    sound: bytes,
    tmp_path: Path,
) -> None:
    """Cases 11 and 13: said by the first bytes, with how to convert it."""
    path = tmp_path / "book.xlsx"
    path.write_bytes(make(sound))
    if what == "a part damaged":
        path.write_bytes(
            with_part(sound, "xl/worksheets/sheet2.xml", lambda text: text.replace(b"<row", b"\0<", 3)[:-400])
        )
    problems = refusal(path).problems
    assert [problem.code for problem in problems] == [code], problems
    for words in says:
        assert words in str(problems[0])


def with_part(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """A workbook with one part changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, change(old.read(part)) if part == name else old.read(part))
        if name not in old.namelist():
            new.writestr(name, change(b""))
    return file.getvalue()


def test_case_12_a_file_open_elsewhere(sound: bytes, tmp_path: Path) -> None:
    """Reading notes it; writing refuses; Excel's own file is named for what it is."""
    path = tmp_path / "book.xlsx"
    path.write_bytes(sound)
    (tmp_path / "~$book.xlsx").write_bytes(b"\x05Ann")
    scenario = sp.read_scenario(path)
    assert "book.xlsx: got a workbook that is open in Excel; what is not saved" in text_of(scenario.notes)
    with pytest.raises(BadInputError, match=r"^SP-X007 book\.xlsx.*close it there"):
        write_scenario(scenario, path, overwrite=True)
    assert path.read_bytes() == sound
    assert "keeps beside an open workbook" in str(refusal(tmp_path / "~$book.xlsx"))


def test_case_12_a_file_without_permission(sound: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(sound)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("singlepot.scenarios.reading.one_file.kind_of", refuse)
    assert [problem.code for problem in refusal(path).problems] == ["SP-F003"]
    assert "close it there" in str(refusal(path))
    monkeypatch.undo()
    scenario = sp.read_scenario(path)
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(BadInputError, match="SP-X007"):
        write_scenario(scenario, path, overwrite=True)
    assert [item.name for item in tmp_path.iterdir()] == ["book.xlsx"]


PROBE = """
import resource, sys
import singlepot as sp
try:
    sp.read_scenario(sys.argv[1])
except sp.BadInputError as refused:
    print(refused)
both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
own = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))  # since this program began
print(sum(use.ru_utime + use.ru_stime for use in both), max(int(own.split()[1]), both[1].ru_maxrss))
"""


def measured(path: Path) -> tuple[str, float, float]:
    """What is said of a workbook, in how many CPU seconds, and with how many MB at most in any process."""
    done = subprocess.run([sys.executable, "-c", PROBE, path], capture_output=True, text=True, check=True)
    output, _, figures = ("\n" + done.stdout.rstrip()).rpartition("\n")
    cpu_s, kilobytes = map(float, figures.split())
    return output.strip(), cpu_s, kilobytes / 1000


def refused_cheaply(path: Path, sound: bytes) -> str:
    """What is said of a hostile workbook, which takes little memory and no more CPU than a few sound ones."""
    (path.parent / "sound.xlsx").write_bytes(sound)
    _, usual, _ = measured(path.parent / "sound.xlsx")
    output, cpu_s, memory = measured(path)
    assert (cpu_s < 4 * usual, memory < 500) == (True, True), (cpu_s, usual, memory)
    return output


@pytest.mark.parametrize("cell", ["XFD1048576", "A1048576", "XFD2000"])
def test_case_32_a_stray_cell_far_away(cell: str, sound: bytes, tmp_path: Path) -> None:
    """Refused cheaply, without the reader being asked for the range."""
    path = tmp_path / "far.xlsx"
    path.write_bytes(changed(sound, lambda book: book["bids"].__setitem__(cell, "x")))
    output = refused_cheaply(path, sound)
    if cell == "A1048576":
        assert "SP-D010" in output or "SP-X005" in output, output
    else:
        assert output.startswith(f"SP-X005 far.xlsx bids!{cell}: got a used range of"), output
        assert "delete the stray cell" in output


def test_case_32_a_far_cell_is_seen_however_it_is_written(sound: bytes, tmp_path: Path) -> None:
    path = tmp_path / "far.xlsx"

    def hide(text: bytes) -> bytes:
        return text.replace(b"</sheetData>", b"<row r='1048576'><c r='XFD1048576'><v>1</v></c></row></sheetData>")

    path.write_bytes(with_part(sound, "xl/worksheets/sheet3.xml", hide))
    output = refused_cheaply(path, sound)
    assert output.startswith("SP-X005 far.xlsx"), output


def write_bomb(path: Path, sound: bytes, name: str) -> None:
    """Write a workbook of which one part becomes 300 times larger, without holding it in memory here."""
    with zipfile.ZipFile(io.BytesIO(sound)) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for part in {*old.namelist(), name}:
            with new.open(part, "w", force_zip64=False) as file:
                file.write(old.read(part) if part in old.namelist() else b"")
                for at in range(560 if part == name else 0):
                    file.write(b"<!--" + (b"%d " % at) * 100 + b" " * 999_000 + b"-->")


@pytest.mark.parametrize("name", ["xl/worksheets/sheet3.xml", "xl/media/picture.bin"])
def test_case_31_a_workbook_that_expands_too_far(name: str, sound: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    write_bomb(path, sound, name)
    output = refused_cheaply(path, sound)
    assert output.startswith("SP-X004 bomb.xlsx: got a file that expands to 56"), output


def test_case_31_a_size_that_is_a_lie(sound: bytes, tmp_path: Path) -> None:
    """A part that is longer than the archive says is a damaged one."""
    write_bomb(tmp_path / "bomb.xlsx", sound, "xl/sharedStrings.xml")
    content = bytearray((tmp_path / "bomb.xlsx").read_bytes())
    directory = content.rindex(b"PK\x01\x02", 0, content.rindex(b"sharedStrings.xml"))
    content[directory + 24 : directory + 28] = (1000).to_bytes(4, "little")
    (tmp_path / "bomb.xlsx").write_bytes(bytes(content))
    output = refused_cheaply(tmp_path / "bomb.xlsx", sound)
    assert output.startswith(("SP-X002", "SP-X004")), output


def test_case_31_entities_are_not_expanded(sound: bytes, tmp_path: Path) -> None:
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    for part in ("xl/workbook.xml", "xl/worksheets/sheet3.xml"):
        path = tmp_path / "book.xlsx"
        path.write_bytes(with_part(sound, part, lambda text: text.replace(b"?>", b"?>" + laughs, 1)))
        assert [problem.code for problem in refusal(path).problems] == ["SP-X002"]


def test_case_33_macros_links_and_objects_are_noted(sound: bytes, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    for part in (
        "xl/vbaProject.bin",
        "xl/externalLinks/externalLink1.xml",
        "xl/embeddings/a.bin",
        "xl/connections.xml",
    ):
        sound = with_part(sound, part, lambda text: b"x")
    path.write_bytes(sound)
    read = sp.read_scenario(path)
    assert read == sp.read_scenario(INPUT / "full")
    for what in ("macros", "links to other workbooks", "embedded objects", "connections to databases"):
        assert f"SP-X028 book.xlsx: got {what}; they are neither run nor followed" in text_of(read.notes)


def test_formats_without_content_do_not_count(sound: bytes, tmp_path: Path) -> None:
    """Rows and cells to the end of the sheet that are formatted and hold nothing are no part of the used range."""
    path = tmp_path / "book.xls"

    def format_all(text: bytes) -> bytes:
        far = b'<row r="1048575" ht="20" customHeight="1"/><row r="1048576" hidden="1"><c r="XFD1048576" s="1"/></row>'
        return text.replace(b"</sheetData>", far + b"</sheetData>")

    path.write_bytes(with_part(sound, "xl/worksheets/sheet6.xml", format_all))
    output = refused_cheaply(path, sound)
    assert output == ""


def test_two_sheets_of_one_name(sound: bytes, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(changed(sound, lambda book: setattr(book.copy_worksheet(book["bids"]), "title", "Bids ")))
    assert str(refusal(path)).startswith('SP-X011 book.xlsx sheet Bids: expected one sheet for bids; there are "bids"')


def test_formulas_with_values_are_read(sound: bytes, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"

    def formula(text: bytes) -> bytes:
        assert b"<v>20</v>" in text
        return text.replace(b"<v>20</v>", b"<f>10+10</f><v>20</v>", 1)

    calculated = with_part(sound, "xl/workbook.xml", lambda text: text.replace(b' fullCalcOnLoad="1"', b""))
    path.write_bytes(with_part(calculated, "xl/worksheets/sheet6.xml", formula))
    assert sp.read_scenario(path) == sp.read_scenario(INPUT / "full")


def test_all_problems_of_a_workbook_are_named_at_once(sound: bytes, tmp_path: Path) -> None:
    def break_all(book: openpyxl.Workbook) -> None:
        for case in CASES:
            if case.code == "SP-X021" and case.place:
                case.change(book)
        book["areas"]["G2"] = "many"

    path = tmp_path / "book.xlsx"
    path.write_bytes(changed(sound, break_all))
    places = [problem.place for problem in refusal(path).problems]
    assert {"bids!C2", "bids!A2", "bids!E2", "scenario!B8", "areas!G2"} <= set(places)
    assert len(set(places)) == len(places)


def test_a_workbook_saved_by_libreoffice(tmp_path: Path) -> None:
    """A template that LibreOffice opened and saved says what it said."""
    read = sp.read_scenario(INPUT / "workbooks" / "libreoffice.xlsx")
    sp.write_template(tmp_path / "plan.xlsx")
    written = sp.read_scenario(tmp_path / "plan.xlsx")
    for name, table in written.tables.items():
        assert read.tables[name].equals(table), name
    assert {**read.settings.as_dict(), "notes": {}} == {**written.settings.as_dict(), "notes": {}}


def test_mistakes_saved_by_libreoffice() -> None:
    """The usual slips in one workbook, all named at once."""
    findings = sp.check_scenario(INPUT / "workbooks" / "libreoffice-mistakes.xlsx")
    assert [(problem.code, problem.place) for problem in findings.problems] == [
        ("SP-S004", "scenario!B8"),
        ("SP-D003", "areas!F1"),
        ("SP-X022", "areas!E3"),
        ("SP-X015", "bids!A6"),
        ("SP-D011", "bids!C2"),
        ("SP-X021", "bids!C5"),
        ("SP-D021", "bids!A5"),
        ("SP-X012", "targets!A1"),
        ("SP-X016", "options!A2:A3"),
        ("SP-D025", "option_years!B4"),
        ("SP-D025", "option_years!B5"),
    ]
    for words in ("1 hidden row: ", "read as 2027-28", "A2: got dates in 1 cell; read as financial years"):
        assert words in text_of(findings.notes)


def test_a_file_name_never_breaks_the_line(sound: bytes, tmp_path: Path) -> None:
    (tmp_path / "a\nb.xlsx").write_bytes(sound[:100])
    assert len(str(refusal(tmp_path / "a\nb.xlsx")).splitlines()) == 1


def test_no_code_of_the_folder_is_run(sound: bytes, tmp_path: Path) -> None:
    """A module beside the workbook is never loaded by the process that reads it."""
    (tmp_path / "book.xlsx").write_bytes(sound)
    for name in ("zipfile.py", "array.py", "marshal.py", "python_calamine.py", "sitecustomize.py"):
        (tmp_path / name).write_text("open('ran', 'w').write('x')", encoding="utf-8")
    script = "import singlepot as sp; sp.read_scenario('./book.xlsx')"
    folder = Path(sp.__file__).parent
    environment = {**os.environ, "PYTHONSAFEPATH": "1"}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, ""), folder
    assert not (tmp_path / "ran").exists()


def test_every_code_of_workbooks_has_a_case() -> None:
    elsewhere = {"SP-X004", "SP-X005", "SP-X006", "SP-X007", "SP-X008", "SP-X030", "SP-X031", "SP-X032"}
    elsewhere |= {"SP-X035", "SP-X027", "SP-X028", "SP-X029", "SP-X033", "SP-X034"}  # notes, each by its words
    tried = {case.code for case in CASES} | {case[3] for case in FILES}
    assert {code for code in CODES if code.startswith("SP-X")} - tried == elsewhere


def test_the_catalogue_is_covered() -> None:
    """Cases 11, 12 and 18 to 35 of the catalogue, those that are not in the tables by a test of their number here."""
    numbers = {case.number for case in CASES} | {case[0] for case in FILES}
    named = {int(name.split("_")[2]) for name in globals() if name.startswith("test_case_")}
    assert {11, 12, *range(18, 36)} - numbers - named == {35}
