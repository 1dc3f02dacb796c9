"""Counter-examples of reviews: each was computed by hand, and an obvious version of the review fails it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import singlepot as sp
from singlepot.scenarios.review.options import moved_profiles

from .plans import YEARS, agreed_in, outturn, plan, totals


def after(scenario: sp.Scenario, years: int, pot: dict[str, float] | None = None, **factors: float) -> sp.Review:
    """Review of a scenario's settlement; factors of what an area spent (A_money) or delivered (A_homes)."""
    agreed = sp.settle(scenario)
    changes = {tuple(name.split("_")): factor for name, factor in factors.items()}
    new = None if pot is None else pd.DataFrame({"year": list(pot), "amount": list(pot.values())})
    return sp.review(agreed, outturn(agreed, years, changes), pot=new)  # type: ignore[arg-type]


@pytest.mark.parametrize("targets", [[10, 20], [20, 20]])
def test_half_the_remaining_pot_ends_as_if_it_had_been_known(targets: list[float]) -> None:
    both = {"A": [10.0, 10.0], "B": [10.0, 10.0]}
    wanted = {"A": targets, "B": targets}
    review = after(plan(both, wanted, [20, 20], national=40), 1, pot={"2027-28": 10})
    assert agreed_in(review.settlement, "2027-28") == {"A": 15.0, "B": 15.0}
    known = sp.settle(plan(both, wanted, [20, 10], national=40))
    assert agreed_in(known, "2027-28") == agreed_in(review.settlement, "2027-28")
    assert totals(known, "2027-28") == totals(review.settlement, "2027-28")


def test_what_was_delivered_late_is_carried_to_every_later_year() -> None:
    review = after(plan({"A": [10, 10, 10]}, {"A": [10, 20, 30]}, [10, 10, 10], national=30), 1, A_homes=0.4)
    assert [agreed_in(review.settlement, year)["A"] for year in YEARS[:3]] == [4.0, 14.0, 24.0]
    assert review.settlement.national["shortfall"].tolist() == pytest.approx([6.0])
    assert review.status["status"].tolist() == ["off track"]


def test_an_underspend_first_undoes_cuts_of_its_envelope_and_year_by_equal_shares() -> None:
    cut = plan({"A": [10, 10], "B": [10, 20]}, {"A": [10, 20], "B": [10, 30]}, [20, 15])
    kept, review = sp.settle(cut), after(cut, 1, A_money=0.4)
    # 6 return of 15 that were cut in the second year: each cut is undone by two fifths, and its targets with it
    for of, bids, wanted in (("A", 10.0, 20.0), ("B", 20.0, 30.0)):
        grant, target = totals(kept, "2027-28")[of], agreed_in(kept, "2027-28")[of]
        assert 0 < grant < bids
        assert totals(review.settlement, "2027-28")[of] == pytest.approx(grant + 0.4 * (bids - grant))
        assert agreed_in(review.settlement, "2027-28")[of] == pytest.approx(target + 0.4 * (wanted - target))
    assert review.areas["undone"].sum() == pytest.approx(6.0)


def test_money_back_that_undoes_nothing_stays_in_the_pot_of_its_year() -> None:
    review = after(plan({"A": [10, 10]}, {"A": [10, 20]}, [10, 10]), 1, A_money=0.4)
    assert review.scenario.pot["amount"].tolist() == pytest.approx([4.0, 16.0])
    assert totals(review.settlement, "2027-28") == {"A": 10.0}


def test_a_cut_can_be_undone_once_and_only_up_to_the_first_bid() -> None:
    cut = plan({"A": [10, 10], "B": [10, 10]}, {"A": [10, 20], "B": [10, 20]}, [20, 15], national=40)
    review = after(cut, 1, A_homes=0.5)
    restore = review.scenario.option_years
    assert restore["option"].tolist() == ["restore 2027-28"] * 2
    assert restore["grant_total"].tolist() == pytest.approx([2.5, 2.5])
    assert restore["homes"].tolist() == pytest.approx([2.5, 2.5])
    more = after(cut, 1, pot={"2027-28": 40}, A_homes=0.5)
    assert totals(more.settlement, "2027-28") == {"A": 10.0, "B": 10.0}


def test_a_saving_whose_loss_falls_after_the_last_year_is_not_free() -> None:
    grant, outcome = np.zeros((1, 1, 4)), np.zeros((1, 1, 4))
    grant[0, 0, :2], outcome[0, 0, 3] = [-4.0, -4.0], -10.0
    saved, lost, part = moved_profiles(grant, outcome, 2)
    assert saved[0, 0].tolist() == [0, 0, -4, -4] and lost[0, 0].tolist() == [0, 0, 0, -10] and part.tolist() == [1]
    saved, lost, part = moved_profiles(grant, outcome, 3)
    assert saved[0, 0].tolist() == [0, 0, 0, -4] and lost[0, 0].tolist() == [0, 0, 0, -5] and part.tolist() == [0.5]


def test_an_outcome_that_is_paid_for_after_the_last_year_is_not_free() -> None:
    grant, outcome = np.zeros((1, 1, 4)), np.zeros((1, 1, 4))
    grant[0, 0, 2:], outcome[0, 0] = [6.0, 6.0], [1, 2, 4, 4]
    paid, brought, part = moved_profiles(grant, outcome, 2)
    assert brought[0, 0].tolist() == [0, 0, 1, 2] and part.tolist() == [0.5]
    assert paid[0, 0].tolist() == [0, 0, 0, 6]


def test_an_advance_that_is_paid_back_after_the_last_year_is_not_free() -> None:
    grant = np.asarray([[[-5.0, 0, 5.0, 0]]])
    moved, _, part = moved_profiles(grant, np.zeros((1, 0, 4)), 2)
    assert part.tolist() == [1] and moved.sum() == 0


def test_own_cost_goes_with_the_part_of_an_option_that_stays() -> None:
    options = pd.DataFrame({"area": ["A"], "option": ["more"], "own_cost": [8.0]})
    years = pd.DataFrame({"area": "A", "option": "more", "year": YEARS[:2], "homes": [1.0, 4.0]})
    review = after(plan({"A": [10, 10]}, {"A": [10, 20]}, [10, 10], options=options, option_years=years), 1)
    assert review.scenario.options["own_cost"].tolist() == [2.0]


def used_before() -> sp.Scenario:
    """An area that took two fifths of an option, as the nation wanted no more."""
    options = pd.DataFrame({"area": ["A"], "option": ["more"]})
    years = pd.DataFrame({"area": "A", "option": "more", "year": YEARS[:2], "homes": [10.0, 10.0]})
    return plan({"A": [10, 10]}, {"A": [10, 20]}, [10, 10], 24, options=options, option_years=years)


def test_a_share_that_was_taken_is_scaled_back_with_the_bid_it_is_part_of_by_now() -> None:
    review = after(used_before(), 1, pot={"2027-28": 5}, A_homes=0.0)
    assert review.scenario.options["used"].tolist() == pytest.approx([0.4])
    used = dict(zip(review.settlement.take_up["option"], review.settlement.take_up["take_up"], strict=True))
    assert used["scale-back 2027-28"] == pytest.approx(0.5)
    assert used["more"] == pytest.approx((1 - 0.4) * (1 - 0.5 * 0.5))  # half of half the bid is cut


def test_what_was_taken_before_cannot_be_taken_again() -> None:
    review = after(used_before(), 1, A_homes=0.0)
    used = dict(zip(review.settlement.take_up["option"], review.settlement.take_up["take_up"], strict=True))
    assert used["more"] == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("factor", "own", "shared"),
    [(1.5, 5.0, 0.0), (2.0, 10.0, 0.0), (2.6, 10.0, 6.0)],
)
def test_an_overspend_comes_off_own_bids_and_only_the_rest_off_the_pot(
    factor: float, own: float, shared: float
) -> None:
    review = after(plan({"A": [10, 10], "B": [10, 10]}, {"A": [10, 20], "B": [10, 20]}, [20, 20]), 1, A_money=factor)
    assert review.money[["off_own_bids", "off_envelope"]].to_numpy().tolist() == [pytest.approx([own, shared])]
    assert totals(review.settlement, "2027-28") == pytest.approx({"A": 10 - own, "B": 10 - shared})
    assert review.scenario.pot["amount"].sum() == pytest.approx(40)  # what is spent is not spent twice


def test_an_overspend_is_first_paid_from_what_the_area_keeps() -> None:
    bids = {"A": [10.0, 10.0], "B": [10.0, 10.0]}
    scenario = plan(bids, {"A": [10, 20]}, [20, 20]).with_()
    pots = pd.DataFrame([(year, envelope, 20.0) for year in YEARS[:2] for envelope in ("capital", "resource")],
                        columns=["year", "envelope", "amount"])  # fmt: skip
    rows = [(a, year, e, 10.0) for a in "AB" for year in YEARS[:2] for e in ("capital", "resource")]
    both = scenario.with_(pot=pots, bids=pd.DataFrame(rows, columns=["area", "year", "envelope", "amount"]))
    agreed = sp.settle(with_review(both, underspend_kept=0.5, carry=0.1))
    table = outturn(agreed, 1)
    of_a = (table["area"] == "A") & (table["objective"] == "")
    table.loc[of_a & (table["envelope"] == "capital"), "value"] = 4.0
    table.loc[of_a & (table["envelope"] == "resource"), "value"] = 11.0
    review = sp.review(agreed, table)
    money = review.money.set_index("envelope")
    # half of 6 would be kept, but a tenth of the next grant, 2, is the most; 1 of it pays the overspend
    assert money.loc["capital", ["kept", "returned"]].tolist() == pytest.approx([2.0, 4.0])
    assert money.loc["resource", ["paid_from_kept", "off_own_bids", "off_envelope"]].tolist() == [1.0, 0.0, 0.0]
    assert review.scenario.settings.review.kept == {"A": 1.0}
    again = outturn(review.settlement, 1)
    assert review.scenario.settings.review.until == "2026-27" and len(again)


def with_review(scenario: sp.Scenario, **terms: float) -> sp.Scenario:
    """The scenario with a section ``[review]``."""
    return sp.apply_what_if(scenario, {"review": terms})


def test_a_pot_below_nothing_is_nothing_and_what_lacks_comes_off_where_it_came_from() -> None:
    areas = pd.DataFrame({"code": ["A", "Z"], "name": ["Area A", "The centre"], "type": ["county", "centre"]})
    options = pd.DataFrame({"area": ["Z"], "option": ["campaign"]})
    years = pd.DataFrame({"area": ["Z"], "option": ["campaign"], "year": [YEARS[2]], "grant": [6.0], "homes": [10.0]})
    scenario = plan(
        {"A": [10, 10, 2]}, {"A": [10, 20, 20]}, [10, 16, 2], 30,
        areas=areas, options=options, option_years=years, rules={"carry_over": 0.5},
    )  # fmt: skip
    agreed = sp.settle(scenario)
    assert agreed.pot["carried"].tolist() == pytest.approx([0, 6, 0])
    review = sp.review(agreed, outturn(agreed, 1))
    # the last pot of 2 pays 6 of the centre with what is carried into it: 4 lack, and come off the year before
    assert review.scenario.pot["amount"].tolist() == pytest.approx([10, 12, 0])
    assert review.settlement.national["shortfall"].tolist() == pytest.approx([0.0], abs=1e-9)
    assert totals(review.settlement, YEARS[2])["A"] == 2.0


def test_an_area_that_delivered_before_it_spent_can_still_be_cut() -> None:
    scenario = plan({"A": [0, 10], "B": [10, 10]}, {"A": [8, 20], "B": [10, 20]}, [10, 20], national=40,
                    rules=pd.DataFrame({"rule": ["grant_floor"], "value": [1.0], "area": ["B"]}))  # fmt: skip
    review = after(scenario, 1, pot={"2027-28": 15})
    assert totals(review.settlement, "2027-28") == {"A": 5.0, "B": 10.0}
    first = review.settlement.targets[review.settlement.targets["year"] == "2026-27"]
    assert first["agreed"].sum() == 18.0  # what was delivered is still counted


def test_a_review_of_a_review_is_the_review_of_both_years_at_once() -> None:
    options = pd.DataFrame({"area": ["A"], "option": ["more"]})
    years = pd.DataFrame({"area": "A", "option": "more", "year": YEARS, "grant": 1.0, "homes": [1.0, 2.0, 3.0, 4.0]})
    scenario = plan(
        {"A": [10] * 4, "B": [10] * 4}, {"A": [5, 10, 15, 20], "B": [5, 10, 15, 20]}, [20, 20, 18, 18], 45,
        options=options, option_years=years,
    )  # fmt: skip
    agreed = sp.settle(scenario)
    first = sp.review(agreed, outturn(agreed, 1))
    second = sp.review(first.settlement, outturn(first.settlement, 2))
    at_once = sp.review(agreed, outturn(agreed, 2))
    for name in ("grants", "targets"):
        pd.testing.assert_frame_equal(getattr(second.settlement, name), getattr(at_once.settlement, name))
    assert second.scenario.options["used"].tolist() == at_once.scenario.options["used"].tolist()
    starts = [one.scenario.option_years.query("option == 'more'")["year"].min() for one in (second, at_once)]
    assert starts == [YEARS[2], YEARS[2]]
    restores = [sorted(set(one.scenario.options["option"]) - {"more"}) for one in (second, at_once)]
    assert restores[0] == restores[1] != []
