"""Which stage decides on an option, and all that holds it back, on one area whose numbers are worked out by hand."""

from __future__ import annotations

from typing import Any

import pandas as pd

import singlepot as sp
from singlepot.models.explanation.tight_rules import BAND, HELD
from singlepot.models.explanation.verdicts import DEARER, LAST, USED_UP, Verdict

from ...properties.test_sentences import two_areas

YEAR = "2026-27"
Option = tuple[str, float, float, float, float]


def one_area(pot: float, bid: float, options: list[Option], national: float, **more: Any) -> sp.Settlement:
    """An area that proposes as many thousand trees as it bids £m, of which the nation asks for some.

    Options: name, own cost, largest take-up, grant, trees.
    """
    table = pd.DataFrame(options, columns=["option", "own_cost", "max_take_up", "grant", "trees"]).assign(area="A")
    return sp.settle(
        sp.Scenario.from_tables(
            years=[YEAR],
            areas=pd.DataFrame({"code": ["A"], "name": ["Aston"]}),
            pot=pd.DataFrame({"year": [YEAR], "amount": [pot]}),
            bids=pd.DataFrame({"area": ["A"], "year": YEAR, "amount": [bid]}),
            objectives=pd.DataFrame({"key": ["trees"], "name": ["Trees"], "unit": ["thousand"]}),
            national=pd.DataFrame({"objective": ["trees"], "year": YEAR, "target": [national]}),
            targets=pd.DataFrame({"area": ["A"], "objective": "trees", "year": YEAR, "target": [bid]}),
            options=table[["area", "option", "own_cost", "max_take_up"]],
            option_years=table[["area", "option", "grant", "trees"]].assign(year=YEAR),
            **more,
        )
    )


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
