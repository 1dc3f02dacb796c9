"""What settle writes for people, and report makes again: the same bytes, and nothing is lost."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import sys
import types
from pathlib import Path

import pytest

import singlepot as sp
from singlepot.cli import _run
from singlepot.models.files.folder import FolderRefusedError, beside
from singlepot.reports.outputs import FAIRNESS, HOW_TO_INSTALL, Wanted, file_names, outputs, price_of
from singlepot.solver import SinglepotError

from .workbooks.test_settlement_workbook import hostile

SCENARIO = "bucks-and-burnley"


class PagesNotInstalledError(SinglepotError):
    """As the package of pages raises it."""


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """Stands for the package that draws pages, which has tests of its own: what it is asked for is what it gives."""
    module = types.ModuleType("singlepot.reports.page")
    module.report_html = lambda settlement, price, logs, *more: f"{settlement!r} {price} {len(logs)}"  # type: ignore[attr-defined]
    module.area_page_html = lambda settlement, code: f"page of {code}"  # type: ignore[attr-defined]
    module.picture_files = lambda settlement, kind: {f"map.{kind}": kind.encode()}  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "singlepot.reports.page", module)
    return module


@pytest.fixture
def no_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "singlepot.reports.page", None)


def bytes_of(folder: Path) -> dict[str, bytes]:
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    files.pop("run.json")
    return files


def settle(folder: Path, *options: str) -> int:
    return _run(["settle", SCENARIO, "--out", str(folder), "--quiet", *options])


@pytest.mark.usefixtures("pages")
def test_settle_writes_everything_and_lists_it(tmp_path: Path) -> None:
    assert settle(tmp_path / "s", "--area-pages", "--pictures", "svg") == 0
    files = bytes_of(tmp_path / "s")
    manifest = json.loads(files.pop("manifest.json"))
    assert manifest["files"] == {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    codes = sp.read_scenario(SCENARIO).areas["code"]
    shown = {"settlement.xlsx", "report.html", "fairness.json", "pictures/map.svg"}
    assert shown | {f"area-pages/{code}.html" for code in codes} <= set(files)
    assert list(manifest["logs"]) == ["assumptions", "decisions", "data", "verification", "versions", "transparency"]
    assert manifest["logs"]["data"]["rows"][0]["table"] == "areas"
    assert sp.verify(tmp_path / "s").passed


@pytest.mark.usefixtures("pages")
@pytest.mark.parametrize("options", [(), ("--area-pages", "--pictures", "png")])
def test_report_makes_the_same_bytes_again(tmp_path: Path, options: tuple[str, ...]) -> None:
    """In the settlement's own folder, or in another; what was asked for once is made again unasked."""
    assert settle(tmp_path / "s", *options) == 0
    before = bytes_of(tmp_path / "s")
    assert _run(["report", str(tmp_path / "s"), "--quiet"]) == 0
    assert bytes_of(tmp_path / "s") == before
    assert _run(["report", str(tmp_path / "s"), "--out", str(tmp_path / "t"), "--quiet"]) == 0
    assert bytes_of(tmp_path / "t") == before
    assert sp.read_settlement(tmp_path / "t").documents() == sp.read_settlement(tmp_path / "s").documents()


@pytest.mark.usefixtures("pages")
def test_report_adds_to_tables_alone(tmp_path: Path) -> None:
    """What fairness cost is worked out where it was not written, and is the same."""
    assert settle(tmp_path / "s") == 0
    assert settle(tmp_path / "t", "--only", "tables") == 0
    bare = bytes_of(tmp_path / "t")
    assert {name.split("/")[0] for name in bare} == {"manifest.json", "settlement.json", "tables", "scenario"}
    assert "logs" in json.loads(bare["manifest.json"])
    assert _run(["report", str(tmp_path / "t"), "--quiet"]) == 0
    assert bytes_of(tmp_path / "t") == bytes_of(tmp_path / "s")


def test_prices_of_fairness_come_back(tmp_path: Path) -> None:
    settlement = sp.settle(sp.read_scenario(SCENARIO))
    price = sp.price_fairness(settlement)
    (tmp_path / FAIRNESS).write_bytes(outputs(settlement, price).files[FAIRNESS])
    assert dataclasses.asdict(price_of(settlement, tmp_path)) == dataclasses.asdict(price)


@pytest.mark.usefixtures("no_pages")
def test_without_the_extra_the_rest_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line says what is missing and what to install; the exit code is 0."""
    assert _run(["settle", SCENARIO, "--out", str(tmp_path / "s"), "--area-pages"]) == 0
    output = capsys.readouterr()
    (line,) = [line for line in output.out.splitlines() if "not written" in line]
    assert line.startswith("report.html, area-pages were not written: ") and line.endswith(HOW_TO_INSTALL)
    assert output.err == ""
    files = bytes_of(tmp_path / "s")
    assert "settlement.xlsx" in files and "report.html" not in files


def test_an_extra_that_lacks_a_library_is_said_too(pages: types.ModuleType) -> None:
    def refuse(*_: object) -> str:
        raise PagesNotInstalledError("pages need jinja2, which is not installed", HOW_TO_INSTALL)

    pages.report_html = refuse  # type: ignore[attr-defined]
    settlement = sp.settle(sp.read_scenario(SCENARIO))
    made = outputs(settlement, sp.price_fairness(settlement))
    assert made.missing == f"report.html was not written: pages need jinja2, which is not installed; {HOW_TO_INSTALL}"


def test_a_report_is_not_lost_where_it_cannot_be_made(
    tmp_path: Path, pages: types.ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert settle(tmp_path / "s") == 0
    before = bytes_of(tmp_path / "s")
    monkeypatch.setitem(sys.modules, "singlepot.reports.page", None)
    assert _run(["report", str(tmp_path / "s")]) == 2
    assert HOW_TO_INSTALL in capsys.readouterr().err
    assert bytes_of(tmp_path / "s") == before


@pytest.mark.usefixtures("pages")
@pytest.mark.parametrize("lock", ["~$settlement.xlsx", ".~lock.settlement.xlsx#"])
def test_a_workbook_that_is_open_is_said_before_any_work(
    lock: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Excel and LibreOffice leave a mark beside what they have open: one line, nothing lost, nothing solved."""
    assert settle(tmp_path / "s") == 0
    (tmp_path / "s" / lock).write_text("Ann")
    before = bytes_of(tmp_path / "s")
    for arguments in (
        ["settle", SCENARIO, "--out", str(tmp_path / "s"), "--overwrite"],
        ["report", str(tmp_path / "s")],
    ):
        assert _run(arguments) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert "settlement.xlsx is open in a spreadsheet; close it" in line
    assert bytes_of(tmp_path / "s") == before
    assert [path.name for path in tmp_path.iterdir()] == ["s"]


@pytest.mark.usefixtures("pages")
def test_a_workbook_that_is_opened_meanwhile_costs_no_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the folder is refused only when all is done, everything stands beside it, and it is said."""
    assert settle(tmp_path / "s") == 0
    whole = bytes_of(tmp_path / "s")
    real = sp.price_fairness

    def open_it(*arguments: object, **more: object) -> object:
        (tmp_path / "s" / "~$settlement.xlsx").write_text("Ann")
        return real(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(sp, "price_fairness", open_it)
    assert settle(tmp_path / "s", "--overwrite") == 2
    assert f"nothing is lost: all was written to {tmp_path / 's-2'}" in capsys.readouterr().err
    assert bytes_of(tmp_path / "s-2") == whole
    assert bytes_of(tmp_path / "s") == {**whole, "~$settlement.xlsx": b"Ann"}


def test_a_system_that_refuses_says_a_file_is_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows, where the folder of an open file cannot be replaced."""
    settlement = sp.settle(sp.read_scenario(SCENARIO))
    settlement.write(tmp_path / "s")
    before = bytes_of(tmp_path / "s")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("singlepot.models.files.folder.place_folder", refuse)
    with pytest.raises(FolderRefusedError, match="another program has a file of it open"):
        settlement.write(tmp_path / "s", overwrite=True)
    assert bytes_of(tmp_path / "s") == before
    assert [path.name for path in tmp_path.iterdir()] == ["s"]


@pytest.mark.usefixtures("pages")
def test_files_of_others_stop_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert settle(tmp_path / "s") == 0
    (tmp_path / "s" / "minutes.docx").write_text("mine")
    assert _run(["report", str(tmp_path / "s")]) == 2
    assert "holds 1 file that no settlement wrote there (minutes.docx)" in capsys.readouterr().err
    assert (tmp_path / "s" / "minutes.docx").read_text() == "mine"


def test_tables_alone_come_without_pages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert settle(tmp_path / "s", "--only", "tables", "--area-pages") == 2
    assert "--only tables writes neither pages nor pictures" in capsys.readouterr().err


def test_names_of_files_are_safe() -> None:
    """Codes that would leave the folder, meet in one file, or mean a device stand for different, harmless files."""
    codes = ["E06000060", "../../etc/passwd", "a", "A", "CON", "x" * 300, "=cmd()", "", ".hidden", "a/b", "ab", "ü"]
    names = file_names(codes)
    assert names["E06000060"] == "E06000060"
    assert len({name.casefold() for name in names.values()}) == len(codes)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,60}", name) for name in names.values())
    assert names["CON"] != "CON"


@pytest.mark.usefixtures("pages")
def test_harmful_names_make_harmless_files(tmp_path: Path) -> None:
    settlement = hostile()
    made = outputs(settlement, sp.price_fairness(settlement), Wanted(area_pages=True))
    settlement.write(tmp_path / "s", further=made.files, entries=made.manifest)
    again = sp.read_settlement(tmp_path / "s")
    assert again.scenario == settlement.scenario
    assert json.loads((tmp_path / "s" / "manifest.json").read_text(encoding="utf-8"))["logs"] == made.manifest["logs"]


def test_a_folder_beside_takes_the_first_free_name(tmp_path: Path) -> None:
    for name in ("s", "s-2", "s-3"):
        (tmp_path / name).mkdir()
    assert beside(tmp_path / "s") == tmp_path / "s-4"
