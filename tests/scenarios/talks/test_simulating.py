"""Simulated areas: each kind answers as it is described, and a seed gives the same talks again."""

from __future__ import annotations

from pathlib import Path

import pytest

import singlepot as sp

BUCKS = "bucks-and-burnley"


def contents(talks: sp.Talks) -> list[dict[str, object]]:
    """What was said, without times."""
    return [entry.content for entry in talks.entries if entry.kind == "answer"]


def test_truthful_areas_agree_to_what_was_possible(tmp_path: Path) -> None:
    talks = sp.simulate_talks(BUCKS, tmp_path / "talks", areas="truthful")
    assert talks.status.round == 2
    settled = sp.settle(BUCKS).grants["pounds"].tolist()
    assert talks.agreed_so_far.grants["pounds"].tolist() == settled
    assert sp.verify_talks(talks.path).passed


def test_stubborn_areas_end_where_they_began(tmp_path: Path) -> None:
    talks = sp.simulate_talks(BUCKS, tmp_path / "talks", areas="stubborn")
    first = sp.read_settlement(talks.path / "rounds" / "2" / "agreed_so_far")
    assert talks.agreed_so_far.grants["pounds"].tolist() == first.grants["pounds"].tolist()


def test_random_areas_answer_the_same_for_a_seed_and_otherwise_for_another(tmp_path: Path) -> None:
    one, two, other = (
        sp.simulate_talks(BUCKS, tmp_path / name, areas="random", seed=seed)
        for name, seed in (("one", 7), ("two", 7), ("other", 8))
    )
    assert contents(one) == contents(two)
    assert contents(one) != contents(other)


def test_inflating_areas_bid_more_and_accept_only_money(tmp_path: Path) -> None:
    lower = sp.read_scenario(BUCKS).with_(rules={"grant_floor": 0.8})
    talks = sp.simulate_talks(lower, tmp_path / "talks", areas="inflating")
    assert talks.scenario.bids["amount"].sum() == pytest.approx(1.1 * lower.bids["amount"].sum())
    given = talks.given
    assert given["gave"].sum() == 0
    assert given["refused"].sum() > 0


def test_kinds_are_dealt_in_the_order_of_codes(tmp_path: Path) -> None:
    talks = sp.simulate_talks(BUCKS, tmp_path / "talks", areas=["stubborn", "truthful", "truthful"])
    refused = talks.given.groupby("area")["refused"].sum()
    assert refused[refused > 0].index.tolist() == ["E06000052"]


def test_a_kind_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(sp.BadOptionError, match="truthful"):
        sp.simulate_talks(BUCKS, tmp_path / "talks", areas="truthfull")
