"""What talks promise, over drawn scenarios, answers, offers and moves."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import singlepot as sp
from singlepot.scenarios.talks.rounds.settling import settle_round
from singlepot.scenarios.talks.state import after_answers, fold
from singlepot.scenarios.talks.talks import Talks

from ...steered import MANY
from ...strategies import HypothesisPicker, SeededPicker, drafts, scenario, seeded, with_copies
from .players import CENTRE, accept_all, answer_to, play

EXAMPLES = settings(max_examples=4, deadline=None)

NEAR = 1e-7


def firsts(talks: Talks) -> list[tuple[float, float, float]]:
    """Value of the first stage if all is accepted and agreed so far, and what it gives, round by round."""
    values = []
    for entry in talks.entries:
        if entry.kind == "round":
            folder = talks.path / "rounds" / str(entry.seq)
            stages = [sp.read_settlement(folder / name).stages for name in ("all_accepted", "agreed_so_far")]
            after, now = (float(table["value"].iloc[0]) for table in stages)
            values.append((after, now, float(stages[1]["give"].iloc[0])))
    return values


def check_promises(talks: Talks) -> None:
    """Check what holds after talks without moves."""
    last, now = talks.all_accepted, talks.agreed_so_far
    assert last.grants["pounds"].tolist() == now.grants["pounds"].tolist(), "one in the end"
    values = firsts(talks)
    for (_, before, _), (_, after, _) in itertools.pairwise(values):
        assert after <= before + NEAR * max(1.0, abs(before)), "never worse"
    signed = float(now.stages["final"].iloc[0])
    offered = any(entry.kind == "offer" for entry in talks.entries)
    for after, before, give in values:
        size = NEAR * max(1.0, abs(signed))
        assert offered or after <= signed + size, "what can be won bounds what is signed"
        assert signed <= before + give + size, "what could be signed bounds what is signed"
    check_states(talks)


def check_states(talks: Talks) -> None:
    """Check that every round accepts all its asks or closes an option for good, and takes nothing back."""
    entries = talks.entries
    for number, entry in enumerate(entries):
        before = fold(entries[:number])
        if entry.kind != "round" or not before.asks:
            continue
        after = after_answers(before)
        for key, ask in before.asks.items():
            full = after.accepted[key] >= ask.asked - 1e-6 * before.most[key]
            assert full or after.open[key] == after.accepted[key]
        for key, value in before.accepted.items():
            assert after.accepted[key] >= value
            assert after.open[key] <= before.open[key]


def check_ended(talks: Talks, *, moves: bool) -> None:
    """Check what holds of talks that ended; without moves, all promises."""
    assert talks.all_accepted.grants["pounds"].tolist() == talks.agreed_so_far.grants["pounds"].tolist()
    again = settle_round(talks.scenario, fold(talks.entries))
    pd.testing.assert_frame_equal(again.agreed_so_far.grants, talks.agreed_so_far.grants, check_dtype=False)
    assert sp.verify_talks(talks.path).passed
    if not moves:
        check_promises(talks)


def test_promises_hold_on_many_random_talks(tmp_path: Path) -> None:
    """As many as ``SINGLEPOT_SCENARIOS`` says; every second one has moves of the centre, some of them undone."""
    counts: Counter[str] = Counter()
    for seed in range(MANY):
        made, moves = scenario(seeded(seed, objectives=2)), seed % 2 == 1
        try:
            (talks,) = play(made, tmp_path / str(seed), SeededPicker(seed), counts, moves=moves)
        except sp.NoSettlementError:  # an opening that nothing could be signed after
            counts["not opened"] += 1
            assert not (tmp_path / str(seed)).exists()
            continue
        check_ended(talks, moves=moves)
        counts["talks"] += 1
        shutil.rmtree(tmp_path / str(seed))
    print(dict(counts))
    assert counts["talks"] >= 0.8 * MANY


@EXAMPLES
@given(st.data(), drafts(objectives=2))
def test_talks_stay_signable_never_get_worse_and_end_in_one_settlement(data: st.DataObject, made: dict) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (talks,) = play(scenario(made), Path(folder) / "talks", HypothesisPicker(data.draw), Counter())
        check_promises(talks)
        assert sp.verify_talks(talks.path).passed


@EXAMPLES
@given(st.data(), drafts(objectives=2))
def test_talks_with_moves_stay_signable_and_verify(data: st.DataObject, made: dict) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (talks,) = play(scenario(made), Path(folder) / "talks", HypothesisPicker(data.draw), Counter(), moves=True)
        last, now = talks.all_accepted, talks.agreed_so_far
        assert last.grants["pounds"].tolist() == now.grants["pounds"].tolist()
        assert sp.verify_talks(talks.path).passed


@EXAMPLES
@given(st.data(), drafts(objectives=2))
def test_a_replay_of_the_ledger_gives_the_same_settlement(data: st.DataObject, made: dict) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (talks,) = play(scenario(made), Path(folder) / "talks", HypothesisPicker(data.draw), Counter())
        again = settle_round(talks.scenario, fold(talks.entries))
        pd.testing.assert_frame_equal(again.agreed_so_far.grants, talks.agreed_so_far.grants, check_dtype=False)


@EXAMPLES
@given(st.data(), drafts(simple=True, objectives=2))
def test_equal_areas_that_answer_equally_are_equal_in_any_order(data: st.DataObject, made: dict) -> None:
    pick = HypothesisPicker(data.draw)
    made = with_copies(made, ["Z1", "Z2"])
    accepted = pick.integer(0, 1)
    with tempfile.TemporaryDirectory() as folder:
        grants = []
        for name, order in (("forth", 1), ("back", -1)):
            talks = sp.open_talks(scenario(made), Path(folder) / name, by=CENTRE)
            rows = [answer_to(ask) if (len(ask.option) + accepted) % 2 else answer_to(ask, up_to=0, reason="no")
                    for ask in talks.asks.itertuples()]  # fmt: skip
            for row in rows[::order]:
                talks.answer(pd.DataFrame([row]), by="areas")
            if rows:
                talks.next(by=CENTRE)
            table = talks.agreed_so_far.grants
            one, two = (table[table["area"] == code]["grant"].to_numpy() for code in ("Z1", "Z2"))
            size = max(1.0, float(talks.scenario.bids["amount"].max()))
            assert np.allclose(one, two, rtol=0, atol=1e-8 * size)
            grants.append(table["grant"].to_numpy())
        assert (grants[0] == grants[1]).all()


@pytest.mark.parametrize("seed", [34])
def test_what_a_stage_gives_is_not_given_twice(seed: int, tmp_path: Path) -> None:
    made = scenario(seeded(seed, objectives=2)).with_(stages={"give": {"shortfall.largest": 0.05}})
    talks = sp.open_talks(made, tmp_path / "talks", by=CENTRE)
    while not talks.status.ended:
        accept_all(talks)
        talks.next(by=CENTRE)
    assert talks.all_accepted.grants["pounds"].tolist() == talks.agreed_so_far.grants["pounds"].tolist()


def test_bucks_and_burnley_end_in_round_two_to_the_pound(tmp_path: Path) -> None:
    talks = sp.open_talks("bucks-and-burnley", tmp_path / "talks", by=CENTRE)
    refused = talks.asks[(talks.asks["area"] == "E07000117") & (talks.asks["option"] == "retrofit-more")]
    accept_all(talks)
    (ask,) = refused.itertuples()
    talks.answer(pd.DataFrame([answer_to(ask, up_to=0, reason="no builders")]), by="Burnley")
    talks.next(by=CENTRE)
    assert (talks.status.round, talks.status.ended) == (2, "agreed so far is all")
    signed = talks.agreed_so_far
    assert signed.grants.groupby("area")["pounds"].sum().to_dict() == {
        "E07000117": 38_571_428,
        "E06000052": 96_428_572,
        "E06000060": 61_000_000,
    }
    short = signed.national.set_index(["objective", "year"])["shortfall"]
    assert short["carbon"].round(9).tolist() == [1.0, 2.0]


def test_talks_go_on_after_a_move_and_close_at_the_limit(tmp_path: Path) -> None:
    talks = sp.open_talks("bucks-and-burnley", tmp_path / "talks", by=CENTRE, rounds=1)
    accept_all(talks)
    talks.move({"levers": {"national.carbon": 1.2}}, reason="a higher target", by=CENTRE)
    talks.next(by=CENTRE)
    assert talks.status.ended == "at the limit"
    assert talks.asks.empty


def test_undoing_twice_leaves_the_state_as_it_was(tmp_path: Path) -> None:
    talks = sp.open_talks("bucks-and-burnley", tmp_path / "talks", by=CENTRE)
    accept_all(talks)
    talks.move({"levers": {"pot": 0.99}}, reason="less money", by=CENTRE)
    before = talks.state
    talks.undo(by=CENTRE)
    assert not talks.state.moves
    talks.undo(by=CENTRE)
    assert talks.state == before


def test_a_move_that_leaves_nothing_to_sign_is_refused_and_not_written(tmp_path: Path) -> None:
    talks = sp.open_talks("bucks-and-burnley", tmp_path / "talks", by=CENTRE)
    head = talks.head
    with pytest.raises(sp.NoSettlementError):
        talks.move({"levers": {"pot": 0.5}}, reason="half", by=CENTRE)
    assert talks.head == head


def test_a_move_says_whether_it_eases(tmp_path: Path) -> None:
    talks = sp.open_talks("bucks-and-burnley", tmp_path / "talks", by=CENTRE)
    for pot, eases in ((1.05, True), (0.97, False)):
        talks.move({"levers": {"pot": pot}}, reason="pot", by=CENTRE)
        assert talks.entries[-1].content["eases"] is eases


def test_talks_on_what_cannot_settle_without_options_are_refused(tmp_path: Path) -> None:
    tight = sp.read_scenario("bucks-and-burnley").with_(rules={"grant_floor": 0.985})
    with pytest.raises(sp.NoSettlementError):
        sp.open_talks(tight, tmp_path / "talks", by=CENTRE)
    assert not (tmp_path / "talks").exists()
