"""The self-test, started as a user starts it, passes here; and whatever is broken, it says so and fails."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import singlepot as sp
from singlepot.cli import _run
from singlepot.models.extras import EXTRAS, how_to_install
from singlepot.reports.outputs import REPORT, WORKBOOK, Outputs
from singlepot.reports.selftest import documents, published_cases, solvers
from singlepot.reports.selftest.outcome import FAILED, LEFT_OUT, PASSED, SelfTest, SelfTestCheck
from singlepot.reports.selftest.running import _carried_out, _checks
from singlepot.solver.backends import BACKENDS, engine

from ...command_line import run

SCENARIO = solvers.SCENARIO
PARTS = ["published case", "solver", "proof", "format", "output", "optional part"]


def told(printed: str) -> SelfTest:
    """The self-test that was printed as JSON."""
    value = json.loads(printed)
    result = SelfTest(value["versions"], tuple(SelfTestCheck(**check) for check in value["checks"]))
    assert result.passed is value["passed"]
    return result


def test_the_program_passes_its_own_test(tmp_path: Path) -> None:
    """In an empty folder, which stays empty; the temporary folder does too."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    (tmp_path / "here").mkdir()
    ended = run("selftest", "--json", cwd=tmp_path / "here", TMPDIR=str(temporary), TEMP=str(temporary))
    assert (ended.returncode, ended.stderr) == (0, "")
    result = told(ended.stdout)
    assert list(dict.fromkeys(check.part for check in result.checks)) == PARTS
    assert {check.state for check in result.checks} <= {PASSED, LEFT_OUT}
    assert {check.what for check in result.checks if check.part == "solver"} >= set(BACKENDS)
    assert {check.what for check in result.checks if check.part == "optional part"} == set(EXTRAS)
    assert all(check.detail for check in result.checks)
    assert result.versions["singlepot"] == sp.__version__
    assert result.statement().splitlines()[-1].startswith("singlepot works on this machine: ")
    assert [*(tmp_path / "here").iterdir(), *temporary.iterdir()] == []


def test_a_broken_installation_fails_its_own_test(tmp_path: Path) -> None:
    """With a solver that cannot be loaded: exit code 6, a line for each check, and the others are still made."""
    (tmp_path / "highspy.py").write_text("raise ImportError('no such library: libhighs')", encoding="utf-8")
    paths = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))
    ended = run("selftest", PYTHONPATH=paths)
    assert (ended.returncode, ended.stderr) == (6, "")
    lines = ended.stdout.splitlines()
    assert lines[-1].startswith("singlepot does NOT work on this machine: ")
    failed = [line for line in lines if line.startswith("failed")]
    assert all("libhighs" in line or "highs" in line for line in failed if ", highs" in line)
    assert any(line.startswith("failed    solver, highs: ") for line in failed)
    assert any(line.startswith("passed    format, a folder of CSV files") for line in lines)
    assert "Traceback" not in ended.stdout


def check_named(part: str, what: str, folder: Path) -> SelfTestCheck:
    """Carry out one check of the self-test."""
    checks = [one for one in _checks(folder) if one[:2] == (part, what)]
    assert len(checks) == 1
    return _carried_out(*checks[0])


def other_scenario(*_: Any, **__: Any) -> sp.Scenario:
    return sp.read_scenario(SCENARIO).with_(rules={"grant_floor": 0.123})


def outputs_with(change: Callable[[str], str]) -> Callable[..., Outputs]:
    """Outputs whose report is changed; the workbook is none."""
    whole = documents.outputs

    def changed(*arguments: Any) -> Outputs:
        made = whole(*arguments)
        report = change(made.files[REPORT].decode()).encode()
        return dataclasses.replace(made, files={**made.files, REPORT: report, WORKBOOK: b"no workbook"})

    return changed


def asking_elsewhere(html: str) -> str:
    return html.replace("<body", '<link rel="icon" href="https://example.org/i.png"><body', 1)


class Content:
    """An assurance that finds nothing wrong."""

    findings, checks, passed = (), (), True


BROKEN: list[tuple[str, str, object, str, Any, str]] = [
    (
        "published case",
        "25 whole pounds",
        published_cases,
        "settle",
        lambda _: sp.settle(SCENARIO),
        "pounds",
    ),
    ("published case", "10 among claims of 2, 4, 7, 8", published_cases, "share_claims", lambda *_: [9] * 4, "rule"),
    ("solver", "pulp", solvers, "engine", lambda _, matrix: solvers.Liar(matrix), ""),
    ("proof", "a pound that is moved is found", solvers, "verify", lambda _: Content, "£1 too high was not found"),
    ("proof", "a solver that lies is found out", solvers, "Liar", lambda matrix: engine("highs", matrix), "no note"),
    ("format", "a JSON document", documents, "read_scenario", other_scenario, ""),
    ("output", "a report", documents, "outputs", outputs_with(asking_elsewhere), "asks another machine"),
    ("output", "a report", documents, "outputs", outputs_with(lambda html: html.replace("</p>", "", 1)), "closed"),
    ("output", "a report", documents, "outputs", outputs_with(lambda html: html.replace("Burnley", "")), "Burnley"),
    ("output", "a workbook", documents, "outputs", outputs_with(str), ""),
]


@pytest.mark.parametrize(("part", "what", "module", "name", "broken", "says"), BROKEN)
def test_what_is_broken_fails(
    part: str,
    what: str,
    module: Any,
    name: str,
    broken: Any,
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if name == "read_scenario":
        answers = iter([sp.read_scenario(SCENARIO), other_scenario()])
        monkeypatch.setattr(module, name, lambda _: next(answers))
    else:
        monkeypatch.setattr(module, name, broken)
    check = check_named(part, what, tmp_path)
    assert check.state == FAILED and says in check.detail
    assert check.remedy
    result = SelfTest({}, (check,))
    assert (result.passed, result.exit_code) == (False, 6)
    assert result.statement().startswith(f"failed    {part}, {what}: ")


@pytest.mark.parametrize("extra", EXTRAS)
def test_a_part_that_is_not_installed_is_left_out_with_how_to_get_it(
    extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, next(iter(EXTRAS[extra])), None)
    check = check_named("optional part", extra, tmp_path)
    assert (check.state, check.remedy) == (LEFT_OUT, how_to_install(extra))
    assert SelfTest({}, (check,)).exit_code == 0


def test_without_its_part_the_report_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    assert check_named("output", "a report", tmp_path).state == LEFT_OUT
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert check_named("format", "a folder of Parquet files", tmp_path).state == LEFT_OUT


def test_it_can_be_stopped(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(sp.StoppedError):
        sp.run_selftest(progress=lambda event: event.stage != "solver")
    assert _run(["selftest", "--time-limit", "0.001"]) == 5
    assert capsys.readouterr().out == ""
