"""The solver room on its own: programmes, scaling, stages, rounding, and how a run ends."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from itertools import count

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

import singlepot as sp
from benchmarks.workloads import Workload, tables
from singlepot.solver import (
    Control,
    InfeasibleError,
    LinearProgramme,
    ProgrammeBuilder,
    Stage,
    largest_violation,
    minimise_in_turn,
    whole_units,
)
from singlepot.solver.infeasibility.farkas import find_conflict
from singlepot.solver.scaling import scale

from ..strategies import scenario, seeded


def programme(matrix: np.ndarray, row_upper: np.ndarray, row_lower: np.ndarray | None = None) -> LinearProgramme:
    """A programme with columns between 0 and 10."""
    rows, columns = matrix.shape
    build = ProgrammeBuilder()
    x = build.columns(
        "x", {"i": [str(i) for i in range(columns)]}, lower=np.zeros(columns), upper=np.full(columns, 10.0)
    )
    lower = np.full(rows, -np.inf) if row_lower is None else row_lower
    r = build.rows("r", {"i": [str(i) for i in range(rows)]}, lower=lower, upper=row_upper)
    at = np.nonzero(matrix)
    build.add(r[at[0]], x[at[1]], matrix[at])
    return build.build()


@st.composite
def problems(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Matrix, right side and two objectives, of sizes that differ a million-fold."""
    rows, columns = draw(st.integers(1, 5)), draw(st.integers(1, 6))
    whole = st.integers(-4, 4)
    matrix = np.asarray(draw(st.lists(whole, min_size=rows * columns, max_size=rows * columns)), dtype=float)
    right = np.asarray(draw(st.lists(st.integers(0, 20), min_size=rows, max_size=rows)), dtype=float)
    costs = np.asarray(draw(st.lists(whole, min_size=2 * columns, max_size=2 * columns)), dtype=float)
    size = 10.0 ** draw(st.integers(-6, 0))
    return matrix.reshape(rows, columns), right, costs.reshape(2, columns) * size


@given(problems())
def test_two_stages_are_those_of_an_independent_solver(problem: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    """First optimum, then the second on the face of the first, against scipy holding the first by a row."""
    matrix, right, costs = problem
    size = max(float(np.abs(costs).max()), 1e-12)
    stages = [Stage("one", "", costs[0], size=size), Stage("two", "", costs[1], size=size)]
    staged = minimise_in_turn(programme(matrix, right), stages, Control())
    first = linprog(costs[0] / size, matrix, right, bounds=(0, 10))
    assert staged.results[0].value / size == pytest.approx(first.fun, abs=1e-7)
    both = linprog(costs[1] / size, np.vstack([matrix, costs[0] / size]), [*right, first.fun + 1e-9], bounds=(0, 10))
    assert staged.results[1].value / size == pytest.approx(both.fun, abs=1e-6)


@pytest.mark.parametrize("lower", [7.0, 6.999999999999999])
def test_a_column_without_range_is_scaled_by_its_value(lower: float) -> None:
    """Also where two limits differ in their last digit alone."""
    build = ProgrammeBuilder()
    x = build.columns("x", {}, lower=np.asarray([lower]), upper=np.asarray([7.0]))
    build.add(build.rows("r", {}, lower=np.asarray([-np.inf]), upper=np.asarray([9.0])), x, 1.0)
    assert scale(build.build()).column_scale[0] == 8.0


@pytest.mark.parametrize("target", [77.82, 77.8])
def test_a_grant_that_can_hardly_move_spoils_no_proof(target: float) -> None:
    made = scenario(seeded(22))
    national = made.national
    first = (national["objective"] == "skills") & (national["year"] == "2026-27")
    national.loc[first, "target"] = target
    assert sp.settle(made.with_(national=national)).certificate.passed


@pytest.mark.parametrize("bound", [0.0, -1e-14])
@pytest.mark.parametrize(("first", "violation"), [(1e-12, 1e-12), (0.25, 0.25)])
def test_what_rounding_leaves_of_an_option_breaks_no_comparison(bound: float, first: float, violation: float) -> None:
    """x is at most y, both up to 1 and y at zero: an x of 1e-12 is measured by what x can be."""
    build = ProgrammeBuilder()
    columns = build.columns("x", {"n": ["x", "y"]}, lower=np.zeros(2), upper=np.ones(2))
    row = build.rows("r", {}, lower=np.asarray([-np.inf]), upper=np.asarray([bound]))
    build.add(np.repeat(row, 2), columns, np.asarray([1.0, -1.0]))
    result = largest_violation(build.build(), np.asarray([first, 0.0]))
    assert result.relative == pytest.approx(violation - bound, rel=1e-9)


@pytest.mark.parametrize(("beyond", "violation"), [(3e-16, 3e-11), (1e-7, 1e-2)])
def test_a_tiny_limit_is_resolved_as_finely_as_what_it_is_of(beyond: float, violation: float) -> None:
    """x may be all but nothing of what it could be, as a ceiling a hair above what is proposed says it."""
    build = ProgrammeBuilder()
    column = build.columns("x", {}, lower=np.zeros(1), upper=np.ones(1))
    row = build.rows("r", {}, lower=np.asarray([-np.inf]), upper=np.asarray([1e-7]))
    build.add(row, column, np.asarray([1.0]))
    result = largest_violation(build.build(), np.asarray([1e-7 + beyond]))
    assert result.relative == pytest.approx(violation, rel=0.2)


def limited(bids: tuple[float, float], pot: float, targets: tuple[float, float], **rules: object) -> sp.Settlement:
    """Two areas and one objective for which rules alone decide."""
    return sp.settle(
        sp.Scenario.from_tables(
            years=["2026-27"],
            areas=pd.DataFrame({"code": ["A", "B"], "name": ["A", "B"]}),
            bids=pd.DataFrame({"area": ["A", "B"], "year": "2026-27", "amount": bids}),
            pot=pd.DataFrame({"year": ["2026-27"], "amount": [pot]}),
            objectives=pd.DataFrame({"key": ["carbon"], "name": ["carbon"], "unit": ["kt"]}),
            targets=pd.DataFrame({"area": ["A", "B"], "objective": "carbon", "year": "2026-27", "target": targets}),
            national=pd.DataFrame({"objective": ["carbon"], "year": ["2026-27"], "target": [sum(targets)]}),
            **rules,
        )
    )


def test_limits_that_cross_by_rounding_meet() -> None:
    """A floor of 0.92 times a target of 8.8 is one digit above 8.096, where the target is locked."""
    lock = pd.DataFrame({"rule": ["target_lock"], "value": [8.096], "basis": ["amount"], "area": ["A"]})
    assert 0.92 * 8.8 > 8.096
    settlement = limited((10.0, 10.0), 20.0, (8.8, 4.0), rules={"target_floor": 0.92}, rule_rows=lock)
    assert settlement.targets["agreed"].iloc[0] == pytest.approx(8.096, rel=1e-12)


def test_floors_that_use_up_the_pot_leave_the_bids() -> None:
    """No grant can move, and the sum of the floors differs from the pot by rounding."""
    assert 0.1 + 0.2 != 0.3
    settlement = limited((0.1, 0.2), 0.3, (1.0, 1.0), rules={"grant_floor": 1.0})
    assert settlement.grants["grant"].tolist() == [0.1, 0.2]


def test_scaling_changes_no_digit() -> None:
    scaled = scale(programme(np.asarray([[3e-7, 3e-6], [5e6, 1e7]]), np.asarray([1e3, 2e-4])))
    for factors in (scaled.column_scale, scaled.row_scale):
        assert (np.frexp(factors)[0] == 0.5).all()
    entries = np.abs(scaled.matrix.data)
    assert entries.max() / entries.min() < 100


@pytest.mark.parametrize(
    "slot", ["column_lower", "column_upper", "row_lower", "row_upper", "implied_upper", "implied_lower"]
)
def test_nan_is_refused_in_every_slot(slot: str) -> None:
    good = programme(np.ones((2, 2)), np.ones(2))
    broken = getattr(good, slot).copy()
    broken[0] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        replace(good, **{slot: broken})


def test_nan_and_infinity_are_refused_in_the_matrix() -> None:
    for bad in (np.nan, np.inf):
        with pytest.raises(ValueError, match="matrix"):
            programme(np.asarray([[1.0, bad]]), np.ones(1))


def test_labels_name_rows_and_columns() -> None:
    made = programme(np.asarray([[1.0, -2.0]]), np.asarray([5.0]))
    assert (made.column_label(1), made.row_label(0)) == ("x[1]", "r[0]")
    assert " r[0]: x[0] - 2 x[1] <= 5\n" in made.lp_text(np.asarray([1.0, 0.0]))


@given(problems())
def test_a_conflict_is_proved_by_its_own_sum(problem: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    """Rows that cannot hold: their multiples add up to more than the columns can give."""
    matrix, right, _ = problem
    above = np.abs(matrix).sum(axis=1) * 10 + 1 + right
    broken = programme(matrix, np.full(len(right), np.inf), above)
    with pytest.raises(InfeasibleError):
        minimise_in_turn(broken, [], Control())
    conflict = find_conflict(broken, np.zeros(len(right), dtype=bool), Control())
    y = conflict.row_multiplier
    assert (y >= 0).all()
    most = np.maximum(matrix.T @ y, 0.0) * 10
    assert y @ above > most.sum()


@given(
    st.lists(st.integers(0, 10**6).map(lambda n: n / 997), min_size=1, max_size=12), st.integers(0, 5), st.booleans()
)
def test_whole_units_fit_and_stay_near(exact: list[float], spare: int, used_up: bool) -> None:
    """Never over the limit, within one unit of exact, and all of the limit where the exact shares use it up."""
    shares = np.asarray(exact)
    if used_up:
        shares *= np.ceil(shares.sum()) / shares.sum() if shares.sum() > 0 else 1.0
    limit = round(float(shares.sum())) if used_up else int(np.ceil(shares.sum())) + 1 + spare
    whole = whole_units(shares, limit)
    assert whole.sum() <= limit
    assert (np.abs(whole - shares) <= 1 + 1e-6).all()
    if used_up:
        assert whole.sum() == limit
    else:
        assert (whole == np.floor(shares + 0.5)).all()


def test_an_odd_unit_among_ties_goes_to_the_first() -> None:
    assert whole_units(np.asarray([1.5, 1.5]), 3).tolist() == [2, 1]
    assert whole_units(np.asarray([1 / 3, 1 / 3 + 1e-6, 1 / 3 - 1e-6]), 1).tolist() == [1, 0, 0]


@given(st.lists(st.integers(0, 60).map(lambda n: n / 7), min_size=1, max_size=6), st.floats(0, 0.99))
def test_where_the_limit_is_less_than_all_rounded_down_the_largest_difference_is_the_least(
    exact: list[float], part: float
) -> None:
    shares = np.asarray(exact)
    limit = int(part * np.floor(shares).sum())
    whole = whole_units(shares, limit)
    assert whole.sum() == limit
    assert (whole >= 0).all()
    least = next(t for t in count() if np.maximum(np.ceil(shares - t / 7 - 1e-9), 0).sum() <= limit) / 7
    assert (shares - whole).max() <= least + 1e-3


def test_thousands_of_millions_of_units_too_many_are_taken_at_once() -> None:
    assert whole_units(np.asarray([3e9, 2e9, 7.5]), 10).tolist() == [10, 0, 0]


@pytest.fixture(scope="module")
def large() -> sp.Scenario:
    """A scenario that takes several seconds."""
    return sp.Scenario.from_tables(**tables(Workload(374, 20, 5)))


def test_a_time_limit_stops_soon(large: sp.Scenario) -> None:
    """Within two seconds of work: a busy machine makes no difference."""
    start = time.process_time()
    with pytest.raises(sp.NotProvenError, match="not proven within the time limit"):
        sp.settle(large, time_limit_s=1.0)
    assert time.process_time() - start < 1.0 + 2.0


def test_progress_is_told_and_can_stop_a_run(large: sp.Scenario) -> None:
    events: list[sp.Progress] = []

    def watch(event: sp.Progress) -> bool:
        events.append(event)
        return event.elapsed_s < 1.0

    start = time.process_time()
    with pytest.raises(sp.StoppedError, match="stopped"):
        sp.settle(large, progress=watch)
    assert time.process_time() - start < 1.0 + 2.5
    assert events[0].stage == "shortfall.largest[1]"
    assert all(0 <= event.fraction <= 1 for event in events)


def test_what_is_known_comes_with_the_stop() -> None:
    def until_burden(event: sp.Progress) -> bool:
        return event.stage != "burden"

    with pytest.raises(sp.StoppedError) as stopped:
        sp.settle(sp.read_scenario("bucks-and-burnley"), progress=until_burden)
    assert dict(stopped.value.stages) == pytest.approx(
        {"shortfall.largest[1]": 0, "shortfall.total[1]": 0, "concession.total": 0.01}, abs=1e-9
    )


def test_threads_do_not_disturb_each_other() -> None:
    """Two settlements at once are those made one after the other."""
    scenarios = [sp.read_scenario(name) for name in ("england", "england-tight")]
    alone = [sp.settle(scenario).documents() for scenario in scenarios]
    together: dict[int, dict[str, bytes]] = {}

    def work(i: int) -> None:
        together[i] = sp.settle(scenarios[i]).documents()

    threads = [threading.Thread(target=work, args=(i,)) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [together[0], together[1]] == alone


def clash(**settings: object) -> str:
    made: dict[str, object] = {
        "areas": pd.DataFrame({"code": ["a", "b", "c"], "name": ["A", "B", "C"], "region": ["N", "N", "S"]}),
        "pot": pd.DataFrame({"year": ["2026-27", "2027-28"], "amount": [100.0, 80.0]}),
        "bids": pd.DataFrame(
            {"area": list("aabbcc"), "year": ["2026-27", "2027-28"] * 3, "amount": [50.0, 50, 40, 40, 20, 20]}
        ),
        "years": ["2026-27", "2027-28"],
        **settings,
    }
    with pytest.raises(sp.NoSettlementError) as refused:
        sp.settle(sp.Scenario.from_tables(**made))  # type: ignore[arg-type]
    return str(refused.value)


def rows(*of: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame(list(of)).fillna("")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (
            {"rules": {"grant_floor": 0.9}},
            "floors add up to £99.0m in 2027-28, £19.0m above the pot; lower the grant floor (grant_floor) to 0.727",
        ),
        (
            {"rules": {"grant_floor": 0.9, "carry_over": 0.2}},
            "the pot in 2026-27 and 2027-28 (£180.0m) by £18.0m; raise the pot by",
        ),
        (
            {"rule_rows": rows({"rule": "grant_lock", "value": 1.0})},
            "the grant lock of A, B and C in 2026-27 and 2027-28 (£220.0m) is more than the pot",
        ),
        ({"rule_rows": rows({"rule": "pot_share_floor", "value": 0.97, "region": "N"})}, "least share of the pot of N"),
        (
            {
                "rule_rows": rows(
                    {"rule": "grant_floor", "value": 5.0, "basis": "amount", "area": "a"},
                    {"rule": "grant_ceiling", "value": 3.0, "basis": "amount", "area": "a"},
                )
            },
            "lower the grant floor (grant_floor) of A to £3.0m",
        ),
    ],
)
def test_rules_that_clash_are_named_with_sums(settings: dict[str, object], words: str) -> None:
    assert words in clash(**settings)


def test_targets_that_need_the_money_are_named() -> None:
    """A target floor of 1 needs the programme that the pot cannot pay: both are named, with the money."""
    text = clash(
        objectives=pd.DataFrame({"key": ["k"], "name": ["K"], "unit": ["units"]}),
        targets=pd.DataFrame({"area": list("abc"), "objective": "k", "year": "2027-28", "target": [10.0, 10.0, 5.0]}),
        rules={"target_floor": 1.0},
    )
    assert "target floor" in text
    assert "pot" in text
    assert "raise the pot by £10.0m in 2026-27 and by £30.0m in 2027-28" in text
