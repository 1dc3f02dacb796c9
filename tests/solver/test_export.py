"""The programme in other languages has the same optimum and names that survive."""

from __future__ import annotations

from pathlib import Path

import highspy
import numpy as np
import pulp
import pyomo.environ as pyo
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyomo.contrib.solver.solvers.highs import Highs

import singlepot as sp
from singlepot.models.formulation.model_file import write_model
from singlepot.solver import LinearProgramme, ProgrammeBuilder, SinglepotError, names_of, to_pulp, to_pyomo

from ..api.test_command_line import run

OPTIMUM = 4.0
"""Least burden of Bucks and Burnley before any other stage, £m, found by every language below."""


def burden() -> tuple[LinearProgramme, np.ndarray]:
    formulation = sp.formulate(sp.read_scenario("bucks-and-burnley"))
    return formulation.programme, next(s.cost for s in formulation.stages if s.name == "burden")


def solve_file(path: Path) -> float:
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    assert highs.readModel(str(path)) == highspy.HighsStatus.kOk
    highs.run()
    return float(highs.getInfo().objective_function_value)


def test_pulp() -> None:
    """The problem solves, and a reader finds a grant by its name."""
    problem = to_pulp(*burden())
    problem.solve(pulp.HiGHS(msg=False))
    assert pulp.value(problem.objective) == pytest.approx(OPTIMUM)
    assert "grant_E06000060_total_2026_27" in problem.variablesDict()


def test_pyomo() -> None:
    """The model solves, and takes a constraint of the reader's own."""
    model = to_pyomo(*burden())
    Highs().solve(model)
    assert pyo.value(model.objective) == pytest.approx(OPTIMUM)
    model.mine = pyo.Constraint(expr=model.x["grant_E06000060_total_2026_27"] <= 27.2)
    Highs().solve(model)
    assert pyo.value(model.objective) > OPTIMUM + 0.1


@pytest.mark.parametrize("ending", ["lp", "mps"])
def test_files(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"model.{ending}"
    write_model(burden()[0], path, burden()[1])
    assert solve_file(path) == pytest.approx(OPTIMUM)
    assert [item.name for item in tmp_path.iterdir()] == [path.name]


def test_the_command_line_writes_a_file(tmp_path: Path) -> None:
    path = tmp_path / "model.mps"
    done = run("model", "bucks-and-burnley", str(path), "--stage", "burden")
    assert done.returncode == 0
    assert "burden" in done.stdout
    assert solve_file(path) == pytest.approx(OPTIMUM)
    assert run("model", "bucks-and-burnley", str(tmp_path / "model.txt")).returncode != 0
    before = path.read_bytes()
    refused = run("model", "bucks-and-burnley", str(path))
    assert (refused.returncode, path.read_bytes()) == (2, before)
    assert "exists already" in refused.stderr
    wrong = run("model", "bucks-and-burnley", str(path), "--stage", "burdens", "--overwrite")
    assert wrong.returncode == 2
    assert "burden" in wrong.stderr


def odd(labels: list[str]) -> LinearProgramme:
    """Columns between 1 and their position plus 2, with any labels at all; each has a row of its own."""
    count = len(labels)
    build = ProgrammeBuilder()
    upper = np.arange(2.0, count + 2)
    x = build.columns("x", {"label": labels}, lower=np.ones(count), upper=upper)
    rows = build.rows("r", {"label": labels}, lower=np.full(count, -np.inf), upper=upper - 0.5)
    build.add(rows, x, 1.0)
    return build.build()


@given(
    st.lists(
        st.text(max_size=12) | st.sampled_from(["a" * 300, "a" * 300 + "b", "A b", "a_b", "é", "</script>"]), min_size=1
    )
)
def test_names_are_unique_and_safe_whatever_the_labels(labels: list[str]) -> None:
    """Letters, digits and underscores, short enough, different even where case does not count."""
    names = names_of(odd(labels))
    for kind in (names.columns, names.rows):
        assert len({name.lower() for name in kind}) == len(labels)
        for name in kind:
            assert name.isascii()
            assert name.replace("_", "").isalnum()
            assert len(name) <= 100
            assert not name[0].isdigit()


def test_odd_labels_do_no_harm_in_any_language(tmp_path: Path) -> None:
    """Duplicates, 300 characters, spaces, formulae, signs, no name: every column keeps its own bound."""
    labels = ["a b", "a b", "a" * 300, "a" * 300, "=cmd()", "+1", "", "£ – é", "st", "free", "1e5", "x\ny"]
    programme = odd(labels)
    best = -(np.arange(2.0, len(labels) + 2) - 0.5).sum()
    cost = -np.ones(len(labels))
    problem = to_pulp(programme, cost)
    problem.solve(pulp.HiGHS(msg=False))
    model = to_pyomo(programme, cost)
    Highs().solve(model)
    rows = [pulp.value(problem.objective), pyo.value(model.objective)]
    for ending in ("lp", "mps"):
        write_model(programme, tmp_path / f"odd.{ending}", cost)
        rows.append(solve_file(tmp_path / f"odd.{ending}"))
    assert rows == pytest.approx([best] * 4)


def test_a_file_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(SinglepotError, match=r"neither in \.lp nor in \.mps"):
        write_model(*burden()[:1], tmp_path / "model.txt")
    with pytest.raises(SinglepotError, match="cannot be written"):
        write_model(*burden()[:1], tmp_path / "nowhere" / "model.lp")
