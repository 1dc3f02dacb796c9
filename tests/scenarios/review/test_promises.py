"""What reviews promise, over drawn agreements and outturn."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import singlepot as sp
from singlepot.scenarios.review.options import moved_profiles
from singlepot.scenarios.review.status import STATUSES, projections

from ...levelling_strategies import levelled
from ...strategies import HypothesisPicker, Picker, SeededPicker, drafts, scenario, seeded, seeded_two_tiers
from .plans import drawn_outturn, outturn

FEW = settings(max_examples=settings.default.max_examples // 3 + 1, deadline=None)
NEAR = 1e-6


def several_years(made: sp.Scenario) -> bool:
    return len(made.settings.years) > 1


def years_over(made: sp.Scenario, pick: Picker) -> int:
    return pick.integer(1, len(made.settings.years) - 1)


def unchanged(before: sp.Settlement, after: sp.Settlement) -> bool:
    """Whether grants are the same in every pound, and targets of areas where they contribute."""
    centres = set(before.scenario.filled("areas").query("type == 'centre'")["code"])
    labels = ["area", "envelope", "year"]
    both = before.grants.merge(after.grants, on=labels, how="outer", suffixes=("", "_after")).fillna(0)
    both = both[~both["area"].isin(centres)]
    aims = before.targets.merge(after.targets, on=["area", "objective", "year"], suffixes=("", "_after"))
    later = aims[aims["year"] > before.scenario.settings.years[0]]
    near = (later["agreed"].clip(lower=0) - later["agreed_after"]).abs().le(NEAR * (1 + later["agreed"].abs()))
    return bool((both["pounds"] == both["pounds_after"]).all() and near.all())


DRAWN = drafts().map(scenario).filter(several_years)


@FEW
@given(DRAWN, st.data())
def test_on_track_nothing_changes_to_the_pound(made: sp.Scenario, data: st.DataObject) -> None:
    agreed = sp.settle(made)
    review = sp.review(agreed, outturn(agreed, years_over(made, HypothesisPicker(data.draw))))
    assert unchanged(agreed, review.settlement)
    assert set(review.status["status"]) <= {"on track"}


def test_agreements_with_aims_of_convergence_and_inclusion_do_not_change_on_track() -> None:
    reviewed = 0
    for seed in range(8):
        made = scenario(levelled(SeededPicker(seed)))
        if several_years(made):
            agreed = sp.settle(made)
            review = sp.review(agreed, outturn(agreed, 1 + seed % (len(made.settings.years) - 1)))
            assert unchanged(agreed, review.settlement), seed
            assert not review.scenario.settings.sections
            reviewed += 1
    assert reviewed >= 4


def test_agreements_with_rules_of_recipients_and_capacities_do_not_change_on_track() -> None:
    reviewed: Counter[str] = Counter()
    for seed in range(12):
        made = scenario(seeded_two_tiers(seed))
        if several_years(made):
            agreed = sp.settle(made)
            review = sp.review(agreed, outturn(agreed, 1 + seed % (len(made.settings.years) - 1)))
            assert unchanged(agreed, review.settlement), seed
            rules = review.scenario.filled("rules")
            reviewed.update({*rules["level"], *rules["rule"]} & {"recipient", "capacity"})
    assert min(reviewed["recipient"], reviewed["capacity"]) >= 3


def test_first_aims_can_be_held() -> None:
    made = scenario(levelled(SeededPicker(5)))
    agreed = sp.settle(made)
    held = sp.review(agreed, outturn(agreed, 1), hold_national=True)
    assert held.scenario.settings.sections.keys() == made.settings.sections.keys()
    years = held.scenario.national["year"]
    left = made.national[made.national["year"].isin(years)]
    assert held.scenario.national["target"].tolist() == pytest.approx(left["target"].tolist())


@pytest.mark.long
def test_200_agreements_of_every_feature_do_not_change_on_track() -> None:
    counts: Counter[str] = Counter()
    for seed in range(400):
        made = scenario(seeded(seed))
        if not several_years(made) or counts["agreements"] == 200:
            continue
        agreed = sp.settle(made)
        over = 1 + seed % (len(made.settings.years) - 1)
        review = sp.review(agreed, outturn(agreed, over))
        assert unchanged(agreed, review.settlement), seed
        counts["agreements"] += 1
        used = agreed.take_up[agreed.take_up["take_up"] > NEAR]["option"].str.startswith("scale-back")
        counts.update(
            name
            for name, there in {
                "cuts": used.any(),
                "options": (~used).any(),
                "shortfall": agreed.national["shortfall"].gt(0).any(),
                "carried": agreed.pot["carried"].gt(0).any(),
                "vired": agreed.pot["vired"].gt(0).any(),
                "ranges": made.national["year"].str.contains(":").any() if len(made.national) else False,
                "record": "delivered" in set(review.scenario.areas["code"]),
            }.items()
            if there
        )
    assert counts["agreements"] == 200
    assert min(counts[name] for name in ("cuts", "options", "shortfall", "carried", "vired", "ranges", "record")) >= 10


@FEW
@given(DRAWN, st.data())
def test_no_money_is_lost_or_made(made: sp.Scenario, data: st.DataObject) -> None:
    pick = HypothesisPicker(data.draw)
    agreed = sp.settle(made)
    years = years_over(made, pick)
    table = drawn_outturn(agreed, years, pick)
    review = sp.review(agreed, table)
    over, last = made.settings.years[:years], made.settings.years[years - 1]
    centres = set(made.filled("areas").query("type == 'centre'")["code"])
    of_centre = agreed.grants[agreed.grants["area"].isin(centres) & ~agreed.grants["year"].isin(over)]
    carried = agreed.pot[agreed.pot["year"] == last]
    expected = table[table["objective"] == ""]["value"].sum()
    expected += agreed.pot[~agreed.pot["year"].isin(over)]["amount"].sum()
    expected += np.maximum(carried["carried"], carried["carried_pounds"] / 1e6).sum()
    expected += review.money["returned"].sum()
    expected -= np.minimum(of_centre["grant"], of_centre["pounds"] / 1e6).sum()
    assert review.scenario.pot["amount"].sum() == pytest.approx(expected)
    money = review.money
    assert (money["agreed"] - money["spent"]).tolist() == pytest.approx((money["kept"] + money["returned"]).tolist())


@FEW
@given(DRAWN, st.data())
def test_delivering_more_never_costs_a_status_or_a_payment(made: sp.Scenario, data: st.DataObject) -> None:
    pick = HypothesisPicker(data.draw)
    agreed = sp.settle(made)
    table = drawn_outturn(agreed, years_over(made, pick), pick)
    chosen = np.flatnonzero((table["objective"] != "") & (table["value"] > 0))
    before = sp.review(agreed, table)
    pool = 0.025 * agreed.grants.groupby("area")["grant"].sum()
    paid = before.rewards.groupby("area")["payment"].sum()
    assert paid.ge(0).all() and paid.le(pool.reindex(paid.index) + NEAR).all()
    if not len(chosen):
        return
    row = table.index[chosen[pick.integer(0, len(chosen) - 1)]]
    more = table.copy()
    more.loc[row, "value"] *= 1.3
    after = sp.review(agreed, more)
    for one in (before, after):
        assert set(one.status["status"]) <= set(STATUSES)
    both = before.status.merge(after.status, on=["area", "objective"], suffixes=("", "_after"))
    assert (both["status"].map(STATUSES.index) <= both["status_after"].map(STATUSES.index)).all()
    both = before.rewards.merge(after.rewards, on=["area", "objective"], suffixes=("", "_after"))
    assert (both["payment"] <= both["payment_after"] + NEAR).all()
    stages = [one.settlement.stages[["name", "final"]].iloc[0] for one in (before, after)]
    if stages[0]["name"].startswith("shortfall"):
        assert stages[1]["final"] <= stages[0]["final"] + NEAR


@settings(max_examples=3, deadline=None)
@given(DRAWN, st.data())
def test_a_written_review_follows_from_its_outturn_and_a_changed_one_is_found(
    made: sp.Scenario, data: st.DataObject
) -> None:
    pick = HypothesisPicker(data.draw)
    agreed = sp.settle(made)
    review = sp.review(agreed, drawn_outturn(agreed, years_over(made, pick), pick))
    with tempfile.TemporaryDirectory() as folder:
        review.write(folder)
        assert sp.verify_review(folder, agreed).passed
        assert sp.verify(Path(folder) / "settlement").passed
        file = Path(folder) / "review" / "rewards.csv"
        file.write_bytes(file.read_bytes() + b"\n")
        assert not sp.verify_review(folder, agreed).passed


PROFILES = st.lists(st.floats(-9, 9).map(lambda value: round(value, 2)), min_size=12, max_size=12)


@given(PROFILES, st.integers(1, 3))
def test_no_option_is_free_that_was_not(numbers: list[float], shift: int) -> None:
    values = np.asarray(numbers).reshape(1, 3, 4)
    grant, outcome = values[:, :1], values[:, 1:]
    paid, brought, part = moved_profiles(grant, outcome, shift)
    for gained, whole in ((brought, outcome), (-paid, -grant)):
        for line, first in zip(gained[0], whole[0], strict=True):
            kept = np.maximum(line, 0).sum() if gained is not brought else line.max(initial=0)
            of = np.maximum(first, 0).sum() if gained is not brought else first.max(initial=0)
            assert kept <= part[0] * of + 1e-9
    assert paid.sum() >= part[0] * grant.sum() - 1e-9
    losses = -outcome.min(axis=2, initial=0)
    assert (-brought[:, :, -1] >= part[0] * losses - 1e-9)[losses > 0].all()


def test_targets_are_judged_by_distance_and_by_share() -> None:
    level, share = projections(np.asarray([20.0, 20.0, 0.0]), np.asarray([10.0, 19.0, 3.0]), np.asarray([40.0] * 3))
    assert level.tolist() == [30.0, 39.0, 43.0]
    assert share.tolist() == [20.0, 38.0, 43.0]


def test_a_forecast_replaces_projections_and_low_confidence_takes_a_step_down() -> None:
    agreed = sp.settle("bucks-and-burnley")
    table = outturn(agreed, 1, {("E07000117", "carbon"): 0.5})
    status = sp.review(agreed, table).status.set_index(["area", "objective"])["status"]
    assert status["E07000117", "carbon"] == "off track"
    expected = {"area": "E07000117", "objective": "carbon", "year": "2027-28", "value": 22.0, "status": "forecast"}
    told = pd.concat([table, pd.DataFrame([expected])], ignore_index=True)
    status = sp.review(agreed, told).status.set_index(["area", "objective"])["status"]
    assert status["E07000117", "carbon"] == "on track"
    unsure = told.assign(confidence=np.where(told["area"] == "E07000117", "low", "high"))
    status = sp.review(agreed, unsure).status.set_index(["area", "objective"])["status"]
    assert status["E07000117", "carbon"] == "at risk"
