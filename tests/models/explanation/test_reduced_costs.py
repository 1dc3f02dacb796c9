"""What stopped an option is a part of its reduced cost, and what is said of it is plain."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import singlepot as sp
from singlepot.models.explanation.merit_order import MeritOrders
from singlepot.models.explanation.prices import RULE_ROWS
from singlepot.models.explanation.verdicts import LAST, USED_UP
from singlepot.reports.text.why import why, why_area
from singlepot.solver import Control, LinearProgramme, minimise_in_turn

from ...api.test_command_line import run
from ...levelling_strategies import seeded_levelled
from ...strategies import scenario, seeded

SEEDS = range(60)
STEP = 1e-4


@cache
def placed(seed: int) -> MeritOrders:
    return sp.settle(scenario(seeded(seed))).merit_orders


@pytest.mark.parametrize("seed", SEEDS)
def test_the_parts_of_a_reduced_cost_add_up_to_it(seed: int) -> None:
    check_parts(placed(seed))


@pytest.mark.parametrize("seed", range(8))
def test_they_add_up_where_aims_and_ceilings_of_inequality_have_parts(seed: int) -> None:
    check_parts(sp.settle(scenario(seeded_levelled(seed))).merit_orders)


def check_parts(orders: MeritOrders) -> None:
    assert orders.parts
    for parts in orders.parts:
        total = parts.net + parts.served + sum(parts.rules.values())
        size = sum((np.abs(part) for part in parts.rules.values()), np.abs(parts.money) + np.abs(parts.own))
        size = size + np.abs(parts.outcome).sum(axis=1)
        assert np.abs(total - parts.total).max(initial=0.0) <= 1e-8 * max(float(size.max(initial=0.0)), 1.0)


def relaxed(orders: MeritOrders, rows: np.ndarray, columns: np.ndarray, last: int) -> list[float]:
    """The optima of the stages up to one when the bounds of these rows and columns leave a little more room."""
    moved, stages = with_room(orders, rows, columns), orders.solved.formulation.stages
    return [result.value for result in minimise_in_turn(moved, stages[: last + 1], Control()).results]


def with_room(orders: MeritOrders, rows: np.ndarray, columns: np.ndarray) -> LinearProgramme:
    """The programme with a little more room at the bounds of these rows and columns."""
    programme = orders.solved.programme
    row_lower, row_upper = programme.row_lower.copy(), programme.row_upper.copy()
    column_lower, column_upper = programme.column_lower.copy(), programme.column_upper.copy()
    for index, lower, upper in ((rows, row_lower, row_upper), (columns, column_lower, column_upper)):
        room = STEP * np.maximum(1.0, np.abs(np.where(np.isfinite(upper[index]), upper[index], lower[index])))
        upper[index] += room
        lower[index] -= np.where(lower[index] != 0, room, 0.0)
    bounded = np.isfinite(column_upper)
    implied_upper = np.where(
        bounded, np.maximum(programme.implied_upper, column_upper), programme.implied_upper * (1 + 10 * STEP)
    )
    return replace(
        programme,
        row_lower=row_lower,
        row_upper=row_upper,
        column_lower=column_lower,
        column_upper=column_upper,
        implied_lower=programme.implied_lower - 10 * STEP * np.abs(programme.implied_lower),
        implied_upper=implied_upper,
    )


@pytest.mark.parametrize("seed", [*range(17), *range(18, 31)])
def test_relaxing_rules_without_a_price_changes_no_optimum(seed: int) -> None:
    """Every kind of rule that no dual names can be relaxed without bettering any stage."""
    orders = placed(seed)
    programme, marginals = orders.solved.programme, orders.solved.marginals
    idle = []
    for family in programme.row_families:
        if family.name in RULE_ROWS and family.name != "requirement":
            rows = np.arange(family.start, family.start + family.size)
            priced = np.any([stage.row[rows] != 0 for stage in marginals], axis=0) if marginals else np.zeros(0)
            idle.append(rows[~priced] if len(rows) else rows)
    chosen = np.concatenate(idle).astype(int)
    assert chosen.size
    results = orders.solved.staged.results
    after = relaxed(orders, chosen, np.zeros(0, dtype=int), len(results) - 1)
    for result, value in zip(results, after, strict=True):
        assert value == pytest.approx(result.value, abs=1e-8 * max(result.stage.size, abs(result.value)))
        if value < result.value - 1e-8 * result.stage.size:
            break


def test_reasons_are_plain_sentences_with_numbers() -> None:
    """Each begins with a capital or a quotation, ends with a full stop, and uses no word of the trade."""
    for name in ("bucks-and-burnley", "england", "levelling-up-fund"):
        settlement = sp.settle(sp.read_scenario(name))
        for reason in settlement.asks["reason"]:
            assert reason.endswith(".")
            assert reason[0] == "“" or reason[0].isupper()
            assert any(letter.isdigit() for letter in reason)
            assert not {"dual", "optimal", "marginal", "constraint", "lexicographic"} & set(reason.lower().split())


def test_best_placed_of_bucks_and_burnley_by_hand() -> None:
    """Retrofit in Bucks at £2m for 4 kt before Burnley's at £6m; Cornwall offers none."""
    best = sp.settle(sp.read_scenario("bucks-and-burnley")).best_placed
    carbon = best.table[best.table["need"] == "carbon"]
    assert carbon["area"].tolist() == ["E06000060", "E07000117"]
    assert carbon["stop"].tolist() == [USED_UP, LAST]
    assert carbon["cost"].tolist() == pytest.approx([0.5, 1.5])
    assert best.silent["carbon"] == ("E06000052",)


def test_an_area_is_explained_by_name_or_code() -> None:
    settlement = sp.settle(sp.read_scenario("bucks-and-burnley"))
    account = sp.explain_area(settlement, "burnley")
    assert account.area == "E07000117"
    assert len(account.asks) == 2
    assert account.without is None
    with pytest.raises(sp.BadOptionError, match='did you mean "Burnley"'):
        sp.explain_area(settlement, "Burnly")


def test_the_account_of_an_area_holds_its_stability_when_it_is_measured(tmp_path: Path) -> None:
    """The same numbers as the table of stability; printed with --stability."""
    settlement = sp.settle(sp.read_scenario("bucks-and-burnley"))
    account = sp.explain_area(settlement, "Burnley", stability=sp.measure_stability)
    measured = sp.measure_stability(settlement, ["E07000117"])
    assert account.stability is not None
    assert account.stability.equals(measured.drop(columns=["area", "name"]))
    assert sp.explain_area(settlement, "Burnley").stability is None
    settlement.write(tmp_path / "out")
    printed = run("why", str(tmp_path / "out"), "Burnley", "--stability")
    assert "How far its grant moves when its own numbers do" in printed.stdout
    assert "unit costs" in printed.stdout
    assert max(len(line) for line in printed.stdout.splitlines()) <= 80
    values = json.loads(run("why", str(tmp_path / "out"), "Burnley", "--stability", "--json").stdout)
    assert [row["number"] for row in values["stability"]] == account.stability["number"].tolist()
    refused = run("why", str(tmp_path / "out"), "--stability")
    assert refused.returncode == 2
    assert "name the area" in refused.stderr


def test_why_says_where_a_price_is_one_end_of_a_range(tmp_path: Path) -> None:
    """One kilotonne less of 2026-27 saves nothing and one more costs £3m; the table says that there may be a range."""
    settlement = sp.settle(sp.read_scenario("bucks-and-burnley"))
    assert "may be one end of a range" in settlement.national["price_note"].tolist()
    text = why(settlement)
    assert "Carbon 2026-27: nothing" in text
    assert "one less saves nothing; one more costs £3,000 per t CO2" in " ".join(text.split())
    settlement.write(tmp_path / "out")
    values = json.loads(run("why", str(tmp_path / "out"), "--json").stdout)
    assert values["national"][0]["price_range"] == pytest.approx([0, 3], abs=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_ask_of_a_drawn_scenario_has_a_reason_and_every_area_an_account(seed: int) -> None:
    """One sentence each; what is printed fits 80 columns."""
    settlement = sp.settle(scenario(seeded(seed)))
    for reason in settlement.asks["reason"]:
        assert reason.endswith(".")
        assert "nan" not in reason
        assert "inf" not in reason.split()
    assert max(len(line) for line in why(settlement).splitlines()) <= 80
    for code in settlement.scenario.tables["areas"]["code"]:
        account = sp.explain_area(settlement, code)
        assert len(account.asks) == (settlement.asks["area"] == code).sum()
        assert max(len(line) for line in why_area(account, settlement.scenario).splitlines()) <= 80
