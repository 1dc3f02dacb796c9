"""Other systems, as far as they can be tried on this one: locales, code pages of terminals, paths."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import singlepot as sp

from ..command_line import run

TURKISH, ENCODING = "tr_TR", "ISO-8859-9"
"""A locale with a decimal comma, in which the small letter of I has no dot; C libraries lower its text byte by byte."""

UNDER_A_LOCALE = """
import locale, os, sys, warnings
warnings.simplefilter("ignore")
if os.environ["LC_ALL"] != "C":
    locale.setlocale(locale.LC_ALL, "")
    assert locale.localeconv()["decimal_point"] == ","
import singlepot as sp
from singlepot.cli import main
scenario = sp.read_scenario("bucks-and-burnley")
sp.settle(scenario, backend="interior-point").grants.to_csv("interior-point.csv")
for name in ("book.xlsx", "document.json", "folder"):
    sp.write_scenario(scenario, name)
    assert sp.read_scenario(name) == scenario
    assert sp.settle(name).grants.equals(sp.settle(scenario).grants)
for ending in ("lp", "mps"):
    try:
        main(["model", "bucks-and-burnley", f"model.{ending}"])
    except SystemExit as left:
        assert not left.code
try:
    main(["settle", "bucks-and-burnley", "--out", "out", "--set", "pot=97.5"])
except SystemExit as left:
    assert not left.code
"""


def made_under(folder: Path, environment: dict[str, str]) -> dict[str, bytes]:
    """Everything that a program writes and prints which has set the locale, as spreadsheet and desktop programs do."""
    folder.mkdir()
    ended = subprocess.run(
        [sys.executable, "-c", UNDER_A_LOCALE],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr.decode(errors="replace")
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    del files["out/run.json"]  # when it ran, and for how long
    return files | {"printed": ended.stdout}


@pytest.mark.skipif(shutil.which("localedef") is None, reason="no localedef, which makes locales")
def test_every_locale_gives_the_same_bytes(tmp_path: Path) -> None:
    """Decimal commas and Turkish letters: what is read, settled, written and printed is the same."""
    command = ["localedef", "--no-archive", "-i", TURKISH, "-f", ENCODING, str(tmp_path / TURKISH)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no localedef, or not what it makes locales from")
    usual = made_under(tmp_path / "usual", {"LC_ALL": "C"})
    other = made_under(tmp_path / "other", {"LC_ALL": TURKISH, "LOCPATH": str(tmp_path)})
    assert len(usual) > 30 and set(other) == set(usual)
    assert [file for file in usual if usual[file] != other[file]] == []


def test_a_path_of_any_kind_is_written_and_read(tmp_path: Path) -> None:
    """Spaces, signs of other alphabets, a quotation mark, and more than 260 characters in all."""
    folder = tmp_path / "Ynys Môn £5 – 島 'x' 100%"
    for _ in range(5):
        folder /= "a long name of a folder, as shared drives have them"
    folder.mkdir(parents=True)
    assert len(str(folder)) > 300
    scenario = sp.read_scenario("bucks-and-burnley")
    sp.write_scenario(scenario, folder / "plan.xlsx")
    ended = run("settle", "plan.xlsx", "--out", "what came out", "--only", "tables", cwd=folder)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert sp.verify(folder / "what came out").passed
    assert sp.read_settlement(folder / "what came out").scenario == scenario


@pytest.mark.parametrize("page", ["cp1252", "cp850", "cp437", "ascii", "utf-16"])
def test_a_terminal_of_any_code_page_takes_what_is_said(page: str, tmp_path: Path) -> None:
    """What is printed is UTF-8 whatever the code page, and a scenario whose name it lacks is no reason to fail."""
    folder = tmp_path / "島"
    sp.write_scenario(sp.read_scenario("bucks-and-burnley"), folder)
    ended = run("check", "島", cwd=tmp_path, PYTHONIOENCODING=page, NO_COLOR="1")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("ready: ")
