"""Curves of lines are concave, whatever mix of numbers an area states."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from singlepot.models.programmes.curves import Curves, concave, side

NAN = math.nan

SHARES = st.one_of(st.just(NAN), st.integers(100, 200).map(lambda n: n / 100))
OUTCOMES = st.one_of(st.just(NAN), st.integers(1000, 2500).map(lambda n: n / 1000))
LOW_SHARES = st.one_of(st.just(NAN), st.integers(0, 100).map(lambda n: n / 100))
LOW_OUTCOMES = st.one_of(st.just(NAN), st.integers(0, 999).map(lambda n: n / 1000))


def curves(
    up: tuple[float, float], down: tuple[float, float], tiers: int = 2, elasticity: float = 0.75
) -> tuple[Curves, np.ndarray]:
    one = lambda value: np.asarray([value])  # noqa: E731
    rising = side(one(up[0]), one(up[1]), one(1.2), one(elasticity))
    falling = side(one(down[0]), one(down[1]), one(0.8), one(elasticity))
    return concave(rising, falling, np.asarray([tiers])), np.asarray([tiers])


def slopes(made: Curves, tiers: np.ndarray) -> tuple[list[float], list[float]]:
    """Slopes of the steps, from the bid outwards, up and down."""
    result = []
    for one in (made.up, made.down):
        x, f = (values[0][~np.isnan(values[0])] for values in one.ends(tiers))
        result.append((np.diff(f) / np.diff(x)).tolist())
    return result[0], result[1]


@given(
    st.tuples(SHARES, OUTCOMES),
    st.tuples(LOW_SHARES, LOW_OUTCOMES),
    st.integers(1, 5),
    st.integers(5, 95).map(lambda n: n / 100),
)
def test_slopes_fall_upwards_and_rise_downwards(
    up: tuple[float, float], down: tuple[float, float], tiers: int, elasticity: float
) -> None:
    """And the first step up is no steeper than the first step down, or both are stated and contradict one another."""
    if math.isnan(up[0]):
        up = (NAN, NAN)
    if math.isnan(down[0]):
        down = (NAN, NAN)
    made, counts = curves(up, down, tiers, elasticity)
    rising, falling = slopes(made, counts)
    assert all(after <= before * (1 + 1e-9) for before, after in pairwise(rising))
    assert all(after >= before * (1 - 1e-9) for before, after in pairwise(falling))
    if made.contradictory[0]:
        assert not math.isnan(up[1])
        assert not math.isnan(down[1])
        assert rising[0] > falling[0]
    elif rising and falling:
        assert rising[0] <= falling[0] * (1 + 2e-9)


@given(st.integers(101, 200).map(lambda n: n / 100), st.integers(1, 6), st.integers(5, 95).map(lambda n: n / 100))
def test_steps_of_an_assumed_side_telescope(most: float, tiers: int, elasticity: float) -> None:
    made, counts = curves((most, NAN), (NAN, NAN), tiers, elasticity)
    x, f = (values[0] for values in made.up.ends(counts))
    assert len(x) == tiers + 1
    assert x[-1] == most
    assert f[-1] == most**elasticity
    assert np.allclose(np.diff(x), (most - 1) / tiers, rtol=1e-12)
    assert np.allclose(f, x**elasticity, rtol=1e-15)


def test_a_steep_stated_side_straightens_the_assumed_one() -> None:
    """More money brings as much as the area says, and less money takes at least as much away."""
    made, counts = curves((1.2, 1.4), (NAN, NAN))
    rising, falling = slopes(made, counts)
    assert np.allclose(rising, [2.0])
    assert np.allclose(falling, [2.0])
    assert made.down.share[0] == 0.8
    made, counts = curves((1.2, 2.4), (NAN, NAN))
    assert np.isclose(made.down.share[0], 1 - 1 / 7)
    assert abs(made.down.outcome[0]) < 1e-12


def test_a_flat_stated_side_straightens_the_assumed_one_above_it() -> None:
    made, counts = curves((NAN, NAN), (0.8, 0.95))
    rising, falling = slopes(made, counts)
    assert len(rising) == 1
    assert rising[0] <= falling[0] * (1 + 1e-9)
    assert np.isclose(rising[0], falling[0])


def test_two_stated_sides_may_contradict_one_another() -> None:
    assert curves((1.2, 1.3), (0.8, 0.9))[0].contradictory.all()
    assert not curves((1.2, 1.2), (0.8, 0.8))[0].contradictory.any()


def test_a_side_of_no_length_has_no_step() -> None:
    assert slopes(*curves((1.0, NAN), (1.0, NAN))) == ([], [])


@given(st.integers(1, 99).map(lambda n: n / 100))
def test_an_area_may_say_that_a_line_can_go_altogether(elasticity: float) -> None:
    """The curve then ends at no money and no outcome, or at what the area says is left without money."""
    made, counts = curves((NAN, NAN), (0.0, NAN), 2, elasticity)
    assert made.down.ends(counts)[1][0, -1] == 0.0
    assume(elasticity < 0.99)
    made, counts = curves((1.0, NAN), (0.0, 0.3), 2, elasticity)
    assert slopes(made, counts)[1] == [0.7]
