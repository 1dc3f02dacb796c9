"""What fairness costs in shortfall, beside settlements of changed scenarios."""

from __future__ import annotations

import pytest
from hypothesis import given

import singlepot as sp
from singlepot.solver import ExtraRows

from ...strategies import Draft, drafts, scenario

SHORT = ("shortfall.largest[1]", "shortfall.total[1]")


def no_retrofit(rows: ExtraRows) -> None:
    shares = rows.labels("take_up")
    retrofit = shares["column"][(shares["area"] == "E06000060") & (shares["option"] == "retrofit-more")]
    rows.at_most("no retrofit", retrofit, [1.0] * len(retrofit), 0.0)


def shortfalls(settlement: sp.Settlement) -> dict[str, float]:
    stages = settlement.stages.set_index("name")["value"]
    return {name: float(stages[name]) for name in SHORT if name in stages}


@pytest.mark.parametrize("extra", [None, no_retrofit])
def test_without_give_is_the_optimum_of_a_scenario_that_gives_nothing(extra: sp.Extra | None) -> None:
    """Under the further constraints of a program too."""
    made = sp.read_scenario("bucks-and-burnley").with_(stages={"give": {"shortfall.largest": 0.004}})
    price = sp.price_fairness(sp.settle(made, extra=extra))
    plain = sp.settle(made.with_(stages={"give": {"shortfall.largest": 0.0}}), extra=extra)
    assert price.without_give == pytest.approx(shortfalls(plain), abs=1e-9)
    assert (max(price.without_give.values()) > 1e-3) is (extra is not None)


@given(drafts())
def test_both_prices_are_those_of_the_changed_scenarios(made: Draft) -> None:
    base = scenario(made)
    settlement = sp.settle(base)
    price = sp.price_fairness(settlement)
    gives = dict.fromkeys(base.settings.stages.give, 0.0)
    plain = sp.settle(base.with_(stages={"give": gives, "limits": None}))
    values = plain.stages.set_index("name")["value"]
    if any(base.settings.stages.give.values()):
        assert dict(price.without_give) == pytest.approx({k: values[k] for k in price.without_give}, abs=1e-9)
        level = sp.settle(base.with_(stages={"bands": {"ends": [], "slopes": [1]}}))
        for name, value in price.without_bands.items():
            row = level.stages.set_index("name").loc[name]
            assert row["value"] - 1e-9 <= value <= row["value"] + row["give"] + 1e-9
    else:
        assert price.without_give == price.without_bands == price.shortfall
