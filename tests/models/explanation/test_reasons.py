"""What reasons say of pots and prices, on scenarios whose numbers are worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import singlepot as sp
from singlepot.models.explanation.prices import first_stage, numeraire
from singlepot.models.explanation.reasons import Moved, reasons
from singlepot.models.explanation.stage_weights import shares_short

from ...properties.test_sentences import two_areas
from .by_hand import with_option

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
    settlement = two_pots()
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
    settlement = sp.settle(with_option(two_areas(), "b", "free carbon", carbon=10.0))
    assert settlement.asks.set_index("option")["reason"]["free carbon"] == (
        "“free carbon” in Barton needs no grant and adds 10 t of carbon; each t costs £0, against £50,000 for “more "
        "carbon” in Aston and £50,000 for the last that was needed, so all of it is used."
    )


def two_pots(options: pd.DataFrame | None = None, column: str = "year", pots: list[str] = YEARS) -> sp.Settlement:
    """Aston gives up a sixth of its programme in one year or envelope, and Barton half in another."""
    tables = {
        "pot": pd.DataFrame({column: pots, "amount": 10.0}),
        "bids": pd.DataFrame({"area": ["A", "B"], column: pots, "amount": [12.0, 20.0]}),
    }
    if column == "envelope":
        tables = {name: table.assign(year=YEARS[0]) for name, table in tables.items()}
    if options is not None:
        tables |= {"options": options[["area", "option"]].drop_duplicates(ignore_index=True), "option_years": options}
    areas = pd.DataFrame({"code": ["A", "B"], "name": ["Aston", "Barton"]})
    return sp.settle(sp.Scenario.from_tables(areas=areas, years=sorted({*tables["pot"]["year"]}), **tables))


def test_an_option_that_takes_and_saves_is_counted_at_the_prices_of_both_pots() -> None:
    """What it takes in the first year weighs less than what it saves in the second; both are below £1m."""
    shift = pd.DataFrame({"area": "B", "option": "shift", "year": YEARS, "grant": [0.5, -0.8]})
    aston, _ = two_pots(shift).asks["reason"]
    assert "p for “shift” in Barton, its money counted at the prices of the pots in money of 2027-28, and" in aston


def test_a_part_of_the_pot_is_named_and_the_scarcest_measures() -> None:
    """A pound of resource is worth more than one of capital, which is not the first of the two alone."""
    aston, barton = two_pots(column="envelope", pots=["capital", "resource"]).asks["reason"]
    assert aston.startswith(
        "Bids for 2026-27 capital add up to £12.0m and the pot holds £10.0m: Aston gives up 16.7% of its capital "
        "programme of that year, £2.0m; "
    )
    assert "its money counted at £0.47 of resource 2026-27 for £1" in aston
    assert "its money" not in barton


def test_equal_areas_are_given_the_same_reason() -> None:
    """A vertex cuts one by a quarter and the other to the end of a band; a fifth each is the same to both."""
    bids = pd.DataFrame({"area": ["A", "B"], "year": YEARS[0], "amount": 10.0})
    settlement = sp.settle(
        sp.Scenario.from_tables(
            areas=pd.DataFrame({"code": ["A", "B"], "name": ["Aston", "Barton"]}),
            pot=pd.DataFrame({"year": YEARS[:1], "amount": 16.0}),
            bids=bids,
            years=YEARS[:1],
        )
    )
    aston, barton = settlement.asks["reason"]
    assert aston == barton.replace("Barton", "Aston")
    assert aston.endswith("100p for each £1 saved, shared among those to whom it costs as much.")


def test_a_pot_of_some_pounds_is_explained_as_one_of_millions() -> None:
    """An option takes £10 of £200."""
    draft = two_areas()
    more = {name: draft.tables[name].iloc[2:].reset_index(drop=True) for name in ("options", "option_years")}
    more["option_years"] = more["option_years"].assign(grant=1e-5)
    money = {"pot": draft.pot.assign(amount=2e-4), "bids": draft.bids.assign(amount=1e-4)}
    settlement = sp.settle(draft.with_(**more, **money))
    reason = settlement.asks.set_index(["area", "option"])["reason"]["b", "scale-back 2026-27"]
    assert reason.startswith(
        "Bids for 2026-27 add up to £200, options that are used take £10 more and the pot holds £200"
    )


def test_a_rival_has_something_left_to_offer() -> None:
    """The next dearer option is used in full, of which there are two."""
    areas = ["A", "B", "C"]
    each = pd.DataFrame({"area": areas, "option": ["cheap", "middling", "dear"]})
    settlement = sp.settle(
        sp.Scenario.from_tables(
            years=YEARS[:1],
            areas=pd.DataFrame({"code": areas, "name": ["Aston", "Barton", "Carton"]}),
            pot=pd.DataFrame({"year": YEARS[:1], "amount": 35.0}),
            bids=pd.DataFrame({"area": areas, "year": YEARS[0], "amount": 10.0}),
            objectives=pd.DataFrame({"key": ["trees"], "name": ["Trees"], "unit": ["thousand"]}),
            national=pd.DataFrame({"objective": ["trees"], "year": YEARS[0], "target": [2000.0]}),
            targets=pd.DataFrame({"area": areas, "objective": "trees", "year": YEARS[0], "target": 300.0}),
            options=each.assign(max_take_up=2.0),
            option_years=each.assign(year=YEARS[0], grant=[0.5, 1.0, 2.0], trees=40.0),
        )
    )
    reasons = settlement.asks.set_index("option")["reason"]
    for option, cost in (("cheap", "£12,500"), ("middling", "£25,000")):
        assert f"each thousand costs {cost}, against £50,000 for “dear” in Carton and £50,000 for" in reasons[option]


def test_a_lock_of_a_recipient_is_named_where_it_stops_an_area() -> None:
    """Two of three areas are paid through a union: £16m for bids of £20m, and the third bears the rest of the cut."""
    lock = {"rule": "grant_lock", "value": 16.0, "basis": "amount", "level": "recipient", "recipient": "Union"}
    settlement = sp.settle(
        sp.Scenario.from_tables(
            areas=pd.DataFrame(
                {"code": ["A", "B", "C"], "name": ["Aston", "Barton", "Carton"], "recipient": ["Union", "Union", ""]}
            ),
            pot=pd.DataFrame({"year": YEARS[:1], "amount": 20.0}),
            bids=pd.DataFrame({"area": ["A", "B", "C"], "year": YEARS[0], "amount": 10.0}),
            rule_rows=pd.DataFrame([lock]),
            years=YEARS[:1],
        )
    )
    assert settlement.asks.set_index("area")["reason"]["A"].endswith("; the recipient's grant lock stops it at 20%.")


def test_a_councils_own_reasons_name_no_other_area() -> None:
    settlement = sp.settle(two_areas())
    moved = Moved(np.zeros((1, 1)), np.zeros((1, 1)))
    alone = [text for text in reasons(settlement.merit_orders, moved, with_rivals=False) if text]
    with_rivals = settlement.asks["reason"].tolist()
    assert len(alone) == len(with_rivals) == 3
    for text, longer in zip(alone, with_rivals, strict=True):
        assert "against" in longer and "against" not in text
        assert text.count("Aston") + text.count("Barton") == 1
    assert alone[1] == (
        "“more carbon” in Aston takes £2.0m and adds 40 t of carbon; each t costs £50,000, and 40% of it was enough."
    )


def test_a_cost_says_in_which_years_a_unit_is_counted() -> None:
    """Trees are counted in the second year, and over both years, where enough are agreed."""
    settlement = bids_alone(
        (12.0, 12.0),
        (10.0, 10.0),
        objectives=pd.DataFrame({"key": ["trees"], "name": ["Trees"], "unit": ["thousand"]}),
        national=pd.DataFrame({"objective": "trees", "year": [YEARS[1], ":".join(YEARS)], "target": [50.0, 40.0]}),
        targets=pd.DataFrame({"area": "A", "objective": "trees", "year": YEARS, "target": [20.0, 20.0]}),
        options=pd.DataFrame({"area": ["A"], "option": ["plant"], "max_take_up": [5.0]}),
        option_years=pd.DataFrame(
            {"area": "A", "option": "plant", "year": YEARS, "grant": [1.0, 1.0], "trees": [2.0, 1.0]}
        ),
    )
    (reason,) = settlement.asks["reason"]
    assert "each thousand in 2027-28 costs £1.00m, against £1.00m for the last that was needed" in reason


def test_a_joint_scheme_is_stopped_by_what_a_partner_offers() -> None:
    """Barton offers half of its part, so that Aston, which alone would go further, stops there too."""
    draft = two_areas()
    scheme = pd.DataFrame({"area": ["a", "b"], "option": "rail", "scheme": "rail"})
    changes = scheme[["area", "option"]].assign(year="2026-27", grant=1.0, skills=0.0, carbon=[100.0, 0.0])
    rule = pd.DataFrame({"rule": ["take_up_ceiling"], "value": [0.5], "area": ["b"], "option": ["rail"]})
    settlement = sp.settle(draft.with_(options=scheme, option_years=changes, rule_rows=rule))
    reasons_of = settlement.asks.set_index(["area", "option"])["reason"]
    assert reasons_of["a", "rail"].endswith("; it is a joint scheme, and what Barton offers stops it at 50%.")
    assert reasons_of["b", "rail"].endswith("; 50% of it is all that Barton offers.")
