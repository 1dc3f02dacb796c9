"""Stages in exact fractions: right on a published programme and drawn scenarios, and one that is not best is seen."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

import singlepot as sp
from singlepot.cli import _run
from singlepot.models.assurance.double_build import DoubleBuildError, TooLargeError, exact, exact_optima
from singlepot.solver.backends.contract_afiro import LEAST, afiro
from singlepot.solver.backends.contract_programmes import Task

from ...contracts.netlib import PUBLISHED
from ...examples import tries
from ...strategies import seeded

NEVER = lambda: False  # noqa: E731


def tableau(columns: int) -> exact.Tableau:
    return exact.Tableau({f"x{j}": j for j in range(columns)}, [Fraction(0)] * columns, NEVER)


def least_of(task: Task) -> Fraction:
    """Find the optimum of a programme whose columns have no upper bound, in fractions."""
    cost, _, (least, most) = task.arrays
    table = tableau(len(cost))
    for i, row in enumerate(task.matrix.toarray()):
        entries = {j: exact._fraction(a) for j, a in enumerate(row) if a}
        if most[i] < np.inf:
            table.add(entries, exact._fraction(most[i]), 0 if least[i] == most[i] else 1)
        else:
            table.add(entries, exact._fraction(least[i]), -1)
    table.find_point()
    return table.minimise({f"x{j}": exact._fraction(c) for j, c in enumerate(cost)}, Fraction(0))


def test_afiro_has_its_published_optimum_as_a_fraction() -> None:
    value = least_of(afiro())
    assert float(value) == pytest.approx(LEAST, rel=1e-15)
    assert value.denominator == 875


@pytest.mark.parametrize("name", ["sc50a", "sc50b"])
def test_small_programmes_of_netlib_have_their_published_optima(name: str) -> None:
    (published,) = (one for one in PUBLISHED if one.name == name)
    assert float(least_of(published.task)) == pytest.approx(published.least, rel=1e-10)


@st.composite
def programmes(draw: st.DrawFn) -> tuple[list[list[int]], list[int], list[int], list[int]]:
    """Rows, right-hand sides, kinds of rows and costs, in small whole numbers: ties and conflicts are common."""
    rows, columns = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    small = st.integers(-3, 3)
    matrix = draw(st.lists(st.lists(small, min_size=columns, max_size=columns), min_size=rows, max_size=rows))
    right = draw(st.lists(st.integers(-4, 6), min_size=rows, max_size=rows))
    kinds = draw(st.lists(st.sampled_from([-1, 0, 1]), min_size=rows, max_size=rows))
    return matrix, right, kinds, draw(st.lists(small, min_size=columns, max_size=columns))


@tries(60)
@given(programmes())
def test_any_small_programme_has_the_optimum_of_another_solver(
    programme: tuple[list[list[int]], list[int], list[int], list[int]],
) -> None:
    """Two objectives in turn, within a box, or no point at all."""
    matrix, right, kinds, cost = programme
    table = tableau(len(cost))
    for row, limit, kind in zip(matrix, right, kinds, strict=True):
        table.add({j: Fraction(a) for j, a in enumerate(row)}, Fraction(limit), kind)
    for j in range(len(cost)):
        table.add({j: Fraction(1)}, Fraction(7), 1)
    rows = zip(matrix, right, kinds, strict=True)
    signed = [(np.array(row) * (kind or 1), limit * (kind or 1)) for row, limit, kind in rows]
    within = [one for one, kind in zip(signed, kinds, strict=True) if kind]
    equal = [one for one, kind in zip(signed, kinds, strict=True) if not kind]

    def least(costs: list[float], held: list[tuple[np.ndarray, float]]) -> float | None:
        upper, exactly = within, [*equal, *held]
        found = linprog(
            costs,
            A_ub=[row for row, _ in upper] or None,
            b_ub=[limit for _, limit in upper] or None,
            A_eq=[row for row, _ in exactly] or None,
            b_eq=[limit for _, limit in exactly] or None,
            bounds=[(0, 7)] * len(costs),
        )
        return float(found.fun) if found.status == 0 else None

    first = least([float(c) for c in cost], [])
    if first is None:
        with pytest.raises(DoubleBuildError, match="no point"):
            table.find_point()
        return
    table.find_point()
    found = table.minimise({f"x{j}": Fraction(c) for j, c in enumerate(cost)}, Fraction(0))
    assert float(found) == pytest.approx(first, abs=1e-9)
    table.take_face()
    second = least([1.0] * len(cost), [(np.array(cost, dtype=float), first)])
    if second is not None:
        total = table.minimise({f"x{j}": Fraction(1) for j in range(len(cost))}, Fraction(0))
        assert float(total) == pytest.approx(second, abs=1e-7)


@tries(5)
@given(st.integers(0, 10**6))
def test_stages_of_any_scenario_are_those_of_the_settlement(seed: int) -> None:
    scenario = sp.Scenario.from_tables(**seeded(seed))
    try:
        settlement = sp.settle(scenario)
    except sp.NoSettlementError:
        return
    stages = settlement.stages.set_index("name")["value"]
    bids = float(settlement.grants["bid"].sum())
    for name, optimum in exact_optima(scenario).items():
        size = bids if name in ("burden", "cost") else 1.0
        assert abs(float(optimum) - stages[name]) <= 1e-9 * max(size, abs(float(optimum))), name


def test_rules_that_clash_have_no_point() -> None:
    with pytest.raises(DoubleBuildError, match="no point satisfies every row"):
        exact_optima(sp.read_scenario("bucks-and-burnley").with_(rules={"grant_floor": 1.0}))


def test_verify_says_what_was_exact_and_what_was_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sp.settle("bucks-and-burnley").write(tmp_path / "out")
    assert _run(["verify", str(tmp_path / "out"), "--exact"]) == 0
    assert "exact fractions: optimum of every stage" in capsys.readouterr().out
    monkeypatch.setattr(exact, "LARGEST", 10)
    with pytest.raises(TooLargeError, match="rows and columns; at most 10"):
        exact_optima(sp.read_scenario("bucks-and-burnley"))
    assert _run(["verify", str(tmp_path / "out"), "--exact"]) == 0
    assert "optima in exact fractions, since the programme is too large" in capsys.readouterr().out


def test_a_stage_that_is_not_best_is_found(tmp_path: Path) -> None:
    """A value that is a hundred millionth of its size too high, in a table that is otherwise right."""
    sp.settle("bucks-and-burnley").write(tmp_path / "out")
    path = tmp_path / "out" / "tables" / "stages.csv"
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    value = rows[0].index("value")
    (line,) = [i for i, row in enumerate(rows) if row[0] == "burden"]
    rows[line][value] = repr(float(rows[line][value]) * (1 + 1e-7))
    path.write_text("\n".join(map(",".join, rows)) + "\n", encoding="utf-8")
    found = [str(finding) for finding in sp.verify(tmp_path / "out", exact=True).findings]
    assert any(f"stages.csv line {line + 1}: burden, value" in text and "expected 17" in text for text in found)
