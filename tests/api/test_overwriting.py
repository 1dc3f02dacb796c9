"""No command removes or changes a file that it did not write, whatever it is told to overwrite."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from singlepot.cli import _run

from ..places import INPUT
from ..pot_plan import pot_plan

OVERWRITE = ["--overwrite", "--quiet"]
FOLDERS = {
    "settle": ["settle", "scenario", "--out", "OUT", *OVERWRITE, "--only", "tables"],
    "settle --robust": ["settle", "plan.toml", "--robust", "--out", "OUT", *OVERWRITE],
    "robust": ["robust", "plan.toml", "--out", "OUT", *OVERWRITE],
    "compare": ["compare", "scenario", "tighter.toml", "--out", "OUT", *OVERWRITE],
    "sweep": ["sweep", "scenario", "--lever", "pot=0.9,1", "--out", "OUT", *OVERWRITE],
    "stability": ["stability", "scenario", "--out", "OUT", *OVERWRITE],
    "regimes": ["regimes", "scenario", "--out", "OUT", *OVERWRITE],
    "frontier": ["frontier", "scenario", "--between", "burden,cost", "--out", "OUT", *OVERWRITE],
    "alternatives": ["alternatives", "scenario", "--out", "OUT", *OVERWRITE],
    "export": ["export", "scenario", "OUT", "--overwrite"],
    "ensemble": ["ensemble", "plan.toml", "--out", "OUT", "--restart", "--quiet"],
    "report": ["report", "OUT", "--quiet"],
}
"""Every command that writes a folder."""

FILES = {
    "export to a workbook": ["export", "scenario", "FILE.xlsx", "--overwrite"],
    "export to a document": ["export", "scenario.json", "FILE.json", "--overwrite"],
    "repair": ["repair", "tighter.toml", "--out", "FILE.toml", *OVERWRITE],
    "model": ["model", "scenario", "FILE.lp", "--overwrite"],
    "chart": ["frontier", "scenario", "--between", "burden,cost", "--chart", "FILE.png", *OVERWRITE],
    "chart of an ensemble": ["ensemble", "plan.toml", "--out", "new", "--chart", "FILE.png", "--quiet", "--overwrite"],
}
"""Every command that writes a single file."""


def tree(root: Path) -> dict[str, bytes | str]:
    return {
        path.relative_to(root).as_posix(): str(path.readlink()) if path.is_symlink() else path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a scenario, a what-if, a plan and a document, in which somebody works."""
    shutil.copytree(INPUT / "full", tmp_path / "scenario")
    (tmp_path / "plan.toml").write_text(pot_plan("./scenario", 2), encoding="utf-8")
    (tmp_path / "tighter.toml").write_text('base = "./scenario"\ntitle = "Tighter"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert _run(["export", "scenario", "scenario.json"]) == 0
    return tmp_path


MANIFESTS = ("manifest.json", "ensemble.json", "sweep.json", "comparison.json", "regimes.json", "robust.json")
MANIFESTS += ("frontier.json", "alternatives.json", "stability.json", "written.json", "scenario.toml")


@pytest.mark.parametrize("command", FOLDERS)
@pytest.mark.parametrize("where", ["with manifests", "above the input", "the input", "below the input", "a link"])
def test_a_folder_of_others_is_refused(
    command: str, where: str, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 or 3, one line that names the folder, and every file is as it was."""
    out = {"above the input": "above", "the input": "scenario", "below the input": "scenario/out"}.get(where, "out")
    if where in ("with manifests", "a link"):
        (desk / "out").mkdir()
        (desk / "out" / "paper.docx").write_text("years of work", encoding="utf-8")
        for name in MANIFESTS:
            (desk / "out" / name).write_text("{}", encoding="utf-8")
    if where == "a link":
        (desk / "link").symlink_to("out")
        out = "link"
    if where == "above the input":
        (desk / "above").mkdir()
        for name in ("scenario", "plan.toml", "tighter.toml"):
            (desk / name).rename(desk / "above" / name)
    arguments = [argument.replace("OUT", out) for argument in FOLDERS[command]]
    if where == "above the input":
        inputs = ("scenario", "plan.toml", "tighter.toml")
        arguments = [f"above/{argument}" if argument in inputs else argument for argument in arguments]
    before = tree(desk)
    assert _run(arguments) in (2, 3)
    assert capsys.readouterr().err
    assert tree(desk) == before


@pytest.mark.parametrize("command", FILES)
def test_an_input_is_not_written_over(command: str, desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nor a link to it; nor is a device or a folder of that name replaced."""
    arguments = FILES[command]
    (file,) = [argument for argument in arguments if argument.startswith("FILE")]
    sources = {"FILE.json": "scenario.json", "FILE.toml": "tighter.toml"}
    (desk / file).symlink_to(sources.get(file, "scenario/bids.csv"))
    before = tree(desk)
    assert _run(arguments) == 2
    assert "which is read" in capsys.readouterr().err
    assert tree(desk) == before


@pytest.mark.parametrize("command", FILES)
def test_a_single_file_is_replaced_only_where_that_was_said(
    command: str, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [argument for argument in FILES[command] if argument != "--overwrite"]
    (file,) = [argument for argument in arguments if argument.startswith("FILE")]
    (desk / file).write_text("years of work", encoding="utf-8")
    before = tree(desk)
    assert _run(arguments) == 2
    assert "exists already" in capsys.readouterr().err
    assert tree(desk) == before


def test_what_a_command_wrote_is_replaced_and_a_person_is_asked(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A settlement replaces itself; with one file edited or added, or as an input of the next, it does not."""
    settle = ["settle", "scenario", "--out", "out", *OVERWRITE, "--only", "tables"]
    assert [_run(settle), _run(settle)] == [0, 0]
    before = tree(desk)
    assert _run(["settle", "out/scenario", "--out", "out", *OVERWRITE]) == 2
    assert "holds out/scenario, which is read" in capsys.readouterr().err
    for name in ("out/notes.txt", "out/tables/grants.csv", "out/run.json"):
        (desk / name).write_text("mine", encoding="utf-8")
        assert _run(settle) == 2
        assert name.removeprefix("out/") in capsys.readouterr().err
        assert tree(desk) == {**before, name: b"mine"}
        (desk / name).write_bytes(bytes(before.get(name, b""))) if name in before else (desk / name).unlink()  # type: ignore[arg-type]
    assert _run(settle) == 0
