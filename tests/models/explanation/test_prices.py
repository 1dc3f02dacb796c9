"""Prices are the slopes of the stages' optima: between the differences on both sides, the same over their range."""

from __future__ import annotations

import pickle
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

import singlepot as sp
from singlepot.models.analysis.price_by_resolving import moved
from singlepot.models.analysis.price_range import limit_of
from singlepot.models.explanation.prices import national_prices, pot_prices
from singlepot.models.explanation.rule_prices import rule_prices
from singlepot.models.explanation.solved_stages import SolvedStages
from singlepot.solver import Bound, Control, InfeasibleError, minimise_in_turn

from ...steered import MANY
from ...strategies import scenario, seeded

SEEDS = range(max(MANY, 40))
UNPRICED = {1, 8, 13, 32, 38}
"""Those of the first 40 in which nothing has a price whose stage may move; in all others some price is compared."""

STEP = 1e-4
"""By how much bounds are moved, relative."""


def optima(solved: SolvedStages, bound: Bound | int, change: float) -> list[float] | None:
    """Every stage's optimum when only one bound moves, from scratch."""
    moved_programme = moved(solved.programme, bound if isinstance(bound, Bound) else Bound(bound), change)
    try:
        staged = minimise_in_turn(moved_programme, solved.formulation.stages, Control())
    except InfeasibleError:
        return None
    return [result.value for result in staged.results]


def tolerance(solved: SolvedStages, position: int) -> float:
    stage = solved.formulation.stages[position]
    return 1e-8 * max(stage.size, abs(solved.staged.results[position].value))


def priced_rows(solved: SolvedStages) -> Iterator[tuple[int, float]]:
    """National rows and pots, with the sizes of their bounds."""
    programme = solved.programme
    for family, bounds in (("national", programme.row_lower), ("pot", programme.row_upper)):
        span = programme.rows(family)
        for row in range(span.start, span.stop):
            if bounds[row] > 0:
                yield row, float(bounds[row])


def same_before(solved: SolvedStages, values: list[float] | None, position: int) -> bool:
    """Whether no earlier stage moved, so that the optimum of this one is a convex function of the bound there."""
    if values is None:
        return False
    known = solved.staged.results
    return all(abs(values[i] - known[i].value) <= tolerance(solved, i) for i in range(position))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_price_lies_between_the_differences_on_both_sides(seed: int) -> None:
    """(v(b) − v(b − h)) / h ≤ price ≤ (v(b + h) − v(b)) / h, of national targets, pots and rules that bind."""
    settlement = sp.settle(scenario(seeded(seed)))
    solved = settlement.solved_stages
    if any(stage.give > 0 for stage in solved.formulation.stages):
        settlement = sp.settle(solved.formulation.scenario.with_(stages={"give": {}}))
        solved = settlement.solved_stages
    rules = rule_prices(solved)
    chosen = [*national_prices(solved), *pot_prices(solved), *(rules if MANY else rules[seed % 3 :: 3])]
    names = [result.stage.name for result in solved.staged.results]
    compared = 0
    for price in (price for price in chosen if price.stage):
        position = names.index(price.stage)
        stage = next(item for item in solved.marginals if item.name == price.stage)
        marginal = stage.column[price.bound.index] if price.bound.of_column else stage.row[price.bound.index]
        assert marginal == price.marginal
        size = abs(limit_of(solved, price.bound)) or 1.0
        step, slack = STEP * size, tolerance(solved, position)
        present = solved.staged.results[position].value
        above, below = (optima(solved, price.bound, sign * step) for sign in (1, -1))
        if above is not None and same_before(solved, above, position):
            assert marginal * step <= above[position] - present + slack, price.label
            compared += 1
        if below is not None and same_before(solved, below, position):
            assert marginal * step >= present - below[position] - slack, price.label
            compared += 1
    assert compared or MANY or seed in UNPRICED


@pytest.mark.parametrize("seed", [0, 2, 4, 6, 10, 12, 14, 16, 18, 20, 22])
def test_a_range_ends_where_the_slope_changes(seed: int) -> None:
    """On either side the stage's optimum is a straight line to the end of the range, and above it just past the end."""
    settlement = sp.settle(scenario(seeded(seed)))
    solved = settlement.solved_stages
    names = [result.stage.name for result in solved.staged.results]
    lines, ends = 0, 0
    for row, size in list(priced_rows(solved))[:3]:
        label = solved.programme.row_label(row)
        kind, location = label[:-1].split("[")
        price_range = sp.find_price_range(settlement, kind, *location.split(","))
        for side, sign in ((price_range.below, -1), (price_range.above, 1)):
            if not side.stage or np.isinf(side.marginal) or not np.isfinite(side.until):
                continue
            position = names.index(side.stage)
            present, slack = solved.staged.results[position].value, tolerance(solved, position)
            at = (side.until - price_range.bound) * (1 - 1e-6)
            inside = optima(solved, row, at)
            assert inside is not None
            assert abs(inside[position] - present - side.marginal * at) <= 10 * slack + 1e-6 * abs(side.marginal * at)
            lines += 1
            past = side.until - price_range.bound + sign * 0.01 * size
            outside = optima(solved, row, past)
            if same_before(solved, outside, position):
                assert outside is not None
                assert outside[position] - present - side.marginal * past > -slack
                assert abs(outside[position] - present - side.marginal * past) > 0
                ends += 1
    assert lines and ends


@pytest.mark.parametrize("seed", range(0, 40, 5))
def test_prices_do_not_depend_on_the_order_of_rows(seed: int) -> None:
    """Tables upside down give the same prices and reasons."""
    made = scenario(seeded(seed))
    tables = {name: table.iloc[::-1].reset_index(drop=True) for name, table in made.tables.items() if name != "rules"}
    turned = sp.settle(made.with_(**tables))
    settlement = sp.settle(made)
    assert turned.national.equals(settlement.national)
    assert turned.asks["reason"].tolist() == settlement.asks["reason"].tolist()


def test_prices_on_both_sides_hold_the_price_and_one_that_is_sure_is_the_only_one() -> None:
    """Of national targets, pots and rules; what is called sure has no range."""
    several, sure, wrong = 0, 0, []
    for seed in range(0, max(MANY, 24), 1 if MANY else 2):
        settlement = sp.settle(scenario(seeded(seed)))
        for price in settlement.prices:
            price_range = sp.find_price_range(settlement, price.kind, *price.place)
            several += not price_range.unique
            sure += price.sure
            if price.sure and not price_range.unique:
                wrong.append(price.label)
            slopes = sorted([price_range.below.marginal, price_range.above.marginal])
            if price_range.below.stage == price_range.above.stage == price.stage and np.isfinite(slopes).all():
                slack = 1e-6 * max(map(abs, slopes))
                assert slopes[0] - slack <= price.marginal <= slopes[1] + slack
    assert sure > 60
    assert several > 15
    assert not [label for label in wrong if not label.startswith("pot")]
    assert len(wrong) <= 0.02 * sure


def test_a_rule_has_prices_on_both_sides_by_hand() -> None:
    """Two areas bid 10 each and the pot holds 18; the floor of one leaves it 9.5 and the other 8.5.

    A pound more for the first costs the second one beyond 15%, at 7, and saves it one below 5%, at 1: 6. A pound less
    costs it one beyond 5% and saves the second one below 15%, both at 3: nothing.
    """
    settlement = sp.settle(
        sp.Scenario.from_tables(
            areas=pd.DataFrame({"code": ["A", "B"], "name": ["Aston", "Barton"]}),
            pot=pd.DataFrame({"year": ["2026-27"], "amount": [18.0]}),
            bids=pd.DataFrame({"area": ["A", "B"], "year": ["2026-27"] * 2, "amount": [10.0, 10.0]}),
            years=["2026-27"],
            rule_rows=pd.DataFrame({"rule": ["grant_floor"], "value": [0.95], "area": ["A"]}),
        )
    )
    price_range = sp.find_price_range(settlement, "grant floor", "A", "total", "2026-27")
    assert price_range.bound == pytest.approx(9.5)
    assert price_range.above.marginal == pytest.approx(6)
    assert price_range.above.until == pytest.approx(10)
    assert price_range.below.marginal == pytest.approx(0)
    with pytest.raises(sp.BadOptionError, match="nothing that can have a price is called grant floor C"):
        sp.find_price_range(settlement, "grant floor", "C", "total", "2026-27")


def test_prices_of_bucks_and_burnley_by_hand() -> None:
    """The last kilotonne of 2026-27 costs £3m, what Burnley asks; one less saves nothing, 2027-28 needs as much."""
    settlement = sp.settle(sp.read_scenario("bucks-and-burnley"))
    first = sp.find_price_range(settlement, "national", "carbon", "2026-27")
    assert first.below.value == pytest.approx(0, abs=1e-9)
    assert first.above.value == pytest.approx(3)
    assert first.above.until == pytest.approx(53 + 0.5 / 3)
    with pytest.raises(sp.BadOptionError):
        sp.find_price_range(settlement, "national", "carbon", "2031-32")


def test_a_settlement_can_be_sent_to_another_process_after_it_was_asked() -> None:
    """Open solvers stay behind; what is asked of the copy is found again."""
    settlement = sp.settle(sp.read_scenario("bucks-and-burnley"))
    asked = sp.find_price_range(settlement, "national", "carbon", "2026-27")
    copy = pickle.loads(pickle.dumps(settlement))
    assert copy.best_placed.table.equals(settlement.best_placed.table)
    assert sp.find_price_range(copy, "national", "carbon", "2026-27") == asked


def test_one_more_million_removes_what_it_says() -> None:
    """A pot moved by £1m lowers the shortfall by the share that stands beside its price."""
    settlement = sp.settle(sp.read_scenario("england"))
    solved = settlement.solved_stages
    prices = pot_prices(solved)
    rows = solved.programme.rows("pot")
    before = solved.staged.results[0].value
    after = optima(solved, rows.stop - 1, 1.0)
    assert after is not None
    assert (before - after[0]) / before == pytest.approx(prices[-1].removes, rel=1e-3)
    shared = [price for price in national_prices(solved) if price.shared]
    assert len(shared) == 5
    assert rule_prices(solved)


def test_a_settlement_read_back_has_the_same_prices(tmp_path: object) -> None:
    """The stages are solved again from the scenario inside the folder."""
    settlement = sp.settle(sp.read_scenario("bucks-and-burnley"))
    settlement.write(f"{tmp_path}/out")
    back = sp.read_settlement(f"{tmp_path}/out")
    assert back.stored_orders is None
    assert back.national["price"].tolist() == settlement.national["price"].tolist()
    assert back.prices == settlement.prices
    assert back.best_placed.table.equals(settlement.best_placed.table)
    assert back.asks["reason"].tolist() == settlement.asks["reason"].tolist()
