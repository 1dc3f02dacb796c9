"""Every format gives back what was written, to the last digit and letter, alone and in chains."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import singlepot as sp
from singlepot.models.diagnostics.problems import BadInputError
from singlepot.models.extras import ExtraNotInstalledError
from singlepot.models.files.ownership import FolderRefusedError
from singlepot.scenarios.writing.writing import FORMATS, Format, write_scenario

from ...places import INPUT
from ...strategies import drafts, scenario

LETTERS = st.characters(codec="utf-8", categories=("L", "M", "N", "P", "S", "Zs"))
TEXTS = st.text(LETTERS, max_size=12).map(lambda text: unicodedata.normalize("NFC", text)).filter(str.isprintable)
REMARKS = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\ufffe\uffff", exclude_categories=("Cs",)), max_size=30
)
CODES = st.sampled_from(
    [
        "0123",
        "007",
        "NA",
        "null",
        "TRUE",
        "1E3",
        "2026-27",
        "=1+1",
        "@sum",
        "-5",
        "'quoted",
        "a, b",
        'say "x"',
        "Ynys Môn",
        "_x000D_",
        "#N/A",
        "<b>",
        "£1,000",
        "total area",
        "key",
    ]
)


def target(folder: str | Path, format: Format) -> Path:
    return Path(folder) / {"xlsx": "s.xlsx", "json": "s.json"}.get(format, f"folder-{format}")


def there_and_back(made: sp.Scenario, format: Format, folder: str | Path) -> sp.Scenario:
    write_scenario(made, target(folder, format), format=format, overwrite=True)
    return sp.read_scenario(target(folder, format))


def check(made: sp.Scenario, chain: list[Format]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        now = made
        for format in chain:
            now = there_and_back(now, format, folder)
            assert now == made, format
    for name, table in made.tables.items():
        pd.testing.assert_frame_equal(now.tables[name], table, check_exact=True)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("source", ["bucks-and-burnley", str(INPUT / "full")])
def test_a_scenario_comes_back(source: str, format: Format) -> None:
    check(sp.read_scenario(source), [format])


@given(drafts(), st.permutations(FORMATS), st.data())
def test_any_scenario_comes_back_through_every_format(made: dict[str, Any], chain: list[Format], data: Any) -> None:
    """Invariant 15: odd texts, note columns and columns with an underscore, and remarks on settings among them."""
    draw = data.draw
    areas = made["areas"].astype({"region": object})
    areas["name"] = [draw(TEXTS.filter(str.strip)).strip() or "x" for _ in range(len(areas))]
    areas["contact"] = [draw(TEXTS).strip() for _ in range(len(areas))]
    areas = areas.assign(
        note=[draw(REMARKS) for _ in range(len(areas))], _own=[draw(REMARKS) for _ in range(len(areas))]
    )
    made["areas"] = areas
    made["bids"] = made["bids"].assign(
        note=[draw(st.sampled_from(["", "seen", "  spaced ", "x\ny"])) for _ in range(len(made["bids"]))]
    )
    made["bids"]["amount"] += draw(st.floats(0, 1e-9))
    code = draw(CODES)
    for name, columns in {
        "areas": ["code", "recipient"],
        "bids": ["area"],
        "targets": ["area"],
        "options": ["area"],
        "option_years": ["area"],
        "rule_rows": ["area", "recipient"],
    }.items():
        if name in made:
            renamed = {column: {"A1": code} for column in columns if column in made[name]}
            made[name] = made[name].replace(renamed)
    made["title"] = draw(TEXTS.filter(str.isprintable))
    check(
        with_notes(
            scenario(made),
            draw(st.dictionaries(st.sampled_from(["title", "rules.grant_floor", "x.y"]), REMARKS.filter(bool))),
        ),
        chain,
    )


def with_notes(made: sp.Scenario, notes: dict[str, str]) -> sp.Scenario:
    from singlepot.models.diagnostics.problems import Report
    from singlepot.scenarios.formats.json_document import scenario_as_dict, scenario_of

    return scenario_of({**scenario_as_dict(made), "notes": notes}, "$", "x.json", Report())


def test_a_settlement_comes_back_from_one_document(tmp_path: Path) -> None:
    settlement = sp.settle(sp.read_scenario("bucks-and-burnley"))
    sp.write_settlement(settlement, tmp_path / "s.json")
    again = sp.read_settlement(tmp_path / "s.json")
    for name, table in settlement.tables.items():
        pd.testing.assert_frame_equal(again.tables[name], table, check_exact=True)
    assert again.certificate == settlement.certificate
    assert again.scenario == settlement.scenario
    assert again.documents() == settlement.documents()
    with pytest.raises(FolderRefusedError, match="exists already"):
        sp.write_settlement(settlement, tmp_path / "s.json")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda text: text.replace('"schema": 1', '"schema": 2', 1), "written by a newer singlepot; upgrade"),
        (lambda text: text[:-100], "SP-J001"),
        (lambda text: text.replace('"grants"', '"grunts"', 1), "it lacks grants"),
        (lambda text: text.replace('"gap": ', '"gap": NaN, "old": ', 1), "SP-J003"),
        (
            lambda text: text.replace('"amount": ', '"amount": -', 1).replace('"scenario": {', '"scenario": {"x": 1,'),
            "does not hold",
        ),
        (lambda text: text.replace('"pounds": ', '"pounds": "many", "x": ', 1), "is not as it was written"),
    ],
)
def test_a_settlement_document_that_was_changed(change: Any, says: str, tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    sp.write_settlement(sp.settle(sp.read_scenario("bucks-and-burnley")), path)
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(sp.UnreadableSettlementError, match=says):
        sp.read_settlement(path)


def test_the_settlement_of_a_folder_is_not_the_whole(tmp_path: Path) -> None:
    sp.settle(sp.read_scenario("bucks-and-burnley")).write(tmp_path / "out")
    with pytest.raises(sp.UnreadableSettlementError, match=r"lacks scenario.*name the folder"):
        sp.read_settlement(tmp_path / "out" / "settlement.json")


def small() -> sp.Scenario:
    return sp.read_scenario("bucks-and-burnley")


@pytest.mark.parametrize("format", FORMATS)
def test_nothing_is_replaced_unasked(format: Format, tmp_path: Path) -> None:
    path = target(tmp_path, format)
    write_scenario(small(), path, format=format)
    with pytest.raises(FolderRefusedError, match="exists already"):
        write_scenario(small(), path, format=format)
    write_scenario(small().with_(title="other"), path, format=format, overwrite=True)
    assert sp.read_scenario(path).settings.title == "other"
    assert [item.name for item in tmp_path.iterdir()] == [path.name]


def test_a_folder_with_other_files_is_not_replaced(tmp_path: Path) -> None:
    """Nor one that a person edited: what was written is replaced, and nothing else."""
    path = tmp_path / "mine"
    for _ in range(2):
        write_scenario(small(), path, overwrite=True)
    for name in ("sources.md", "bids.csv"):
        before = (path / name).read_bytes() if name == "bids.csv" else b""
        (path / name).write_text("years of work", encoding="utf-8")
        with pytest.raises(FolderRefusedError, match=re.escape(f"({name})")):
            write_scenario(small(), path, overwrite=True)
        assert (path / name).read_text(encoding="utf-8") == "years of work"
        (path / name).write_bytes(before) if before else (path / name).unlink()
    typed = Path(shutil.copytree(INPUT / "full", tmp_path / "typed"))
    with pytest.raises(FolderRefusedError, match="that no scenario wrote there"):
        write_scenario(small(), typed, overwrite=True)


@pytest.mark.parametrize(
    ("name", "format"), [("s.xlsx", "csv"), ("s", "json"), ("s.json", "xlsx"), ("s.json", "parquet")]
)
def test_a_name_that_does_not_go_with_its_format(name: str, format: Format, tmp_path: Path) -> None:
    with pytest.raises(FolderRefusedError, match="is no name for the format"):
        write_scenario(small(), tmp_path / name, format=format)


@pytest.mark.parametrize("name", ["s.xls", "s.csv", "s.ods", "s.parquet", "s.toml"])
def test_a_name_that_would_not_be_what_was_meant(name: str, tmp_path: Path) -> None:
    with pytest.raises(FolderRefusedError, match="would be neither a folder nor a workbook"):
        write_scenario(small(), tmp_path / name)
    with pytest.raises(FolderRefusedError, match="would be neither a folder nor a workbook"):
        sp.write_template(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("format", FORMATS)
def test_a_full_disk_leaves_nothing(format: Format, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stood there stays, and no half file is left."""
    path = target(tmp_path, format)
    write_scenario(small(), path, format=format)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(FolderRefusedError, match=r"was not written \(No space left on device\)"):
        write_scenario(small().with_(title="other"), path, format=format, overwrite=True)
    assert sp.read_scenario(path) == small()
    assert [item.name for item in tmp_path.iterdir()] == [path.name]


FULL = """
import resource, signal, singlepot as sp
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
bucks = sp.read_scenario("bucks-and-burnley")
for write in (lambda: sp.write_scenario(bucks, "a.xlsx"), lambda: sp.write_template("a.xlsx")):
    try:
        write()
    except sp.FolderRefusedError as error:
        print(error)
"""


@pytest.mark.skipif(os.name == "nt", reason="limits of a process")
def test_a_workbook_that_finds_no_room_is_said_as_any_file(tmp_path: Path) -> None:
    """Also where the library that writes it has an error of its own."""
    done = subprocess.run([sys.executable, "-c", FULL], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert done.stdout.count("a.xlsx was not written (File too large); nothing was kept") == 2
    assert list(tmp_path.iterdir()) == []


def test_same_scenario_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "a.json"):
        for folder in ("one", "two"):
            write_scenario(small(), tmp_path / folder / name)
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def with_areas(**columns: Any) -> sp.Scenario:
    scenario = small()
    return scenario.with_(areas=scenario.areas.assign(**columns))


def test_case_35_what_a_workbook_cannot_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every cell that does not fit is named before anything is written, with what to do."""
    long = with_areas(note=["x" * 32_768, *["😀" * 16_384] * 2], _odd=["a\uffffb", "", ""])
    with pytest.raises(BadInputError) as caught:
        write_scenario(long, tmp_path / "s.xlsx")
    assert [(p.code, p.place) for p in caught.value.problems] == [
        ("SP-X031", "areas!E2"),
        ("SP-X031", "areas!E3"),
        ("SP-X031", "areas!F2"),
    ]
    assert "a text of 32,768 characters; expected at most 32,767; shorten it, or export to CSV or Parquet" in str(
        caught.value
    )
    assert list(tmp_path.iterdir()) == []
    write_scenario(with_areas(note="x" * 32_767), tmp_path / "s.xlsx")
    assert sp.read_scenario(tmp_path / "s.xlsx") == with_areas(note="x" * 32_767)
    monkeypatch.setattr("singlepot.scenarios.workbooks.writing.MOST_ROWS", 6)
    with pytest.raises(BadInputError, match="SP-X030 workbook sheet bids: got 6 rows; expected at most 5 below"):
        write_scenario(small(), tmp_path / "t.xlsx")


def test_case_35_a_workbook_that_would_not_be_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("singlepot.scenarios.workbooks.writing.LARGEST_EXPANDED", 1000)
    with pytest.raises(BadInputError, match="SP-X004 workbook: got 0 MB of sheets"):
        write_scenario(small(), tmp_path / "s.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_case_35_a_name_that_reads_as_a_total(tmp_path: Path) -> None:
    areas = pd.DataFrame({"code": ["A", "Total"], "name": ["A", "B"]})
    bids = pd.DataFrame({"area": ["A", "Total"], "year": "2026-27", "amount": 1.0})
    pot = pd.DataFrame({"year": ["2026-27"], "amount": [2.0]})
    scenario = sp.Scenario.from_tables(areas=areas, bids=bids, pot=pot, years=["2026-27"])
    with pytest.raises(BadInputError) as caught:
        write_scenario(scenario, tmp_path / "s.xlsx")
    assert [(p.code, p.place) for p in caught.value.problems] == [("SP-X032", "areas!A3"), ("SP-X032", "bids!A3")]
    check(scenario, ["csv", "json", "parquet"])


def test_text_is_never_a_formula_or_a_link(tmp_path: Path) -> None:
    import openpyxl

    names = ["=1+1", "https://example.org", "@sum(A1)"]
    write_scenario(with_areas(name=names), tmp_path / "s.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "s.xlsx")["areas"]
    assert [(cell.value, cell.data_type, cell.hyperlink) for cell in sheet["B"][1:]] == [(n, "s", None) for n in names]


def test_a_missing_package_is_named_with_its_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_scenario(small(), tmp_path / "p", format="parquet")
    for name in [name for name in sys.modules if name.partition(".")[0] == "pyarrow"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    command = r'python -m pip install "singlepot\[parquet\]"'
    with pytest.raises(ExtraNotInstalledError, match=f"Parquet needs pyarrow, which is not installed; {command}"):
        write_scenario(small(), tmp_path / "q", format="parquet")
    with pytest.raises(BadInputError, match=f"SP-J013 .*expected the package pyarrow; run {command}") as refused:
        sp.read_scenario(tmp_path / "p")
    assert refused.value.exit_code == ExtraNotInstalledError.exit_code
    assert not (tmp_path / "q").exists()


def test_json_documents_are_for_people_too() -> None:
    from singlepot.scenarios.formats.json_document import scenario_json

    read_back = json.loads(scenario_json(sp.read_scenario(INPUT / "full")))
    assert read_back["bids"][0] == {
        "area": "E1",
        "year": "2026-27",
        "amount": 20.0,
        "envelope": "resource",
        "reference": 18.0,
    }
    assert read_back["bids"][3]["reference"] is None
    assert read_back["rule_rows"][0]["rule"] == "grant_floor"
