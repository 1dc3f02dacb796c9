"""What reasons say of pots and prices, on scenarios whose numbers are worked out by hand."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import singlepot as sp
from singlepot.models.explanation.prices import first_stage, numeraire
from singlepot.models.explanation.stage_weights import shares_short

from ...properties.test_sentences import two_areas

YEARS = ["2026-27", "2027-28"]


def bids_alone(pots: tuple[float, float], bids: tuple[float, float], **more: Any) -> sp.Settlement:
    """One area that asks for money in two years, and nothing else."""
    return sp.settle(
        sp.Scenario.from_tables(
            areas=pd.DataFrame({"code": ["A"], "name": ["Aston"]}),
            pot=pd.DataFrame({"year": YEARS, "amount": pots}),
            bids=pd.DataFrame({"area": "A", "year": YEARS, "amount": bids}),
            years=YEARS,
            **more,
        )
    )


def test_a_scale_back_says_what_is_moved_into_its_pot() -> None:
    """£10m of the first year is carried, and £4m of the second year's bids is still too much."""
    settlement = bids_alone((20.0, 10.0), (10.0, 24.0), rules={"carry_over": 0.5})
    (reason,) = settlement.asks["reason"]
    assert reason.startswith(
        "Bids for 2027-28 add up to £24.0m and the pot holds £10.0m and £10.0m that is moved in: Aston gives up 16.7%"
    )


@pytest.mark.parametrize(("pot", "enough"), [(20.0, True), (30.0, True), (19.9, False)])
def test_a_scale_back_that_no_pot_asks_for_says_that_it_holds_enough(pot: float, enough: bool) -> None:
    """A ceiling takes half of what is asked for, also where bids just fit."""
    ceiling = pd.DataFrame({"rule": ["grant_ceiling"], "value": [10.0], "basis": ["amount"]})
    settlement = bids_alone((pot, pot), (20.0, 20.0), rule_rows=ceiling)
    assert len(settlement.asks) == 2
    for year, reason in zip(YEARS, settlement.asks["reason"], strict=True):
        holds = f"Bids for {year} add up to £20.0m and the pot holds £{pot:.1f}m"
        assert reason.startswith(f"{holds}{', which is enough' if enough else ''}: Aston gives up 50.0%")


def test_what_is_short_is_counted_over_all_years_of_a_national_row() -> None:
    """Of 60 in both years 20 and 25 are agreed, a quarter short; of 20 in the second year alone nothing is."""
    settlement = bids_alone(
        (10.0, 10.0),
        (10.0, 10.0),
        objectives=pd.DataFrame({"key": ["trees"], "name": ["Trees"], "unit": ["thousand"]}),
        national=pd.DataFrame({"objective": "trees", "year": [":".join(YEARS), YEARS[1]], "target": [60.0, 20.0]}),
        targets=pd.DataFrame({"area": "A", "objective": "trees", "year": YEARS, "target": [20.0, 25.0]}),
    )
    assert shares_short(settlement.solved_stages) == pytest.approx([0.25, 0.0])


def test_prices_are_measured_by_the_pot_of_their_year() -> None:
    """Both pots are short; the row is that of the pot which is named."""
    solved = bids_alone((10.0, 10.0), (12.0, 12.0)).solved_stages
    (stage,) = [stage for stage in solved.marginals if stage.name == "burden"]
    for year, name in enumerate(YEARS):
        measure = numeraire(solved, stage, year)
        assert measure is not None
        assert measure.name == name
        assert solved.programme.row_label(measure.row) == f"pot[total,{name}]"
        assert measure.worth == -stage.row[measure.row] > 0


def test_a_row_is_priced_by_the_first_stage_that_has_a_dual_of_it() -> None:
    """A pot that is not short in the largest shortfall may be in a later stage, or in none."""
    solved = sp.settle(sp.read_scenario("bucks-and-burnley")).solved_stages
    found = []
    for row in range(solved.programme.shape[0]):
        priced = [at for at, stage in enumerate(solved.marginals) if stage.row[row]]
        assert first_stage(solved, row) is (solved.marginals[priced[0]] if priced else None)
        found.append(priced[0] if priced else None)
    assert {0, None} < set(found)


def test_a_cut_in_money_of_another_year_says_at_which_rate_it_counts() -> None:
    """Barton gives up half of its programme, so that a pound of its year weighs more than one of Aston's."""
    bids = pd.DataFrame({"area": ["A", "B"], "year": YEARS, "amount": [12.0, 20.0]})
    settlement = sp.settle(
        sp.Scenario.from_tables(
            areas=pd.DataFrame({"code": ["A", "B"], "name": ["Aston", "Barton"]}),
            pot=pd.DataFrame({"year": YEARS, "amount": 10.0}),
            bids=bids,
            years=YEARS,
        )
    )
    (stage,) = [stage for stage in settlement.solved_stages.marginals if stage.name == "burden"]
    first, second = stage.row[settlement.solved_stages.programme.rows("pot")]
    aston, barton = settlement.asks["reason"]
    assert f"100p for each £1 saved, its money counted at £{first / second:.2f} of 2027-28 for £1" in aston
    assert first / second < 0.9
    assert "100p for each £1 saved, and 50% of it was enough" in barton


def two_years(national: str) -> str:
    """Why Aston is scaled back in the first year: carbon is far short, and trees are counted in these years alone."""
    settlement = bids_alone(
        (10.0, 10.0),
        (12.0, 10.0),
        objectives=pd.DataFrame({"key": ["trees", "carbon"], "name": ["Trees", "Carbon"], "unit": ["thousand", "kt"]}),
        national=pd.DataFrame({"objective": ["trees", "carbon"], "year": [national, YEARS[0]], "target": [45, 100]}),
        targets=pd.DataFrame(
            {"area": "A", "objective": ["trees", "trees", "carbon"], "year": [*YEARS, YEARS[0]], "target": [20, 40, 10]}
        ),
    )
    (reason,) = settlement.asks["reason"]
    assert "and with it 1.67 kt of carbon and 3.33 thousand of trees and part of its later targets" in str(reason)
    return str(reason)


def test_a_loss_in_some_of_the_years_that_are_counted_is_decided_later() -> None:
    """Trees are lost in both years, and one counts; over both years there are enough of them."""
    assert "; carbon, which is further short, is decided first;" in two_years(YEARS[1])
    assert "; the national target for trees is met all the same;" in two_years(":".join(YEARS))


def test_of_several_losses_the_first_by_priority_says_whether_another_has_priority() -> None:
    """Carbon decides: it has priority over trees and not over adults, and trees are further short than it."""
    draft = two_areas()
    trees = pd.DataFrame({"area": ["a", "b"], "objective": "trees", "year": "2026-27", "target": 100.0})
    settlement = sp.settle(
        draft.with_(
            objectives=pd.DataFrame(
                {
                    "key": ["skills", "carbon", "trees"],
                    "name": ["Skills", "Carbon", "Trees"],
                    "unit": ["adults", "t", "thousand"],
                    "priority": [1, 1, 2],
                }
            ),
            national=pd.DataFrame({"objective": ["skills", "carbon", "trees"], "year": "2026-27", "target": 1000.0}),
            targets=pd.concat([draft.targets, trees], ignore_index=True),
            option_years=draft.option_years.assign(trees=[-5.0, -5.0, 0.0]),
        )
    )
    reason = settlement.asks.set_index(["area", "option"])["reason"]["a", "less skills"]
    assert "gives up 50 adults of skills and 5 thousand of trees; carbon is decided first; measured" in reason


def test_an_option_that_needs_no_money_costs_nothing_and_does_not_pay_for_itself() -> None:
    draft = two_areas()
    free = pd.DataFrame({"area": ["b"], "option": ["free carbon"]})
    changes = free.assign(year="2026-27", grant=0.0, skills=0.0, carbon=10.0)
    settlement = sp.settle(
        draft.with_(
            options=pd.concat([draft.options, free], ignore_index=True),
            option_years=pd.concat([draft.option_years, changes], ignore_index=True),
        )
    )
    assert settlement.asks.set_index("option")["reason"]["free carbon"] == (
        "“free carbon” in Barton needs no grant and adds 10 t of carbon; each t costs £0, against £50,000 for “more "
        "carbon” in Aston and £50,000 for the last that was needed, so all of it is used."
    )
