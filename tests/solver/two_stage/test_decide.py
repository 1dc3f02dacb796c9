"""Two-stage programmes against the joint programme of all draws, written out in full and solved as one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import linprog

from singlepot.solver import Control, Decided, NoRecourseError, NotProvenError, Recourse, StoppedError, decide
from singlepot.solver.programme import LinearProgramme
from singlepot.solver.two_stage import cvar

Floats = npt.NDArray[np.float64]

HOLD = 1e-7
"""Slack beside a limit: what an interior point needs."""

HELD = 1e-6
"""By how much a held measure may be above its limit: that slack, and the accuracy of an interior point."""

EASED = 1e-5
"""The same of the last step, where what is held is eased."""

GAP = 1e-5
"""Gap of a stage: the slack of what is held, times what the worst tenth gains from it."""


@dataclass(frozen=True)
class Drawn:
    """Money for some areas, and draws of what their options bring and cost.

    ``brings`` and ``costs`` have the shape (draws, areas, options); an area spends at most what it is given, and every
    draw is short of 1 by what its options do not bring. In the first draw they have to bring ``floor``.
    """

    brings: Floats
    costs: Floats
    floor: float
    share: float
    give: float

    @property
    def common(self) -> LinearProgramme:
        """A grant of up to 1 for each area, and a pot of 1 for all."""
        areas = self.brings.shape[1]
        return programme(np.ones((1, areas)), np.zeros(areas), np.ones(areas), np.zeros(1), np.ones(1))

    def recourse(self, draw: int) -> Recourse:
        """Columns: options, spent, what is spent less where the draw decides alone, brought, short."""
        _, areas, options = self.brings.shape
        count = areas * options
        matrix = np.zeros((areas + 2, count + 2 * areas + 2))
        for area in range(areas):
            matrix[area, area * options : (area + 1) * options] = self.costs[draw, area]
            matrix[area, count + area] = matrix[area, count + areas + area] = -1.0
        matrix[areas, :count], matrix[areas, -2] = self.brings[draw].ravel(), -1.0
        matrix[areas + 1, -2:] = 1.0
        floor = self.floor if draw == 0 else 0.0
        lower = np.concatenate([np.zeros(count + areas), np.full(areas, -1.0), [floor, 0.0]])
        upper = np.concatenate([np.ones(count + areas), np.zeros(areas), [float(count), 1.0]])
        second = programme(
            matrix, lower, upper, np.append(np.zeros(areas + 1), 1.0), np.append(np.zeros(areas + 1), np.inf)
        )
        at = np.arange(areas)
        return Recourse(second, count + at, at, count + areas + at, np.zeros(0, dtype=np.int64), np.eye(len(lower))[-1])

    @property
    def bids(self) -> Floats:
        return np.linspace(0.2, 0.9, self.brings.shape[1])

    def decide(self, order: tuple[str, ...] = ("expected", "worst"), control: Control | None = None) -> Decided:
        gives = [(name, self.give if name == order[0] else 0.0) for name in order]
        draws = [self.recourse(draw) for draw in range(len(self.brings))]
        return decide(self.common, draws, gives, self.share, self.bids, 1 / self.bids, control or Control())


def programme(matrix: Floats, lower: Floats, upper: Floats, row_lower: Floats, row_upper: Floats) -> LinearProgramme:
    whole = sparse.csc_array(matrix)
    return LinearProgramme(whole, lower, upper, row_lower, row_upper, lower, upper, (), ())


class Written:
    """The joint programme by hand: grants, options of every draw, shortfalls, h, and excesses over it."""

    def __init__(self, drawn: Drawn) -> None:
        draws, areas, options = drawn.brings.shape
        count, each = areas + draws * areas * options, areas * options
        size = count + 2 * draws + 1
        self.areas, self.size = areas, size
        rows = [np.concatenate([np.ones(areas), np.zeros(size - areas)])]
        limit = [1.0]
        for d in range(draws):
            start, short = areas + d * each, count + d
            for a in range(areas):
                row = np.zeros(size)
                row[a], row[start + a * options : start + (a + 1) * options] = -1.0, drawn.costs[d, a]
                rows.append(row)
                limit.append(0.0)
            brought = np.zeros(size)
            brought[start : start + each] = -drawn.brings[d].ravel()
            missing, excess = brought.copy(), np.zeros(size)
            missing[short] = -1.0
            excess[[short, count + draws, count + draws + 1 + d]] = 1.0, -1.0, -1.0
            rows += [missing, excess] + [brought] * (d == 0)
            limit += [-1.0, 0.0] + [-drawn.floor] * (d == 0)
        self.rows, self.limit = np.asarray(rows), np.asarray(limit)
        self.costs = {"expected": np.zeros(size), "worst": np.zeros(size)}
        self.costs["expected"][count : count + draws] = 1 / draws
        self.costs["worst"][count + draws], self.costs["worst"][-draws:] = 1.0, 1 / (drawn.share * draws)
        self.upper = np.concatenate([np.ones(count), np.full(size - count, np.inf)])

    def held(self, most: dict[str, float]) -> tuple[Floats, Floats]:
        rows = [self.rows, *(self.costs[name][None, :] for name in most)]
        return np.concatenate(rows), np.concatenate([self.limit, list(most.values())])

    def least(self, measure: str, most: dict[str, float]) -> float:
        """The optimum of a measure; infinite where there is no point."""
        return self.lowest(self.costs[measure], most)

    def lowest(self, slope: Floats, most: dict[str, float]) -> float:
        """The least of a linear function of the first columns."""
        rows, limit = self.held(most)
        cost = np.concatenate([slope, np.zeros(self.size - len(slope))])
        found = linprog(cost, rows, limit, bounds=np.stack([np.zeros(self.size), self.upper], axis=1))
        assert found.status in (0, 2)
        return float(found.fun) if found.status == 0 else float("inf")


@st.composite
def programmes(draw: Callable[[st.SearchStrategy[int]], int], least_draws: int = 1) -> Drawn:
    """Programmes that have a decision where the floor is a share of what the first draw brings of an even split."""
    draws, areas, options = (draw(st.integers(*ends)) for ends in ((least_draws, 12), (1, 4), (1, 3)))
    seed, percent = draw(st.integers(0, 2**20)), draw(st.sampled_from([0, 0, 40, 100]))
    random = np.random.default_rng(seed)
    brings = random.uniform(0.1, 1.0, (draws, areas, options)) / areas
    costs = random.uniform(0.1, 1.0, (draws, areas, options))
    even = min(1.0, 1.0 / (areas * options * costs[0].max())) * brings[0].sum()
    share, give = draw(st.sampled_from([10, 25, 50, 100])), draw(st.sampled_from([0, 1, 5]))
    return Drawn(brings, costs, percent / 100 * float(even), share / 100, give / 100)


@given(programmes())
def test_stages_are_those_of_the_joint_programme(drawn: Drawn) -> None:
    """Value and bound enclose each optimum, next to each other, the second under what the first may be at most."""
    found, written = drawn.decide(), Written(drawn)
    expected, worst = found.steps
    assert expected.bound - 1e-9 <= written.least("expected", {}) <= expected.value + HOLD
    most = expected.value + drawn.give
    assert worst.bound - 1e-9 <= written.least("worst", {"expected": most})
    assert worst.value >= written.least("worst", {"expected": most + HELD}) - HOLD
    assert max(expected.gap, worst.gap) < GAP


@given(programmes())
def test_the_decision_is_the_nearest_to_the_bids(drawn: Drawn) -> None:
    """It keeps what is held, and nothing that does is nearer: the slope of the distance there leads to none."""
    found, written = drawn.decide(), Written(drawn)
    most = {"expected": found.steps[0].value + drawn.give, "worst": found.steps[1].value}
    for name, limit in most.items():
        assert cvar.measure(name, found.values, drawn.share) <= limit + EASED + HELD
    slope = 2 * (found.common - drawn.bids) / drawn.bids
    assert slope @ found.common <= written.lowest(slope, {name: limit + HOLD for name, limit in most.items()}) + 1e-4


@given(programmes(), st.permutations(range(12)))
def test_the_order_of_draws_does_not_count(drawn: Drawn, order: list[int]) -> None:
    """The worst first: the tail is entered from nothing, whichever draws come first."""
    rest = [1 + d for d in order if d < len(drawn.brings) - 1]
    turned = Drawn(drawn.brings[[0, *rest]], drawn.costs[[0, *rest]], drawn.floor, drawn.share, drawn.give)
    one, other = (each.decide(("worst",)) for each in (drawn, turned))
    assert one.steps[0].value == pytest.approx(Written(drawn).least("worst", {}), abs=1e-7)
    assert one.steps[0].value == pytest.approx(other.steps[0].value, abs=1e-7)
    assert one.common == pytest.approx(other.common, abs=1e-3)


@given(programmes(), st.sampled_from([("expected", "worst"), ("worst", "expected"), ("worst",)]))
def test_what_no_decision_can_bring_is_refused(drawn: Drawn, order: tuple[str, ...]) -> None:
    """A floor above what all money brings of the first draw, also where that draw is none of the worst."""
    free = Drawn(drawn.brings[:1], drawn.costs[:1], 0.0, 1.0, 0.0)
    most = -Written(free).lowest(np.concatenate([np.zeros(drawn.brings.shape[1]), -drawn.brings[0].ravel()]), {})
    beyond = Drawn(drawn.brings, drawn.costs, 1.01 * most + 0.01, drawn.share, drawn.give)
    assert Written(beyond).least("expected", {}) == float("inf")
    with pytest.raises(NoRecourseError):
        beyond.decide(order)


@given(programmes(), st.integers(0, 2**20))
def test_a_block_has_the_value_of_its_programme(drawn: Drawn, seed: int) -> None:
    """Presolved, at any grants."""
    grants = np.random.default_rng(seed).uniform(0.0, 1.0, drawn.brings.shape[1])
    for draw in range(len(drawn.brings)):
        second = drawn.recourse(draw)
        block = second.block(drawn.common, np.full(len(grants), 0.5))
        rows = np.concatenate([block.matrix.toarray(), -block.matrix.toarray()])
        shift = block.linking @ (grants / 0.5)
        limit = np.concatenate([block.row_upper - shift, shift - block.row_lower])
        bounds = np.stack([block.column_lower, block.column_upper], axis=1)
        kept = np.isfinite(limit)
        found = linprog(block.cost, rows[kept], limit[kept], bounds=bounds)
        value = second.value(grants, Control())
        assert found.status == (2 if np.isnan(value) else 0)
        assert found.status == 2 or found.fun == pytest.approx(value, abs=1e-7)


def test_draws_outside_the_tail_stay_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of forty draws a tenth is the tail: its programme holds far fewer than all."""
    inside: list[int] = []
    joint = cvar.Joint

    def counting(*given: object) -> object:
        inside.append(len(given[2]))  # type: ignore[arg-type]  # the blocks
        return joint(*given)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(cvar, "Joint", counting)
    random = np.random.default_rng(1)
    shape = (40, 3, 2)
    Drawn(random.uniform(0.1, 0.3, shape), random.uniform(0.1, 1.0, shape), 0.0, 0.1, 0.05).decide()
    assert inside[0] == 40
    assert max(inside[1:]) < 20


@pytest.mark.parametrize(
    ("control", "error"), [(Control(0.0), NotProvenError), (Control(None, lambda event: False), StoppedError)]
)
def test_a_limit_and_a_stop_end_it(control: Control, error: type[Exception]) -> None:
    random = np.random.default_rng(1)
    drawn = Drawn(random.uniform(0.1, 0.3, (3, 2, 2)), random.uniform(0.1, 1.0, (3, 2, 2)), 0.0, 0.5, 0.0)
    with pytest.raises(error):
        drawn.decide(control=control)
