"""What stopped an option is proved: relaxing that rule betters the stage, relaxing a rule without a price does not."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import singlepot as sp
from singlepot.models.best_placed import Placing, place
from singlepot.models.prices import RULE_ROWS, bound_kind
from singlepot.models.stops import LAST, USED_UP
from singlepot.models.workings import work_out
from singlepot.reports.why import why, why_area
from singlepot.solver import Control, LinearProgramme, minimise_in_turn, share

from .strategies import scenario, seeded

SEEDS = range(60)
STEP = 1e-4
PROVED = 0.9
"""Share of relaxations that must better the stage; the rest have more than one dual: another rule binds as well."""


MOVED = 0.8
"""Share of those in which the option itself moves; else the room serves another that the rule holds back."""


@cache
def placed(seed: int) -> Placing:
    return place(work_out(sp.settle(scenario(seeded(seed)))))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_parts_of_a_reduced_cost_add_up_to_it(seed: int) -> None:
    for parts in placed(seed).parts:
        total = parts.net + sum(parts.rules.values())
        size = sum((np.abs(part) for part in parts.rules.values()), np.abs(parts.money) + np.abs(parts.own))
        size = size + np.abs(parts.outcome).sum(axis=1)
        assert np.abs(total - parts.total).max(initial=0.0) <= 1e-8 * max(float(size.max(initial=0.0)), 1.0)


def touched(placing: Placing, j: int, kind: str, position: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of a kind of rule that an option touches.

    A link says s/m ≤ 1 where nothing is scaled back, the same as the largest take-up: the two are relaxed together.
    """
    workings = placing.workings
    programme, model, matrix = workings.programme, workings.formulation.model, workings.matrix
    stage = next(each for each in workings.marginals if each.position == position)
    column = int(model.take_up[j])
    own = matrix[:, [column]].indices
    cells = []
    for name in ("grant", "target"):
        rows, columns = programme.rows(name), programme.columns(name)
        cells += [columns.start + i - rows.start for i in own if rows.start <= i < rows.stop]
    if kind in (USED_UP, *RULE_ROWS.values()):
        families = [name for name, said in RULE_ROWS.items() if said == kind] or ["link", "group"]
        reached = {*own, *matrix[:, cells].indices} if cells and kind != USED_UP else set(own)
        spans = [programme.rows(name) for name in families]
        chosen = np.asarray([i for i in reached if any(span.start <= i < span.stop for span in spans)], dtype=int)
        take_ups = {column} if kind == USED_UP else set()
        if kind == RULE_ROWS["link"]:
            take_ups = {*matrix.tocsr()[chosen].indices} & {*model.take_up[~model.data.options.scale_back]}
        return chosen, np.asarray(sorted(take_ups), dtype=int)
    return np.zeros(0, dtype=int), np.asarray(
        [c for c in cells if kind_of(programme, c, float(stage.x[c])) == kind], dtype=int
    )


def kind_of(programme: LinearProgramme, column: int, at: float) -> str:
    inside = programme.columns("grant")
    family = "grant" if inside.start <= column < inside.stop else "target"
    return bound_kind(family, float(programme.column_lower[column]), float(programme.column_upper[column]), at)


def relaxed(placing: Placing, rows: np.ndarray, columns: np.ndarray, last: int) -> list[float]:
    """The optima of the stages up to one when the bounds of these rows and columns leave a little more room."""
    moved, stages = with_room(placing, rows, columns), placing.workings.formulation.stages
    return [result.value for result in minimise_in_turn(moved, stages[: last + 1], Control()).results]


def taken_with_room(placing: Placing, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Take-ups when everything is settled again with that room, the sharing step too."""
    formulation = placing.workings.formulation
    staged = minimise_in_turn(with_room(placing, rows, columns), formulation.stages, Control())
    return share(staged, formulation.curvature, Control()).x[formulation.model.take_up]


def with_room(placing: Placing, rows: np.ndarray, columns: np.ndarray) -> LinearProgramme:
    """The programme with a little more room at the bounds of these rows and columns."""
    programme = placing.workings.programme
    row_lower, row_upper = programme.row_lower.copy(), programme.row_upper.copy()
    column_lower, column_upper = programme.column_lower.copy(), programme.column_upper.copy()
    for index, lower, upper in ((rows, row_lower, row_upper), (columns, column_lower, column_upper)):
        room = STEP * np.maximum(1.0, np.abs(np.where(np.isfinite(upper[index]), upper[index], lower[index])))
        upper[index] += room
        lower[index] -= np.where(lower[index] != 0, room, 0.0)
    bounded = np.isfinite(column_upper)
    reach = np.where(bounded, np.maximum(programme.reach, column_upper), programme.reach * (1 + 10 * STEP))
    return replace(
        programme,
        row_lower=row_lower,
        row_upper=row_upper,
        column_lower=column_lower,
        column_upper=column_upper,
        depth=programme.depth - 10 * STEP * np.abs(programme.depth),
        reach=reach,
    )


RELAXABLE = {*RULE_ROWS.values(), USED_UP, "grant floor", "grant ceiling", "target floor"} - {"requirement"}


def test_relaxing_the_rule_that_stopped_an_option_betters_the_stage() -> None:
    """By complementary slackness; where it does not, the dual is not unique."""
    proved, shifted, tried, kinds = 0, 0, 0, Counter[str]()
    for seed in SEEDS:
        placing = placed(seed)
        names = [result.stage.name for result in placing.workings.staged.results]
        kinds.update(verdict.stop for verdict in placing.verdicts)
        seen: set[str] = set()
        for j, verdict in enumerate(placing.verdicts):
            if verdict.stop not in RELAXABLE or verdict.stop in seen or len(seen) >= 3:
                continue
            seen.add(verdict.stop)
            position = names.index(verdict.stage)
            rows, columns = touched(placing, j, verdict.stop, position)
            assert len(rows) + len(columns), verdict
            before = [result.value for result in placing.workings.staged.results]
            after = relaxed(placing, rows, columns, position)
            size = placing.workings.formulation.stages[position].size
            tried += 1
            good = any(b - a > 1e-10 * size for a, b in zip(after, before, strict=False))
            proved += good
            shift = taken_with_room(placing, rows, columns)[j] - placing.workings.take_up[j]
            shifted += good and abs(shift) > 1e-7
    print(dict(kinds), proved, shifted, tried)
    assert tried >= 50
    assert proved >= PROVED * tried
    assert shifted >= MOVED * proved
    assert {USED_UP, LAST, "grant floor", "target ceiling", "own-cost ceiling", "group", "requirement"} <= set(kinds)


@pytest.mark.parametrize("seed", range(30))
def test_relaxing_rules_without_a_price_changes_no_optimum(seed: int) -> None:
    """Every kind of rule that no dual names can be relaxed without bettering any stage."""
    placing = placed(seed)
    programme, marginals = placing.workings.programme, placing.workings.marginals
    idle = []
    for family in programme.row_families:
        if family.name in RULE_ROWS and family.name != "requirement":
            rows = np.arange(family.start, family.start + family.size)
            priced = np.any([stage.row[rows] != 0 for stage in marginals], axis=0) if marginals else np.zeros(0)
            idle.append(rows[~priced] if len(rows) else rows)
    chosen = np.concatenate(idle).astype(int)
    results = placing.workings.staged.results
    after = relaxed(placing, chosen, np.zeros(0, dtype=int), len(results) - 1)
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
    account = settlement.explain("burnley")
    assert account.area == "E07000117"
    assert len(account.asks) == 2
    assert account.without is None
    with pytest.raises(sp.BadOption, match="did you mean 'Burnley'"):
        settlement.explain("Burnly")


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
        account = settlement.explain(code)
        assert len(account.asks) == (settlement.asks["area"] == code).sum()
        assert max(len(line) for line in why_area(account).splitlines()) <= 80
