"""The command line, started as a user starts it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import singlepot as sp
from singlepot.reports.text.story import story

from ..command_line import run, shown


@pytest.fixture
def clash(tmp_path: Path) -> Path:
    """A scenario whose floors do not fit its pot."""
    scenario = sp.Scenario.from_tables(
        areas=pd.DataFrame({"code": ["a", "b"], "name": ["A", "B"]}),
        pot=pd.DataFrame({"year": ["2026-27"], "amount": [60.0]}),
        bids=pd.DataFrame({"area": ["a", "b"], "year": ["2026-27"] * 2, "amount": [50.0, 50.0]}),
        years=["2026-27"],
        rules={"grant_floor": 0.7},
    )
    folder = tmp_path / "clash"
    folder.mkdir()
    for name, content in scenario.documents().items():
        (folder / name).write_bytes(content)
    return folder


def test_help_loads_nothing_heavy() -> None:
    """`singlepot --help` imports neither numpy nor pandas nor a solver."""
    code = (
        "import sys\nfrom singlepot.cli import _run\n_run(['--help'])\n"
        "heavy = {'xlsxwriter', 'pyarrow', 'openpyxl'}\n"
        "heavy |= {'numpy', 'pandas', 'scipy', 'highspy', 'clarabel', 'pydantic'}\n"
        "heavy &= set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "settle" in done.stdout


def test_a_check_loads_no_tables_and_no_solver() -> None:
    """`singlepot check` of files of text needs neither pandas, which takes longer to load than the check, nor scipy."""
    code = (
        "import sys\nfrom singlepot.cli import _run\n_run(['check', 'bucks-and-burnley'])\n"
        "heavy = {'pandas', 'scipy', 'highspy', 'clarabel', 'pyarrow'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("ready")


def test_the_program_looks_for_no_plugins_among_all_that_is_installed() -> None:
    """As pydantic would when the settings are read, a twentieth of a check."""
    code = (
        "import sys, importlib.metadata as installed\nfrom singlepot.__main__ import main\n"
        "installed.distributions = lambda: sys.exit('looked')\nsys.argv = ['singlepot', 'check', 'bucks-and-burnley']\n"
        "main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout[:5]) == (0, "ready"), done.stderr


def test_list_names_every_shipped_scenario() -> None:
    done = run("list")
    assert done.returncode == 0
    listed = [line.split()[0] for line in done.stdout.splitlines()]
    assert listed == sorted(listed)
    assert {"england", "england-tight", "bucks-and-burnley"} <= set(listed)


def test_check_says_ready_and_the_size() -> None:
    done = run("check", "england")
    assert done.returncode == 0
    assert done.stdout.startswith("ready")
    assert "71 areas" in done.stdout


def test_check_names_all_problems_and_exits_3(clash: Path) -> None:
    """Every problem is one line; the exit code is 3; there is no traceback."""
    bids = clash / "bids.csv"
    bids.write_text(bids.read_text().replace("a,2026-27,50", "x,2026-27,fifty"))
    done = run("check", str(clash))
    assert done.returncode == 3
    lines = done.stderr.splitlines()
    assert len(lines) == 2
    assert all(line.startswith("SP-") and "bids.csv" in line and "row 2" in line for line in lines)
    assert "Traceback" not in done.stderr


def test_settle_writes_a_folder_and_a_summary(tmp_path: Path) -> None:
    done = run("settle", "bucks-and-burnley", "--out", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    for words in (
        "Money",
        "National objectives",
        "asks of",
        "Proved: no rule is broken",
        "Grants are",
        "Written to out",
    ):
        assert words in done.stdout
    assert sp.read_settlement(tmp_path / "out").certificate.passed


def test_json_stands_alone_on_stdout(tmp_path: Path) -> None:
    """`--json` prints settlement.json and nothing else on standard output; the summary goes to standard error."""
    done = run("settle", "bucks-and-burnley", "--out", "out", "--json", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout == (tmp_path / "out" / "settlement.json").read_text(encoding="utf-8")
    assert json.loads(done.stdout)["certificate"]["passed"] is True
    assert "Proved: no rule is broken" in done.stderr


def test_quiet_says_nothing(tmp_path: Path) -> None:
    done = run("settle", "bucks-and-burnley", "--out", "out", "--quiet", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_an_existing_folder_is_not_overwritten_unasked(tmp_path: Path) -> None:
    assert run("settle", "bucks-and-burnley", "--out", "out", "--quiet", cwd=tmp_path).returncode == 0
    before = (tmp_path / "out" / "run.json").read_bytes()
    refused = run("settle", "bucks-and-burnley", "--out", "out", cwd=tmp_path)
    assert refused.returncode == 2
    assert "exists already" in refused.stderr
    assert (tmp_path / "out" / "run.json").read_bytes() == before
    again = run("settle", "bucks-and-burnley", "--out", "out", "--quiet", "--overwrite", cwd=tmp_path)
    assert again.returncode == 0


def test_other_peoples_files_are_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    done = run("settle", "bucks-and-burnley", "--out", "mine", "--overwrite", cwd=tmp_path)
    assert done.returncode == 2
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["settle", "england"], 2, "--out"),
        (["settel", "england"], 2, "Did you mean 'settle'?"),
        (["settle", "englnd", "--out", "x"], 3, "england"),
        (["settle", "england", "--out", "x", "--time-limit", "0"], 2, "time-limit"),
        (["settle", "england", "--out", "x", "--frobnicate"], 2, "frobnicate"),
        (
            ["settle", "england", "--out", "x", "--time-limit", "0.001"],
            5,
            "not proven within the time limit",
        ),
    ],
)
def test_exit_codes(tmp_path: Path, arguments: list[str], code: int, words: str) -> None:
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_no_settlement_exits_4_with_the_sums(clash: Path, tmp_path: Path) -> None:
    done = run("settle", str(clash), "--out", str(tmp_path / "out"))
    assert done.returncode == 4
    assert "floors add up to £70.0m in 2026-27, £10.0m above the pot" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("stage", ["the largest shortfall", "without give: "])
def test_ctrl_c_exits_130_and_leaves_nothing(tmp_path: Path, stage: str) -> None:
    text = shown("settle", "england-tight", "--out", "out", cwd=tmp_path, ctrl_c_at=stage, exit_code=130)
    assert "stopped" in text
    assert "Traceback" not in text
    assert list(tmp_path.iterdir()) == []


def test_the_last_lines_are_the_answer(tmp_path: Path) -> None:
    """The figures of the proof are there for who asks for them."""
    done = run("settle", "bucks-and-burnley", "--out", "out", cwd=tmp_path)
    answer = " ".join(done.stdout.split("\n\n")[-2].split())
    assert answer.startswith(story(sp.read_settlement(tmp_path / "out")))
    assert "duality gap" not in done.stdout
    verbose = run("settle", "bucks-and-burnley", "--out", "out", "--overwrite", "--verbose", cwd=tmp_path)
    assert "duality gap" in verbose.stdout


def test_same_input_same_bytes(tmp_path: Path) -> None:
    """Two runs write the same bytes, all but run.json."""
    for name in ("one", "two"):
        assert run("settle", "bucks-and-burnley", "--out", name, "--quiet", cwd=tmp_path).returncode == 0
    files = {path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file()}
    assert len(files) > 10
    for file in files - {Path("run.json")}:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes(), file


def test_a_terminal_without_utf8_still_works(tmp_path: Path) -> None:
    done = run("settle", "bucks-and-burnley", "--out", "out", cwd=tmp_path, PYTHONIOENCODING="ascii", LC_ALL="C")
    assert done.returncode == 0
    assert "Proved: no rule is broken" in done.stdout


def test_export_init_and_schema(tmp_path: Path) -> None:
    """The commands about files, and that nothing is replaced unasked."""
    for target in ("b.xlsx", "b.json", "b"):
        done = run("export", "bucks-and-burnley", target, cwd=tmp_path)
        assert (done.returncode, done.stdout, done.stderr) == (0, f"written: {target}\n", "")
        assert sp.read_scenario(tmp_path / target) == sp.read_scenario("bucks-and-burnley")
    assert run("export", "b.xlsx", "c", "--format", "parquet", cwd=tmp_path).returncode == 0
    assert (tmp_path / "c" / "bids.parquet").is_file()
    refused = run("export", "bucks-and-burnley", "b.xlsx", cwd=tmp_path)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "exists already" in refused.stderr
    assert run("export", "b", "b.xlsx", "--overwrite", cwd=tmp_path).returncode == 0
    assert run("init", "t.xlsx", cwd=tmp_path).stdout.endswith("then: singlepot check t.xlsx\n")
    assert run("check", "t.xlsx", cwd=tmp_path).returncode == 0
    assert run("settle", "t.xlsx", "--out", "out", "--quiet", cwd=tmp_path).returncode == 0
    assert run("export", "out", "out.json", cwd=tmp_path).returncode == 0
    assert sp.read_settlement(tmp_path / "out.json").certificate.passed
    assert json.loads(run("schema").stdout)["title"] == "A scenario of singlepot"
    assert json.loads(run("schema", "settlement").stdout)["title"] == "A settlement of singlepot"


def test_why_tells_prices_placing_and_areas(tmp_path: Path) -> None:
    """All of it fits 80 columns; --json is for programs; a wrong objective or area is explained."""
    out = str(tmp_path / "out")
    assert run("settle", "bucks-and-burnley", "--out", out, "--quiet").returncode == 0
    for arguments in ((), ("--objective", "carbon"), ("Burnley", "--without")):
        told = run("why", out, *arguments)
        assert told.returncode == 0, told.stderr
        assert max(len(line) for line in told.stdout.splitlines()) <= 80
    assert "Burnley" in run("why", out).stdout
    values = json.loads(run("why", out, "E07000117", "--json").stdout)
    assert values["asks"][0]["reason"].endswith(".")
    assert json.loads(run("why", out, "--json").stdout)["best_placed"]
    assert run("why", out, "--objective", "coal").returncode == 2
    assert run("why", out, "Burnly").returncode == 2


def test_levers_are_set_and_saved_on_the_command_line(tmp_path: Path) -> None:
    """What is saved settles to the same bytes, and every summary begins with what was set."""
    setting = ("--set", "pot=-2%", "--set", "grant_floor=80%")
    done = run("settle", "bucks-and-burnley", *setting, "--out", "set", "--save", "less.toml", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("pot £196.0m → £192.1m (−2%); grant floor 90% → 80%: Bucks and")
    done = run("settle", "less.toml", "--out", "saved", "--only", "tables", "--quiet", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for folder in ("tables", "scenario"):
        for file in (tmp_path / "set" / folder).iterdir():
            assert file.read_bytes() == (tmp_path / "saved" / folder / file.name).read_bytes()
    again = run("check", "bucks-and-burnley", "--set", "pot=10%", "--save", "no.toml", cwd=tmp_path)
    assert (again.returncode, again.stderr.partition(" ")[0]) == (3, "SP-W020")
    assert not (tmp_path / "no.toml").exists()
    assert run("check", "bucks-and-burnley", "--save", "no.toml", cwd=tmp_path).returncode == 2
    assert run("check", "bucks-and-burnley", "--set", "pot", cwd=tmp_path).returncode == 2


@pytest.mark.parametrize(
    "command",
    [
        "compare bucks-and-burnley bucks-and-burnley",
        "sweep bucks-and-burnley --lever pot=0.9,1 --no-chart --out out",
        "stability bucks-and-burnley --area E07000117",
        "frontier bucks-and-burnley --between cost,carbon",
        "alternatives bucks-and-burnley --count 1",
        "regimes bucks-and-burnley --only pro-rata --no-chart --out out",
    ],
)
def test_every_command_about_a_scenario_takes_levers(command: str, tmp_path: Path) -> None:
    done = run(*command.split(), "--set", "grant_floor=80%", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    words = "grant_floor = 80%" if command.startswith("compare") else "grant floor 90% → 80%"
    assert words in " ".join(done.stdout.split()), done.stdout


def test_a_goal_is_told_and_saved(tmp_path: Path) -> None:
    """What is saved can be settled, and the levers that were set stay in it."""
    done = run(
        "goal", "bucks-and-burnley", "--set", "grant_floor=80%", "--lever", "pot", "--save", "g.toml", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    words = " ".join(done.stdout.split())
    assert "The least pot at which no target of the nation need be missed: £" in words
    assert "grant floor 90% → 80%" in words
    settled = run("settle", "g.toml", "--out", "out", "--only", "tables", cwd=tmp_path)
    assert settled.returncode == 0, settled.stderr
    assert "0 of 4 national targets are missed." in settled.stdout
    saved = sp.read_scenario(tmp_path / "g.toml")
    assert set(saved.settings.stages.give.values()) <= {0.0}
    refused = run("goal", "bucks-and-burnley", "--lever", "bids", cwd=tmp_path)
    assert refused.returncode == 2
    assert "no linear programme in the bids" in refused.stderr
    as_json = run("goal", "bucks-and-burnley", "--lever", "grant_floor", "--json", cwd=tmp_path)
    assert json.loads(as_json.stdout)["lever"] == "rules.grant_floor"
