"""Prices are the slopes of the stages' optima: between the differences on both sides, the same over their range."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

import singlepot as sp
from singlepot.models.prices import first_stage, national_prices, pot_prices
from singlepot.models.rule_prices import rule_prices
from singlepot.models.workings import Workings, work_out
from singlepot.solver import Control, Infeasible, minimise_in_turn

from .strategies import scenario, seeded

SEEDS = range(40)
STEP = 1e-4
"""By how much bounds are moved, relative."""


def optima(workings: Workings, row: int, change: float) -> list[float] | None:
    """Every stage's optimum when only a row's bounds move, from scratch."""
    programme = workings.programme
    lower, upper = programme.row_lower.copy(), programme.row_upper.copy()
    lower[row] += change
    upper[row] += change
    reach = programme.reach.copy()
    reach[programme.columns("shortfall")] += abs(change)
    reach[programme.columns("largest_shortfall")] += abs(change) / max(programme.row_lower[row], 1e-3)
    moved = replace(programme, row_lower=lower, row_upper=upper, reach=reach)
    try:
        staged = minimise_in_turn(moved, workings.formulation.stages, Control())
    except Infeasible:
        return None
    return [result.value for result in staged.results]


def tolerance(workings: Workings, position: int) -> float:
    stage = workings.formulation.stages[position]
    return 1e-8 * max(stage.size, abs(workings.staged.results[position].value))


def priced_rows(workings: Workings) -> Iterator[tuple[int, float]]:
    """National rows and pots, with the sizes of their bounds."""
    programme = workings.programme
    for family, bounds in (("national", programme.row_lower), ("pot", programme.row_upper)):
        span = programme.rows(family)
        for row in range(span.start, span.stop):
            if bounds[row] > 0:
                yield row, float(bounds[row])


def same_before(workings: Workings, values: list[float] | None, position: int) -> bool:
    """Whether no earlier stage moved, so that the optimum of this one is a convex function of the bound there."""
    if values is None:
        return False
    known = workings.staged.results
    return all(abs(values[i] - known[i].value) <= tolerance(workings, i) for i in range(position))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_dual_lies_between_the_differences_on_both_sides(seed: int) -> None:
    """(v(b) − v(b − h)) / h ≤ dual ≤ (v(b + h) − v(b)) / h, at the first stage in which the row matters."""
    workings = sp.settle(scenario(seeded(seed))).workings
    assert workings is not None
    if any(stage.give > 0 for stage in workings.formulation.stages):
        workings = work_out(sp.settle(workings.formulation.scenario.with_(stages={"give": {}})))
    for row, size in priced_rows(workings):
        stage = first_stage(workings, row)
        if stage is None:
            continue
        step, slack = STEP * size, tolerance(workings, stage.position)
        present = workings.staged.results[stage.position].value
        above, below = optima(workings, row, step), optima(workings, row, -step)
        if above is not None and same_before(workings, above, stage.position):
            assert stage.row[row] * step <= above[stage.position] - present + slack
        if below is not None and same_before(workings, below, stage.position):
            assert stage.row[row] * step >= present - below[stage.position] - slack


@pytest.mark.parametrize("seed", range(0, 22, 2))
def test_a_range_ends_where_the_slope_changes(seed: int) -> None:
    """On either side the stage's optimum is a straight line to the end of the range, and above it just past the end."""
    settlement = sp.settle(scenario(seeded(seed)))
    workings = work_out(settlement)
    names = [result.stage.name for result in workings.staged.results]
    for row, size in list(priced_rows(workings))[:3]:
        label = workings.programme.row_label(row)
        kind, place = label[:-1].split("[")
        found = sp.price_range(settlement, kind, *place.split(","))
        for side, sign in ((found.below, -1), (found.above, 1)):
            if not side.stage or np.isinf(side.marginal) or not np.isfinite(side.until):
                continue
            position = names.index(side.stage)
            present, slack = workings.staged.results[position].value, tolerance(workings, position)
            at = (side.until - found.bound) * (1 - 1e-6)
            inside = optima(workings, row, at)
            assert inside is not None
            assert abs(inside[position] - present - side.marginal * at) <= 10 * slack + 1e-6 * abs(side.marginal * at)
            past = side.until - found.bound + sign * 0.01 * size
            outside = optima(workings, row, past)
            if same_before(workings, outside, position):
                assert outside is not None
                assert outside[position] - present - side.marginal * past > -slack
                assert abs(outside[position] - present - side.marginal * past) > 0


@pytest.mark.parametrize("seed", range(0, 40, 5))
def test_prices_do_not_depend_on_the_order_of_rows(seed: int) -> None:
    """Tables upside down give the same prices and reasons."""
    made = scenario(seeded(seed))
    tables = {name: table.iloc[::-1].reset_index(drop=True) for name, table in made.tables.items() if name != "rules"}
    turned = sp.settle(made.with_(**tables))
    settlement = sp.settle(made)
    assert turned.national.equals(settlement.national)
    assert turned.asks["reason"].tolist() == settlement.asks["reason"].tolist()


@pytest.mark.parametrize("seed", range(0, 16, 3))
def test_a_dual_lies_between_the_prices_on_both_sides(seed: int) -> None:
    """Where both sides are priced in the stage of the dual, the dual is neither below nor above them."""
    settlement = sp.settle(scenario(seeded(seed)))
    workings = work_out(settlement)
    for row, _ in list(priced_rows(workings))[:4]:
        stage = first_stage(workings, row)
        kind, place = workings.programme.row_label(row)[:-1].split("[")
        found = sp.price_range(settlement, kind, *place.split(","))
        for side, sign in ((found.below, 1), (found.above, -1)):
            if stage is not None and side.stage == stage.name and np.isfinite(side.marginal):
                dual = stage.row[row]
                assert sign * (dual - side.marginal) >= -1e-6 * max(abs(dual), abs(side.marginal))


def test_prices_of_bucks_and_burnley_by_hand() -> None:
    """The last kilotonne of 2026-27 costs £3m, what Burnley asks; one less saves nothing, 2027-28 needs as much."""
    settlement = sp.settle(sp.read_scenario("bucks-and-burnley"))
    first = sp.price_range(settlement, "national", "carbon", "2026-27")
    assert first.below.value == pytest.approx(0, abs=1e-9)
    assert first.above.value == pytest.approx(3)
    assert first.above.until == pytest.approx(53 + 0.5 / 3)
    with pytest.raises(sp.BadOption):
        sp.price_range(settlement, "national", "carbon", "2031-32")


def test_a_settlement_can_be_sent_to_another_process_after_it_was_asked() -> None:
    """Open solvers stay behind; what is asked of the copy is found again."""
    settlement = sp.settle(sp.read_scenario("bucks-and-burnley"))
    asked = sp.price_range(settlement, "national", "carbon", "2026-27")
    copy = pickle.loads(pickle.dumps(settlement))
    assert copy.best_placed.table.equals(settlement.best_placed.table)
    assert sp.price_range(copy, "national", "carbon", "2026-27") == asked


def test_one_more_million_removes_what_it_says() -> None:
    """A pot moved by £1m lowers the shortfall by the share that stands beside its price."""
    settlement = sp.settle(sp.read_scenario("england"))
    workings = work_out(settlement)
    prices = pot_prices(workings)
    rows = workings.programme.rows("pot")
    before = workings.staged.results[0].value
    after = optima(workings, rows.stop - 1, 1.0)
    assert after is not None
    assert (before - after[0]) / before == pytest.approx(prices[-1].removes, rel=1e-3)
    shared = [price for price in national_prices(workings) if price.shared]
    assert len(shared) == 5
    assert rule_prices(workings)


def test_a_settlement_read_back_has_the_same_prices(tmp_path: object) -> None:
    """The stages are solved again from the scenario inside the folder."""
    settlement = sp.settle(sp.read_scenario("bucks-and-burnley"))
    settlement.write(f"{tmp_path}/out")
    back = sp.read_settlement(f"{tmp_path}/out")
    assert back.workings is None
    assert back.national["price"].tolist() == settlement.national["price"].tolist()
    assert back.prices == settlement.prices
    assert back.best_placed.table.equals(settlement.best_placed.table)
    assert back.asks["reason"].tolist() == settlement.asks["reason"].tolist()
