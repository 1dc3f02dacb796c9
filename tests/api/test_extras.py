"""Extras that are missing are asked for before any work, with one exit code and the command that installs them."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import openpyxl
import pytest

import singlepot as sp
from singlepot.cli import _run
from singlepot.models.extras import EXTRAS

from ..places import ROOT

MISSING = 2
"""The exit code of everything that an extra is missing for."""

PLAN = """
base = "bucks-and-burnley"
draws = 2
seed = 7
[[uncertain]]
name = "costs"
table = "option_years"
columns = ["grant"]
each = "area"
distribution = "lognormal"
spread = 0.1
"""

COMMANDS = [
    ("matplotlib", "charts", "sweep bucks-and-burnley --lever pot=0.9,1 --out out"),
    ("matplotlib", "charts", "regimes bucks-and-burnley --only pro-rata --out out"),
    ("matplotlib", "charts", "frontier bucks-and-burnley --between carbon,burden --out out --chart chart.svg"),
    ("matplotlib", "charts", "alternatives bucks-and-burnley --out out --chart chart.svg"),
    ("matplotlib", "charts", "robust plan.toml --out out --chart chart.svg"),
    ("matplotlib", "charts", "ensemble plan.toml --out out --chart chart.svg"),
    ("pyarrow", "ensemble", "ensemble plan.toml --out out"),
    ("SALib", "ensemble", "ensemble plan.toml --out out"),
    ("distributed", "dask", "ensemble plan.toml --out out --cluster tcp://127.0.0.1:1"),
    ("jinja2", "report", "settle bucks-and-burnley --out out --area-pages"),
    ("vl_convert", "report", "settle bucks-and-burnley --out out --pictures svg"),
    ("pyarrow", "parquet", "export bucks-and-burnley out --format parquet"),
    ("pyarrow", "parquet", "settle parquet --out out"),
    ("pyarrow", "parquet", "check parquet"),
    ("starlette", "serve", "serve bucks-and-burnley"),
    ("vl_convert", "serve", "serve"),
    ("openpyxl", "excel-formats", "check broken.xlsx --marked out.xlsx"),
]


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan, a scenario as Parquet, and a workbook with a mistake."""
    folder = tmp_path_factory.mktemp("inputs")
    (folder / "plan.toml").write_text(PLAN, encoding="utf-8")
    sp.write_scenario(sp.read_scenario("bucks-and-burnley"), folder / "parquet", format="parquet")
    sp.write_template(folder / "broken.xlsx")
    book = openpyxl.load_workbook(folder / "broken.xlsx")
    book["bids"]["C2"] = "many"
    book.save(folder / "broken.xlsx")
    return folder


@pytest.mark.parametrize(("module", "extra", "command"), COMMANDS, ids=lambda part: str(part)[:40])
def test_a_missing_package_is_asked_for_before_any_work(
    module: str,
    extra: str,
    command: str,
    inputs: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nothing is solved: the solver is taken away too."""
    monkeypatch.chdir(inputs)
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setattr("singlepot.solver.lexicographic.stages.minimise_in_turn", None)
    monkeypatch.setattr("singlepot.models.settlement.solving.minimise_in_turn", None)
    before = sorted(item.name for item in inputs.iterdir())
    assert _run(command.split()) == MISSING
    assert f'python -m pip install "singlepot[{extra}]"' in capsys.readouterr().err
    assert sorted(item.name for item in inputs.iterdir()) == before


def test_problems_are_printed_where_they_cannot_be_marked(
    inputs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(inputs)
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    assert _run(["check", "broken.xlsx", "--marked", "copy.xlsx"]) == MISSING
    assert "SP-D011" in capsys.readouterr().err
    assert _run(["check", "broken.xlsx", "--json", "--marked", "copy.xlsx"]) == MISSING
    assert '"SP-D011"' in capsys.readouterr().out


def _with_inner(declared: dict[str, list[str]], extra: str) -> list[str]:
    """The packages of an extra, and of those that it names."""
    inner = [name for name in declared if f"singlepot[{name}]" in declared[extra]]
    return [*declared[extra], *(package for name in inner for package in _with_inner(declared, name))]


def test_every_extra_is_listed_with_its_packages() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    for extra, packages in EXTRAS.items():
        text = " ".join(_with_inner(declared, extra)).lower()
        for package in packages.values():
            assert package.lower() in text
    assert set(declared) - set(EXTRAS) == {"docs", "benchmarks", "test", "dev"}
