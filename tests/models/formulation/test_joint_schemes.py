"""Joint schemes: options of several areas with one share, dropped together, explained by the partner who stops them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import singlepot as sp
from singlepot.models.formulation.formulation import formulate
from singlepot.scenarios.talks.rounds.asks import plain_reasons

YEAR = "2026-27"


def tables(**changes: Any) -> dict[str, Any]:
    """Aston and Barton each bid 10 of a pot of 30, and can build a tram: Aston for 4 and 16 kt, Barton for 6 alone."""
    made: dict[str, Any] = {
        "years": [YEAR],
        "areas": pd.DataFrame({"code": ["A", "B"], "name": ["Aston", "Barton"], "population": [1000.0, 1000.0]}),
        "objectives": pd.DataFrame({"key": ["carbon"], "name": ["Carbon"], "unit": ["kt"]}),
        "national": pd.DataFrame({"objective": ["carbon"], "year": YEAR, "target": 60.0}),
        "pot": pd.DataFrame({"year": [YEAR], "amount": 30.0}),
        "bids": pd.DataFrame({"area": ["A", "B"], "year": YEAR, "amount": 10.0}),
        "targets": pd.DataFrame({"area": ["A", "B"], "objective": "carbon", "year": YEAR, "target": 10.0}),
        "options": pd.DataFrame(
            {"area": ["A", "B"], "option": "tram", "max_take_up": [2.0, 1.0], "requires": "", "scheme": "tram"}
        ),
        "option_years": pd.DataFrame(
            {"area": ["A", "B"], "option": "tram", "year": YEAR, "grant": [2.0, 6.0], "carbon": [8.0, 0.0]}
        ),
    }
    return made | changes


def settled(**changes: Any) -> sp.Settlement:
    return sp.settle(sp.Scenario.from_tables(**tables(**changes)))


def taken(settlement: sp.Settlement) -> dict[str, float]:
    table = settlement.take_up[settlement.take_up["option"] == "tram"]
    return dict(zip(table["area"], table["take_up"].round(9), strict=True))


def limit(rule: str, value: float, area: str) -> pd.DataFrame:
    return pd.DataFrame([{"rule": rule, "value": value, "area": area, "option": "tram"}])


def reason(settlement: sp.Settlement, area: str) -> str:
    asks = settlement.asks.set_index(["area", "option"])["reason"]
    return str(asks[area, "tram"])


def test_both_are_built_by_one_share_and_each_area_has_its_own_part() -> None:
    whole = settled()
    assert taken(whole) == {"A": 2.0, "B": 1.0}
    assert whole.grants.set_index("area")["grant"].round(9).to_dict() == {"A": 14.0, "B": 16.0}
    half = settled(pot=pd.DataFrame({"year": [YEAR], "amount": 25.0}))
    assert taken(half)["A"] == pytest.approx(2 * taken(half)["B"], abs=3e-9)
    assert 0.5 < taken(half)["B"] < 1  # a part of what is bid for is scaled back for it
    apart = tables()["options"].drop(columns="scheme")
    assert taken(settled(options=apart, pot=pd.DataFrame({"year": [YEAR], "amount": 25.0}))) == {"A": 2.0, "B": 0.0}


def test_the_limit_of_a_partner_stops_it_and_the_reason_names_the_partner() -> None:
    settlement = settled(rule_rows=limit("take_up_ceiling", 0.4, "B"))
    assert taken(settlement) == {"A": 0.8, "B": 0.4}
    assert reason(settlement, "A").endswith("; it is a joint scheme, and what Barton offers stops it at 40%.")
    assert reason(settlement, "B").endswith("; 40% of it is all that Barton offers.")
    stops = settlement.best_placed.table.set_index(["need", "area"])["stop"]
    assert stops["carbon", "A"] == "joint scheme"
    assert "joint scheme" in {price.kind for price in settlement.prices}


def test_the_file_of_an_area_does_not_name_the_partner() -> None:
    settlement = settled(rule_rows=limit("take_up_ceiling", 0.4, "B"))
    mine = plain_reasons(settlement)["A", "tram"]
    assert mine.endswith("; it is a joint scheme, and a limit of a partner stops it at 40%.")
    assert "Barton" not in mine


def test_a_rule_of_the_partner_is_named() -> None:
    settlement = settled(rule_rows=pd.DataFrame([{"rule": "grant_ceiling", "value": 1.3, "area": "B"}]))
    assert taken(settlement) == {"A": 1.625, "B": 0.8125}
    assert reason(settlement, "A").endswith("; it is a joint scheme, and the grant ceiling of Barton stops it at 81%.")


def test_a_partner_that_brings_nothing_is_used_for_its_partners() -> None:
    options = pd.DataFrame([("A", 2.0, 8.0), ("B", 6.0, 0.1)], columns=["area", "grant", "carbon"])
    years = tables()["option_years"].assign(**options)
    settlement = settled(option_years=years, pot=pd.DataFrame({"year": [YEAR], "amount": 25.0}))
    assert "it is dearer than that, and used for its partners in a joint scheme" in reason(settlement, "B")


def test_a_part_that_only_costs_lowers_what_is_short_with_its_partners() -> None:
    years = tables()["option_years"].assign(carbon=[8.0, -0.5])
    assert "; with its partners in a joint scheme it lowers " in reason(settled(option_years=years), "B")


def test_a_partner_is_no_rival() -> None:
    """Barton's part costs more for each kt, and is not set against Aston's; it is where they are apart."""
    years, pot = tables()["option_years"].assign(carbon=[8.0, 4.0]), pd.DataFrame({"year": [YEAR], "amount": 25.0})
    assert "in Barton" not in reason(settled(option_years=years, pot=pot), "A")
    apart = tables()["options"].assign(scheme="")
    assert "in Barton" in reason(settled(option_years=years, pot=pot, options=apart), "A")


def test_a_part_that_changes_nothing_has_the_share_of_its_partners() -> None:
    years = tables()["option_years"].assign(grant=[2.0, 0.0])
    shares = taken(settled(option_years=years, pot=pd.DataFrame({"year": [YEAR], "amount": 23.0})))
    assert shares["B"] > 0
    assert shares["A"] == pytest.approx(2 * shares["B"], abs=3e-9)


def test_a_floor_of_one_part_is_one_of_all_and_the_reason_says_whose() -> None:
    nothing = tables()["option_years"].assign(carbon=0.0)
    settlement = settled(option_years=nothing, rule_rows=limit("take_up_floor", 0.25, "B"))
    assert taken(settlement) == {"A": 0.5, "B": 0.25}
    assert reason(settlement, "A").endswith(
        "; it is a joint scheme, and the take-up floor of Barton asks for 25% of it."
    )
    mine = plain_reasons(settlement)["A", "tram"]
    assert mine.endswith("; it is a joint scheme, and the take-up floor of a partner asks for 25% of it.")


def test_a_floor_and_a_ceiling_of_partners_that_cannot_hold_together_are_named() -> None:
    rows = pd.concat([limit("take_up_floor", 0.5, "A"), limit("take_up_ceiling", 0.4, "B")], ignore_index=True)
    with pytest.raises(sp.NoSettlementError) as refused:
        settled(rule_rows=rows)
    said = str(refused.value)
    assert "the take-up floor of “tram” in Aston" in said and "the take-up ceiling of “tram” in Barton" in said


def test_if_one_part_is_dropped_all_are_until_nothing_more_is_dropped() -> None:
    """Barton's tram has no take-up: Aston's goes, the stop that needs it, and the stop's partner in Barton."""
    options = pd.DataFrame(
        [
            ("A", "tram", 2.0, "", "tram"),
            ("B", "tram", 0.0, "", "tram"),
            ("A", "stop", 1.0, "tram", "stop"),
            ("B", "stop", 1.0, "", "stop"),
            ("B", "alone", 1.0, "", ""),
        ],
        columns=["area", "option", "max_take_up", "requires", "scheme"],
    )
    made = sp.Scenario.from_tables(**tables(options=options))
    data = formulate(made).data
    live = [name for name, back in zip(data.options.name, data.options.scale_back, strict=True) if not back]
    assert live == ["alone"]
    assert len(data.options.dropped) == 4
    assert sp.settle(made).take_up.set_index(["area", "option"])["take_up"]["A", "tram"] == 0


def test_a_settlement_is_verified_and_built_twice(tmp_path: Path) -> None:
    settled(rule_rows=limit("take_up_ceiling", 0.4, "B")).write(tmp_path / "out")
    assert sp.verify(tmp_path / "out", independent=True).passed


def test_shares_that_differ_are_found_by_verification(tmp_path: Path) -> None:
    """The settlement of the same options apart, written with a scenario that joins them."""
    made = tables(pot=pd.DataFrame({"year": [YEAR], "amount": 25.0}))
    apart = made["options"].assign(scheme="")
    sp.settle(sp.Scenario.from_tables(**{**made, "options": apart})).write(tmp_path / "out")
    sp.write_scenario(sp.Scenario.from_tables(**made), tmp_path / "joint")
    shutil.copyfile(tmp_path / "joint" / "options.csv", tmp_path / "out" / "scenario" / "options.csv")
    found = [str(finding) for finding in sp.verify(tmp_path / "out").findings]
    assert any("B, tram: not the share of its partners in tram" in finding for finding in found), found


def test_without_one_of_its_areas_a_scheme_ends() -> None:
    account = sp.explain_area(settled(), "Barton", without=True)
    assert account.without is not None
    assert account.without["shortfall_without"].round(9).tolist() == [50.0]


def test_talks_hold_a_scheme_to_what_the_least_willing_partner_accepts(tmp_path: Path) -> None:
    talks = sp.open_talks(sp.Scenario.from_tables(**tables()), tmp_path / "talks", by="Centre")
    asks = talks.asks.set_index("area")
    assert asks["asked"].to_dict() == {"A": 2.0, "B": 1.0}
    answers = [
        {"round": 1, "area": area, "option": "tram", "asked": asked, "up_to": up_to, "reason": "as it is"}
        for area, asked, up_to in (("A", 2.0, 2.0), ("B", 1.0, 0.25))
    ]
    talks.answer(pd.DataFrame(answers), by="Areas")
    talks.next(by="Centre")
    assert taken(talks.agreed_so_far) == {"A": 0.5, "B": 0.25}
    assert len(talks.asks) == 0


def test_talks_open_with_what_a_floor_asks_of_partners_accepted(tmp_path: Path) -> None:
    made = sp.Scenario.from_tables(**tables(rule_rows=limit("take_up_floor", 0.25, "B")))
    talks = sp.open_talks(made, tmp_path / "talks", by="Centre")
    assert talks.asks.set_index("area")["accepted"].to_dict() == {"A": 0.5, "B": 0.25}
    assert taken(talks.agreed_so_far) == {"A": 0.5, "B": 0.25}


def test_a_competition_ranks_a_scheme_as_one_bid() -> None:
    """Aston's part alone would fit into the 5 that are left, and the tram of 10 does not."""
    made = sp.Scenario.from_tables(**tables())
    free = {"competition": {"cost_of_bid_gbp": 0.0}}
    assert sp.settle_regime(made, "competition", plan=free).grants["grant"].tolist() == pytest.approx([14.0, 16.0])
    tight = made.with_(pot=pd.DataFrame({"year": [YEAR], "amount": 25.0}))
    assert sp.settle_regime(tight, "competition", plan=free).grants["grant"].tolist() == pytest.approx([10.0, 10.0])
