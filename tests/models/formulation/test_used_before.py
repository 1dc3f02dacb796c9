"""What was taken of an option before: only the rest is left, and groups, requirements, links and rules count it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

import singlepot as sp
from singlepot.models.formulation.formulation import formulate

from ...strategies import Draft, drafts, scenario


def bucks(**used: float) -> sp.Scenario:
    """Buckinghamshire and Burnley, with these shares of all of an area's options taken before."""
    made = sp.read_scenario("bucks-and-burnley")
    codes = {"bucks": "E06000060", "burnley": "E07000117", "cornwall": "E06000052"}
    shares = {codes[area]: share for area, share in used.items()}
    return made.with_(options=made.options.assign(used=made.options["area"].map(shares).fillna(0.0)))


def taken(settlement: sp.Settlement) -> pd.Series[float]:
    return settlement.take_up.set_index(["area", "option"])["take_up"]


@given(drafts())
def test_nothing_taken_before_changes_nothing(made: Draft) -> None:
    if "options" not in made:
        return
    plain = made["options"].drop(columns="used", errors="ignore")
    one, other = (
        formulate(scenario({**made, "options": options})).programme for options in (plain, plain.assign(used=0.0))
    )
    assert (one.column_upper == other.column_upper).all()
    assert (one.row_lower == other.row_lower).all() and (one.row_upper == other.row_upper).all()
    assert (one.matrix != other.matrix).nnz == 0


def test_only_the_rest_of_an_option_is_left() -> None:
    settlement = sp.settle(bucks(bucks=0.75))
    assert taken(settlement)["E06000060", "retrofit-more"] == pytest.approx(0.25)
    reason = settlement.asks.set_index(["area", "option"])["reason"]["E06000060", "retrofit-more"]
    assert reason.endswith(", so all that was left of it is used.")
    assert settlement.best_placed.table.set_index(["need", "area"])["stop"]["carbon", "E06000060"] == "used up"


def test_an_area_that_took_all_of_an_option_can_still_be_scaled_back() -> None:
    """What was taken is part of the bid by now: counted beside the scale-backs, it would bar them all."""
    made = bucks(bucks=1.0, burnley=1.0, cornwall=1.0)
    halved = sp.settle(made.with_(pot=made.pot.assign(amount=made.pot["amount"] / 2), rules={"grant_floor": None}))
    back = taken(halved)[[name.startswith("scale-back") for name in taken(halved).index.get_level_values(1)]]
    assert (back > 0.1).any()
    assert (taken(halved).drop(back.index) == 0).all()


def test_rows_of_links_groups_and_requirements_by_hand() -> None:
    made = sp.read_scenario("bucks-and-burnley")
    options = made.options.assign(used=[0.25, 0.5, 0.25, 0.5, 0.0, 0.0], group=["g", "g", "", "", "", ""])
    options["requires"] = ["", "", "", "", "efficiency", ""]
    options.loc[5, "used"] = 0.5
    programme = formulate(made.with_(options=options)).programme
    span = programme.rows("link")
    upper = dict(
        zip([programme.row_label(i) for i in range(span.start, span.stop)], programme.row_upper[span], strict=True)
    )
    assert upper["link[E06000060,retrofit-more]"] == 0.75
    row = programme.matrix.tocsr()[[span.start]].tocoo()
    assert sorted(set(np.round(row.data, 12))) == [0.25, 1.0]  # half the bid a year, times the half that is left
    group = programme.rows("group")
    assert programme.row_upper[group].tolist() == [0.25]
    requirement = programme.rows("requirement")
    assert programme.row_lower[requirement].tolist() == [-0.5]


def test_rules_on_take_ups_count_what_was_taken_before() -> None:
    made = bucks(bucks=0.5)
    half = pd.DataFrame([{"rule": "take_up_ceiling", "value": 0.75, "area": "E06000060", "option": "retrofit-more"}])
    assert taken(sp.settle(made.with_(rule_rows=half)))["E06000060", "retrofit-more"] == pytest.approx(0.25)
    done = half.assign(value=0.25)
    assert taken(sp.settle(made.with_(rule_rows=done)))["E06000060", "retrofit-more"] == 0
    asked = half.assign(rule="take_up_floor", value=0.6, area="E07000117")
    settlement = sp.settle(bucks(burnley=0.5).with_(rule_rows=asked))
    assert taken(settlement)["E07000117", "retrofit-more"] >= 0.1 - 1e-9


def test_a_settlement_of_what_is_left_is_verified_and_built_twice(tmp_path: object) -> None:
    folder = f"{tmp_path}/out"
    sp.settle(bucks(bucks=0.5, burnley=0.25)).write(folder)
    assert sp.verify(folder, independent=True).passed
