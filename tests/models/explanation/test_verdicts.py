"""Which stage decides on an option, and all that holds it back, on one area whose numbers are worked out by hand."""

from __future__ import annotations

import pandas as pd
import pytest

import singlepot as sp
from singlepot.models.explanation.tight_rules import BAND, HELD
from singlepot.models.explanation.verdicts import DEARER, LAST, USED_UP, Verdict

from ...properties.test_sentences import two_areas
from .by_hand import YEAR, one_area, with_option


def verdicts(settlement: sp.Settlement) -> dict[str, Verdict]:
    names = settlement.solved_stages.formulation.data.options.name
    return dict(zip(names.tolist(), settlement.merit_orders.verdicts, strict=True))


def test_every_ceiling_at_which_an_option_stands_is_listed() -> None:
    """Half of it takes £5m and adds 50 thousand trees: up to both ceilings, of which one has the price."""
    ceilings = pd.DataFrame(
        {"rule": ["grant_ceiling", "target_ceiling"], "value": [15.0, 60.0], "basis": "amount", "area": "A"}
    )
    settlement = one_area(20.0, 10.0, [("plant", 1.0, 10.0, 1.0, 10.0)], 100.0, rule_rows=ceilings)
    (found,) = settlement.best_placed.table.itertuples()
    assert found.taken == 0.5
    assert set(found.rules.split(";")) == {"grant ceiling", "target ceiling"}
    assert len([price for price in settlement.prices if price.kind.endswith("ceiling")]) == 1


def test_scaling_back_is_said_to_undo_that_no_target_is_cut() -> None:
    """Nobody is short of money. It would be dearer than the option, and cut a target that was settled as proposed."""
    options = [("dear", 3.0, 1.0, 4.0, 4.0), ("cheap", 1.0, 1.0, 2.0, 16.0)]
    found = verdicts(one_area(30.0, 12.0, options, 20.0))
    assert found["scale-back 2026-27"] == Verdict("burden", DEARER, ("settled before",))
    assert found["dear"] == Verdict("burden", DEARER, ())
    assert found["cheap"] == Verdict("burden", LAST, ())


def test_the_last_that_was_needed_was_decided_by_the_first_stage_that_needed_it() -> None:
    """Four tenths of it are used for the largest shortfall; the stages behind that leave them."""
    found = verdicts(sp.settle(two_areas()))
    assert found["more carbon"] == Verdict("shortfall.largest[1]", LAST, ())


def test_what_is_not_used_is_never_the_last_that_was_needed() -> None:
    """The option saves £2m for half the trees; to scale back as well would save money, and cut what was settled."""
    found = verdicts(one_area(10.0, 12.0, [("saver", 1.0, 1.0, -2.0, -1.0)], 5.0))
    assert found["scale-back 2026-27"] == Verdict("cost", HELD, (HELD, "link to the scaled-back programme"))
    assert found["saver"] == Verdict("concession.total", USED_UP, ())


def test_a_lock_stops_an_option_on_both_sides() -> None:
    """Grant and target stand at their locks; the grant's alone has a price where money is counted."""
    locks = pd.DataFrame({"rule": ["grant_lock", "target_lock"], "value": 8.0, "basis": "amount", "area": "A"})
    options = [("saver", 1.0, 1.0, -1.0, -2.0), ("plant", 1.0, 1.0, 1.0, 1.0)]
    found = verdicts(one_area(20.0, 10.0, options, 100.0, rule_rows=locks))
    assert found["scale-back 2026-27"] == Verdict("cost", "grant lock", ("grant lock", "target lock"))
    assert found["saver"] == Verdict("burden", DEARER, ("grant lock", "target lock"))
    assert found["plant"] == Verdict("shortfall.largest[1]", "target lock", ("target lock", "grant lock"))


def test_at_the_end_of_a_band_the_next_one_stops_an_option() -> None:
    """Of £8m Aston saves £6m with the twentieth of its trees that weighs least, and Barton the rest, though dearer."""
    areas = ["A", "B"]
    each = pd.DataFrame({"area": areas, "option": "fewer trees"})
    settlement = sp.settle(
        sp.Scenario.from_tables(
            years=[YEAR],
            areas=pd.DataFrame({"code": areas, "name": ["Aston", "Barton"]}),
            pot=pd.DataFrame({"year": [YEAR], "amount": [12.0]}),
            bids=pd.DataFrame({"area": areas, "year": YEAR, "amount": 10.0}),
            objectives=pd.DataFrame({"key": ["trees"], "name": ["Trees"], "unit": ["thousand"]}),
            targets=pd.DataFrame({"area": areas, "objective": "trees", "year": YEAR, "target": 100.0}),
            options=each.assign(max_take_up=50.0),
            option_years=each.assign(year=YEAR, grant=[-1.2, -1.0], trees=-1.0),
            stages={"order": ["concession.total", "burden"]},
        )
    )
    aston, barton = settlement.asks["reason"]
    assert aston.endswith("; beyond 10% the loss would weigh more.")
    assert barton.endswith(", and 4% of it was enough.")
    table = settlement.best_placed.table.set_index(["area", "option"])
    assert table.loc[("A", "fewer trees"), ["stop", "stage", "rules"]].tolist() == [BAND, "concession.total", BAND]
    assert table.loc[("A", "scale-back 2026-27"), ["stop", "rules"]].tolist() == [DEARER, BAND]
    assert table.loc[("B", "scale-back 2026-27"), ["stop", "rules"]].tolist() == [DEARER, ""]


def test_an_option_that_a_later_stage_decides_says_so_though_it_is_used_in_full() -> None:
    """Carbon alone counts in the largest shortfall; adults of skills that cost nothing count in the sum."""
    found = verdicts(sp.settle(with_option(two_areas(), "b", "more skills", skills=10.0)))
    assert found["more skills"] == Verdict("shortfall.total[1]", USED_UP, ())


def test_an_option_that_is_used_in_full_lists_no_rule_that_it_is_worth() -> None:
    """Two options share what the grant may grow by: the better one is used up, and the ceiling stops the other."""
    ceiling = pd.DataFrame({"rule": ["grant_ceiling"], "value": [15.0], "basis": "amount", "area": "A"})
    options = [("better", 0.0, 2.0, 1.0, 30.0), ("other", 1.0, 10.0, 1.0, 5.0)]
    found = verdicts(one_area(20.0, 10.0, options, 200.0, rule_rows=ceiling))
    assert found["better"].stop == USED_UP and "grant ceiling" not in found["better"].rules
    assert found["other"].stop == "grant ceiling"


def test_a_limit_is_priced_for_a_unit_of_what_it_limits() -> None:
    """A thousand trees are a hundredth of the target. £1m more is a twentieth of both programmes, which take £20m."""
    plant = [("plant", 1.0, 10.0, 1.0, 10.0)]
    for rule, value, option, unit, worth in (
        ("target_ceiling", 60.0, "", "per thousand", 0.01),
        ("grant_ceiling", 15.0, "", "per GBP million", 0.055),
        ("take_up_ceiling", 5.0, "plant", "per unit", 0.1),
    ):
        row = {"rule": rule, "value": value, "basis": "amount", "area": "A", "option": option}
        settlement = one_area(20.0, 10.0, plant, 100.0, rule_rows=pd.DataFrame([row]))
        (price,) = [price for price in settlement.prices if price.kind.endswith("ceiling")]
        assert price.unit == f"share of the target {unit}"
        assert price.value == pytest.approx(worth)


def test_at_the_end_of_a_band_of_burdens_the_next_one_stops_a_cut() -> None:
    """A cut weighs twice as much in Aston: after a twentieth each Barton bears the rest, up to three times as much."""
    areas = pd.DataFrame({"code": ["A", "B"], "name": ["Aston", "Barton"], "income": [1.0, 2.0]})
    settlement = sp.settle(
        sp.Scenario.from_tables(
            years=[YEAR],
            attributes=["income"],
            equity={"attribute": "income", "elasticity": 1.0},
            areas=areas,
            pot=pd.DataFrame({"year": [YEAR], "amount": 18.5}),
            bids=pd.DataFrame({"area": ["A", "B"], "year": YEAR, "amount": 10.0}),
        )
    )
    aston, barton = settlement.asks["reason"]
    assert "67p for each £1 saved, against 100p for scaling back in Barton; beyond 5% the loss would weigh" in aston
    assert "100p for each £1 saved, and 10% of it was enough" in barton
