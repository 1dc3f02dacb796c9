"""Rules for a pot that is smaller than the claims: published cases, and the axioms that each is known to satisfy.

Each axiom is a function that says whether a rule keeps it in one problem; the tests are named after them. A rule that
is known to satisfy an axiom keeps it in 500 random problems, and one that is known to violate it breaks it in some.
Which does which: W. Thomson (2003), Mathematical Social Sciences 45, and (2015), 74.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise, permutations
from typing import Any

import numpy as np
import pytest

from singlepot.models.claims import RULES, estimate, share_claims, share_out
from singlepot.models.claims import random_arrival as arrival
from singlepot.reports.selftest.published_cases import RULES as PUBLISHED_RULES
from singlepot.reports.selftest.published_cases import claims_problems, claims_tolerance
from singlepot.solver import BadOptionError

FIVE = tuple(PUBLISHED_RULES.values())[:5]
MARGIN = 1e-7
"""A violation smaller than this is rounding."""


def published() -> list[Any]:
    return [
        pytest.param(PUBLISHED_RULES[name], asked, pot, value, id=f"{PUBLISHED_RULES[name]} {pot:g} of {sum(asked)}")
        for asked, pot, rules in claims_problems()
        for name, value in rules.items()
    ]


@pytest.mark.parametrize(("rule", "claims", "pot", "expected"), published())
def test_awards_are_those_of_the_published_cases(
    rule: str, claims: list[float], pot: float, expected: list[float]
) -> None:
    assert share_claims(rule, claims, pot) == pytest.approx(expected, abs=claims_tolerance())


@pytest.mark.parametrize("rule", RULES)
def test_a_pot_of_all_claims_returns_them_and_an_empty_one_nothing(rule: str) -> None:
    claims = [0.0, 3.1, 3.1, 7.7, 0.0]
    assert share_claims(rule, claims, sum(claims)).tolist() == claims
    assert share_claims(rule, claims, 99.0).tolist() == claims
    assert share_claims(rule, claims, 0.0).tolist() == [0.0] * 5
    assert share_claims(rule, [0.0, 0.0], 5.0).tolist() == [0.0, 0.0]
    assert share_claims(rule, [], 5.0).tolist() == []
    assert share_claims(rule, [8.0], 5.0).tolist() == pytest.approx([5.0])


@pytest.mark.parametrize("rule", RULES)
def test_whole_units_use_the_pot_up(rule: str) -> None:
    awards = share_claims(rule, [1500, 1500, 900, 500, 500, 200], 26, whole=True)
    assert awards.sum() == 26
    assert np.abs(awards - share_claims(rule, [1500, 1500, 900, 500, 500, 200], 26)).max() <= 1


@pytest.mark.parametrize(("rule", "claims", "pot"), [("lottery", [1], 1), ("talmud", [-1], 1), ("talmud", [1], -1)])
def test_what_is_no_claims_problem_is_refused(rule: str, claims: list[float], pot: float) -> None:
    with pytest.raises(BadOptionError):
        share_claims(rule, claims, pot)


def test_random_arrival_is_the_mean_over_all_orders() -> None:
    """Against the definition, order by order."""
    claims, pot = [3.0, 1.5, 4.2, 1.5, 0.0, 2.9], 6.3
    total = np.zeros(6)
    orders = list(permutations(range(6)))
    for order in orders:
        left = pot
        for i in order:
            paid = min(claims[i], left)
            total[i] += paid
            left -= paid
    assert arrival(np.asarray(claims), pot) == pytest.approx(total / len(orders), abs=1e-12)


def test_three_ways_to_random_arrival_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    """All sets, all sums on a grid, and drawn orders within five of their standard errors."""
    claims = np.asarray([4.0, 6.5, 6.5, 9.0, 12.5, 2.0, 17.0, 8.5, 8.5, 3.0, 21.0, 5.5])
    for pot in (15.25, 60.0, 100.5):
        listed = estimate(claims, pot)
        monkeypatch.setattr("singlepot.models.claims.arrival.MOST_LISTED", 3)
        grid = estimate(claims, pot)
        monkeypatch.setattr("singlepot.models.claims.arrival.MOST_ON_A_GRID", 0.0)
        sampled = estimate(claims, pot)
        monkeypatch.undo()
        assert [item.method for item in (listed, grid, sampled)] == ["listed", "grid", "sampled"]
        assert grid.awards == pytest.approx(listed.awards, abs=1e-11)
        assert sampled.error.max() > 0
        assert (np.abs(sampled.awards - listed.awards) <= 5 * sampled.error + 1e-12).all()
        assert sampled.awards.sum() == pytest.approx(pot, abs=1e-10)


def test_errors_of_drawn_orders_are_as_large_as_they_should_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over many seeds squares of errors are, in the mean, those of the differences from exact awards."""
    claims, pot = np.asarray([4.0, 6.5, 9.0, 12.5, 2.0, 17.0]), 30.0
    exact = estimate(claims, pot).awards
    monkeypatch.setattr("singlepot.models.claims.arrival.MOST_LISTED", 3)
    monkeypatch.setattr("singlepot.models.claims.arrival.MOST_ON_A_GRID", 0.0)
    drawn = [estimate(claims, pot, orders=50, seed=seed) for seed in range(200)]
    assert {item.orders for item in drawn} == {50}
    differences, errors = (
        np.mean([part**2 for part in parts], axis=0)
        for parts in ([item.awards - exact for item in drawn], [item.error for item in drawn])
    )
    assert errors == pytest.approx(differences, rel=0.3)


def test_the_minimal_overlap_lays_claims_over_the_pot_as_its_definition_says() -> None:
    """The height is found by bisection, and what each part of the pot comes to for each claim by adding up parts."""
    draw = np.random.default_rng(3)
    for _ in range(200):
        claims = np.round(draw.uniform(0, 10, draw.integers(2, 6)), 2)
        pot = claims.max() + draw.uniform(0, 1) * (claims.sum() - claims.max())
        low, high = 0.0, pot
        for _ in range(100):
            middle = (low + high) / 2
            too_low = middle + np.maximum(claims - middle, 0.0).sum() > pot
            low, high = (middle, high) if too_low else (low, middle)
        shares = np.maximum(claims - low, 0.0)
        parts = np.unique(np.append(np.minimum(claims, low), 0.0))
        for below, above in pairwise(parts):
            over = np.minimum(claims, low) >= above
            shares[over] += (above - below) / over.sum()
        assert share_claims("minimal-overlap", claims, float(pot)) == pytest.approx(shares, abs=1e-9)


def test_drawn_orders_of_equal_claims_have_no_error() -> None:
    """Every order and its reverse give each the same in the mean; rounding of their squares makes no error of it."""
    for seed in range(10):
        claims = np.full(150, np.random.default_rng(seed).lognormal())
        awards = estimate(claims, 0.37 * float(claims.sum()))
        assert awards.method == "sampled"
        assert awards.awards == pytest.approx(0.37 * claims, rel=1e-9)
        assert (awards.error <= 1e-6 * claims).all()


def test_random_arrival_of_many_does_not_depend_on_the_order_of_rows() -> None:
    draw = np.random.default_rng(4)
    claims = draw.lognormal(size=200)
    claims[50] = claims[60]
    awards = estimate(claims, 90.0)
    assert awards.method == "sampled"
    assert awards.awards[50] == awards.awards[60]
    mixed = draw.permutation(200)
    assert estimate(claims[mixed], 90.0).awards.tolist() == awards.awards[mixed].tolist()


def test_a_grid_counts_what_no_list_could() -> None:
    """A hundred claims of half and whole pounds: exact, and the same for equal claims."""
    claims = np.arange(1, 101) / 2
    awards = estimate(claims, 1000.5)
    assert awards.method == "grid"
    assert awards.awards.sum() == pytest.approx(1000.5, abs=1e-9)
    assert (np.diff(awards.awards) > 0).all()


def test_a_million_claims_are_shared_exactly() -> None:
    claims = np.random.default_rng(1).lognormal(size=1_000_000)
    pot = 0.6 * claims.sum()
    for rule in ("pro-rata", "equal-awards", "equal-losses", "talmud", "minimal-overlap"):
        awards = share_claims(rule, claims, pot)
        assert awards.sum() == pytest.approx(pot, rel=1e-12)
        assert (awards >= 0).all()
        assert (awards <= claims * (1 + 1e-12)).all()


def test_shares_keep_their_least_and_their_most() -> None:
    weights, least, most = (np.asarray(v, dtype=float) for v in ([1, 2, 1, 0], [5, 0, 0, 1], [9, 6, 1, 4]))
    assert share_out(weights, most, 11.0, least).tolist() == [5.0, 4.0, 1.0, 1.0]  # 5 and 1 least, 1 most, 4 is left
    assert share_out(weights, most, 3.0, least).tolist() == [2.5, 0.0, 0.0, 0.5]  # not even the leasts are there
    assert share_out(weights, most, 99.0, least).tolist() == [9.0, 6.0, 1.0, 1.0]  # no weight, no more than the least


# ---- axioms -----------------------------------------------------------------------------------------------------

Problem = tuple[np.ndarray, float, np.random.Generator]
Axiom = Callable[[str, Problem], float]


def problems(count: int = 500) -> list[Problem]:
    """Two to six claims: small and large, some equal, some zero; pots from nothing to all."""
    rows = []
    for seed in range(count):
        draw = np.random.default_rng(seed)
        n = int(draw.integers(2, 7))
        claims = draw.integers(0, 40, n) / 2 if seed % 3 else draw.lognormal(1.0, 1.2, n)
        if seed % 4 == 0:
            claims[0] = claims[-1]
        claims[0] = max(claims[0], 0.5)
        rows.append((claims, float(draw.uniform(0.02, 0.98) * claims.sum()), draw))
    return rows


PROBLEMS = problems()


def equal_treatment(rule: str, problem: Problem) -> float:
    claims, pot, _ = problem
    awards = share_claims(rule, np.append(claims, claims[0]), pot)
    return abs(awards[0] - awards[-1])


def order_preservation(rule: str, problem: Problem) -> float:
    """Who claims more gets no less, and loses no less."""
    claims, pot, _ = problem
    order = np.argsort(claims)
    awards = share_claims(rule, claims, pot)[order]
    return max(0.0, -np.diff(awards).min(), -np.diff(claims[order] - awards).min())


def claims_monotonicity(rule: str, problem: Problem) -> float:
    """Who claims more, all else the same, gets no less."""
    claims, pot, draw = problem
    more = claims.copy()
    more[0] += draw.uniform(0, 10)
    return share_claims(rule, claims, pot)[0] - share_claims(rule, more, pot)[0]


def pot_monotonicity(rule: str, problem: Problem) -> float:
    """A larger pot takes from nobody."""
    claims, pot, draw = problem
    larger = pot + draw.uniform(0, 1) * (claims.sum() - pot)
    return float((share_claims(rule, claims, pot) - share_claims(rule, claims, larger)).max())


def composition_down(rule: str, problem: Problem) -> float:
    """If the pot shrinks, sharing it by the claims or by what had been promised is the same."""
    claims, pot, draw = problem
    promised = share_claims(rule, claims, pot + draw.uniform(0, 1) * (claims.sum() - pot))
    return float(np.abs(share_claims(rule, claims, pot) - share_claims(rule, promised, pot)).max())


def composition_up(rule: str, problem: Problem) -> float:
    """If the pot grows, sharing it anew or sharing the more among what is left of the claims is the same."""
    claims, pot, draw = problem
    first = share_claims(rule, claims, pot * draw.uniform(0, 1))
    second = share_claims(rule, claims - first, max(pot - first.sum(), 0.0))
    return float(np.abs(share_claims(rule, claims, pot) - first - second).max())


def consistency(rule: str, problem: Problem) -> float:
    """If one leaves with the award, the others' awards stand."""
    claims, pot, _ = problem
    awards = share_claims(rule, claims, pot)
    return float(np.abs(awards[1:] - share_claims(rule, claims[1:], max(pot - awards[0], 0.0))).max())


def self_duality(rule: str, problem: Problem) -> float:
    """What there is and what is missing are shared alike."""
    claims, pot, _ = problem
    return float(
        np.abs(share_claims(rule, claims, pot) - (claims - share_claims(rule, claims, claims.sum() - pot))).max()
    )


def no_advantageous_merging(rule: str, problem: Problem) -> float:
    claims, pot, _ = problem
    merged = np.append(claims[2:], claims[0] + claims[1])
    return float(share_claims(rule, merged, pot)[-1] - share_claims(rule, claims, pot)[:2].sum())


def no_advantageous_splitting(rule: str, problem: Problem) -> float:
    claims, pot, draw = problem
    part = draw.uniform(0, 1) * claims[0]
    split = np.append(claims[1:], [part, claims[0] - part])
    return float(share_claims(rule, split, pot)[-2:].sum() - share_claims(rule, claims, pot)[0])


def claims_truncation(rule: str, problem: Problem) -> float:
    """Claiming more than the pot brings nothing."""
    claims, pot, _ = problem
    return float(np.abs(share_claims(rule, claims, pot) - share_claims(rule, np.minimum(claims, pot), pot)).max())


def minimal_rights_first(rule: str, problem: Problem) -> float:
    """Paying first what nobody else claims changes nothing."""
    claims, pot, _ = problem
    rights = np.maximum(pot - (claims.sum() - claims), 0.0)
    rest = max(pot - rights.sum(), 0.0)
    return float(np.abs(share_claims(rule, claims, pot) - rights - share_claims(rule, claims - rights, rest)).max())


KEPT: dict[Axiom, tuple[str, ...]] = {
    equal_treatment: tuple(RULES),
    order_preservation: tuple(RULES),
    claims_monotonicity: tuple(RULES),
    pot_monotonicity: tuple(RULES),
    composition_down: ("pro-rata", "equal-awards", "equal-losses"),
    composition_up: ("pro-rata", "equal-awards", "equal-losses"),
    consistency: ("pro-rata", "equal-awards", "equal-losses", "talmud"),
    self_duality: ("pro-rata", "talmud", "random-arrival"),
    no_advantageous_merging: ("pro-rata", "equal-awards"),
    no_advantageous_splitting: ("pro-rata", "equal-losses"),
    claims_truncation: ("equal-awards", "talmud", "random-arrival", "minimal-overlap"),
    minimal_rights_first: ("equal-losses", "talmud", "random-arrival", "minimal-overlap"),
}
"""The rules that satisfy each axiom; the others among the five violate it."""


def worst(axiom: Axiom, rule: str) -> float:
    return max(axiom(rule, (claims, pot, np.random.default_rng(i))) for i, (claims, pot, _) in enumerate(PROBLEMS))


def _named(axiom: Axiom) -> Callable[[str], None]:
    @pytest.mark.parametrize("rule", FIVE if len(KEPT[axiom]) < len(RULES) else tuple(RULES))
    def test(rule: str) -> None:
        if rule in KEPT[axiom]:
            assert worst(axiom, rule) <= MARGIN
        else:
            assert worst(axiom, rule) > 1e-3, "no counter-example was found"

    test.__doc__ = f"{axiom.__doc__ or axiom.__name__} In 500 problems, or broken in one of them."
    return test


test_equal_treatment = _named(equal_treatment)
test_order_preservation = _named(order_preservation)
test_claims_monotonicity = _named(claims_monotonicity)
test_pot_monotonicity = _named(pot_monotonicity)
test_composition_down = _named(composition_down)
test_composition_up = _named(composition_up)
test_consistency = _named(consistency)
test_self_duality = _named(self_duality)
test_no_advantageous_merging = _named(no_advantageous_merging)
test_no_advantageous_splitting = _named(no_advantageous_splitting)
test_claims_truncation = _named(claims_truncation)
test_minimal_rights_first = _named(minimal_rights_first)
