"""Regimes: what each gives, by hand; what holds for every valid scenario; the command, as a user starts it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import singlepot as sp
from singlepot.reports import regimes_text
from singlepot.scenarios.regimes import NAMES

from ...strategies import scenario, seeded

YEAR = "2026-27"
CLAIMS = ("pro-rata", "equal-awards", "equal-losses", "talmud", "random-arrival")
FREE = {"competition": {"cost_of_bid_gbp": 0.0}}


def made(bids: dict[str, float], pot: float, **further: Any) -> sp.Scenario:
    """One year, one objective `trees`, areas in alphabetical order."""
    codes = list(bids)
    trees = further.pop("trees", None)
    options = further.pop("options", [])
    tables: dict[str, Any] = {
        "areas": pd.DataFrame({"code": codes, "name": [f"Town {c}" for c in codes], **further.pop("areas", {})}),
        "pot": pd.DataFrame({"year": [YEAR], "amount": [pot]}),
        "bids": pd.DataFrame({"area": codes, "year": YEAR, "amount": list(bids.values())}),
        "years": [YEAR],
    }
    if trees is not None:
        tables["objectives"] = pd.DataFrame({"key": ["trees"], "name": ["Trees"], "unit": ["thousand"]})
        tables["national"] = pd.DataFrame({"objective": ["trees"], "year": [YEAR], "target": [further.pop("target")]})
        tables["targets"] = pd.DataFrame({"area": codes, "objective": "trees", "year": YEAR, "target": trees})
    if options:
        rows = [
            {"area": area, "option": name, "year": YEAR, "grant": grant, **does} for area, name, grant, does in options
        ]
        tables["options"] = pd.DataFrame(rows)[["area", "option"]]
        tables["option_years"] = pd.DataFrame(rows).fillna(0.0)
    return sp.Scenario.from_tables(**tables, **further)


def grants(settlement: sp.Settlement) -> list[float]:
    return settlement.grants.groupby("area")["grant"].sum().tolist()


# ---- by hand ----------------------------------------------------------------------------------------------------


@pytest.fixture
def contest() -> sp.Scenario:
    """A pot of 100: A asks 40 for 20 trees, B 50 for 20, C 30 for 9; A could take 10 more for 4.5 more."""
    return made(
        {"a": 40.0, "b": 50.0, "c": 30.0},
        100.0,
        trees=[20.0, 20.0, 9.0],
        target=60.0,
        options=[("a", "more", 10.0, {"trees": 4.5})],
        rules={"grant_floor": 0.5},
    )


def test_competition_by_hand(contest: sp.Scenario) -> None:
    """Four bids at £1m each leave 96. Trees per £m, with the price of bidding: A 20/41 = 0.49, then A's option
    4.5/11 = 0.41, B 20/51 = 0.39, C 9/31 = 0.29. A takes 40, the option 10, which leaves 46: too little for B; C takes
    30. So 24.5 + 9 = 33.5 thousand trees, 26.5 short; the floor of B and its bid fall."""
    settlement = sp.settle_regime(contest, "competition", plan={"competition": {"cost_of_bid_gbp": 1e6}})
    assert grants(settlement) == pytest.approx([50, 0, 30], abs=1e-9)
    assert settlement.national["agreed"].tolist() == pytest.approx([33.5], abs=1e-9)
    assert settlement.national["shortfall"].tolist() == pytest.approx([26.5], abs=1e-9)
    about = settlement.provenance["regime"]
    assert isinstance(about, dict)
    assert about["dropped"] == ["grant_floor (1 area)"]
    assert (
        "4 bids were prepared at £1,000,000 each, £4.0m in all; 2 of 3 areas won, and 1 further option"
        in about["notes"][0]
    )


def test_the_price_of_bidding_counts_in_the_ranking_by_hand(contest: sp.Scenario) -> None:
    """At 4.2 trees A's option has 4.2/11 = 0.38 and comes after B, 0.39 (without the price 0.42 and before it). A takes
    40 and B 50 of the 96; 6 are left, too little for the option or C."""
    fewer = contest.with_(option_years=contest.option_years.assign(trees=4.2))
    settlement = sp.settle_regime(fewer, "competition", plan={"competition": {"cost_of_bid_gbp": 1e6}})
    assert grants(settlement) == pytest.approx([40, 50, 0], abs=1e-9)


def test_competition_without_a_price_of_bidding_by_hand(contest: sp.Scenario) -> None:
    """Per £m: A 0.5, its option 0.45, B 0.4, C 0.3. A 40 and 10, then B 50: the pot of 100 is used up, none for C."""
    assert grants(sp.settle_regime(contest, "competition", plan=FREE)) == pytest.approx([50, 50, 0], abs=1e-9)


def test_an_option_of_a_group_or_with_a_requirement_waits_its_turn() -> None:
    """`first` (0.1 trees per £m) must win before `then` (1.0) may; of a group only the better wins."""
    base = made(
        {"a": 10.0},
        100.0,
        trees=[10.0],
        target=90.0,
        options=[("a", n, g, {"trees": t}) for n, g, t in (("first", 10, 1), ("then", 5, 5), ("x", 4, 3), ("y", 4, 2))],
    )
    options = base.options.assign(requires=["", "first", "", ""], group=["", "", "site", "site"])
    assert grants(sp.settle_regime(base.with_(options=options), "competition", plan=FREE)) == pytest.approx(
        [29], abs=1e-9
    )
    tight = base.with_(options=options, pot=base.pot.assign(amount=20.0))
    # 10, then x 4 (0.75), then first 10 does not fit into 6, and `then` never stands in the ranking
    assert grants(sp.settle_regime(tight, "competition", plan=FREE)) == pytest.approx([14], abs=1e-9)


@pytest.fixture
def needy() -> sp.Scenario:
    """100, 200 and 100 thousand people with incomes of 10, 20 and 40; each asks 100 of a pot of 120."""
    places = {"population": [100_000, 200_000, 100_000], "income": [10.0, 20.0, 40.0]}
    return made({"a": 100.0, "b": 100.0, "c": 100.0}, 120.0, areas=places, attributes=["income"])


WEIGHTS = {"weights": {"income": -1.0}}


def test_needs_formula_by_hand(needy: sp.Scenario) -> None:
    """Mean income 22.5, so need 2.25, 1.125, 0.5625; people times need share 4/9, 4/9, 1/9. With 70% by heads:
    0.7 · (1/4, 1/2, 1/4) + 0.3 · (4/9, 4/9, 1/9) = 0.3083, 0.4833, 0.2083: of 120, 37, 58 and 25."""
    assert grants(sp.settle_regime(needy, "needs-formula", plan={"needs-formula": WEIGHTS})) == pytest.approx(
        [37, 58, 25]
    )


def test_needs_formula_keeps_floors_by_hand(needy: sp.Scenario) -> None:
    """Nine tenths of equal money per head is 27, 54, 27: C is lifted to 27, and A and B share 93 as 37 : 58. A least
    of 30 each lifts C to 30, and A and B share 90. A bid of 30 caps A, and B and C share 90 as 58 : 25."""
    floor = sp.settle_regime(needy, "needs-formula", plan={"needs-formula": {**WEIGHTS, "floor": 0.9}})
    assert grants(floor) == pytest.approx([93 * 37 / 95, 93 * 58 / 95, 27])
    least = sp.settle_regime(needy, "needs-formula", plan={"needs-formula": {**WEIGHTS, "least": 30.0}})
    assert grants(least) == pytest.approx([90 * 37 / 95, 90 * 58 / 95, 30])
    capped = needy.with_(bids=needy.bids.assign(amount=[30.0, 100.0, 100.0]))
    settlement = grants(sp.settle_regime(capped, "needs-formula", plan={"needs-formula": WEIGHTS}))
    assert settlement == pytest.approx([30, 90 * 58 / 83, 90 * 25 / 83])


def test_need_is_the_equity_weight_where_nothing_else_is_said(needy: sp.Scenario) -> None:
    """Elasticity 1 and the median income 20: weights 2, 1, 0.5; people times need 0.5, 0.5, 0.125 over 1.125."""
    fair = needy.with_(equity={"attribute": "income", "elasticity": 1.0})
    expected = [120 * (0.7 * p + 0.3 * n / 1.125) for p, n in ((0.25, 0.5), (0.5, 0.5), (0.25, 0.125))]
    assert grants(sp.settle_regime(fair, "needs-formula")) == pytest.approx(expected)


def test_per_head_by_hand(needy: sp.Scenario) -> None:
    """£300 a head; where A asks for only 15, its other 15 go round among the 300 thousand others: £350 a head."""
    assert grants(sp.settle_regime(needy, "per-head")) == pytest.approx([30, 60, 30])
    modest = needy.with_(bids=needy.bids.assign(amount=[15.0, 100.0, 100.0]))
    assert grants(sp.settle_regime(modest, "per-head")) == pytest.approx([15, 70, 35])


def walled(pot: float) -> sp.Scenario:
    """A asks 40 for 20 kt of carbon and could take 20 for 10 kt more; B asks 60 for 30 trees and could, with 10 of the
    money for trees, save 10 kt. The nation wants 30 kt and 30 trees."""
    return sp.Scenario.from_tables(
        areas=pd.DataFrame({"code": ["a", "b"], "name": ["Aston", "Barton"]}),
        pot=pd.DataFrame({"year": [YEAR], "amount": [pot]}),
        bids=pd.DataFrame({"area": ["a", "b"], "year": YEAR, "amount": [40.0, 60.0]}),
        objectives=pd.DataFrame({"key": ["carbon", "trees"], "name": ["Carbon", "Trees"], "unit": ["kt", "thousand"]}),
        national=pd.DataFrame({"objective": ["carbon", "trees"], "year": YEAR, "target": [30.0, 30.0]}),
        targets=pd.DataFrame(
            {"area": ["a", "b"], "objective": ["carbon", "trees"], "year": YEAR, "target": [20.0, 30.0]}
        ),
        options=pd.DataFrame({"area": ["a", "b"], "option": ["retrofit", "wood"]}),
        option_years=pd.DataFrame(
            {"area": ["a", "b"], "option": ["retrofit", "wood"], "year": YEAR, "grant": [20.0, 10.0], "carbon": 10.0}
        ),
        years=[YEAR],
    )


def silo_plan(carbon: float) -> dict[str, Any]:
    return {"silos": {"shares": {"carbon": carbon, "trees": 1 - carbon}}}


def test_silos_by_hand() -> None:
    """60 for each. Carbon pays A's bid and retrofit, 60; trees pays B's bid, 60, and has nothing left for wood. One
    pot meets both objectives with wood instead: 40 + 60 + 10 = 110. Pooling is worth £10m."""
    comparison = sp.compare_regimes(walled(120.0), ["single-pot", "silos"], plan=silo_plan(0.5))
    assert grants(comparison["silos"]) == pytest.approx([60, 60], abs=1e-7)
    assert grants(comparison["single-pot"]) == pytest.approx([40, 70], abs=1e-7)
    assert comparison["silos"].national["shortfall"].tolist() == pytest.approx([0, 0], abs=1e-7)
    assert comparison.pooling is not None
    assert (comparison.pooling.granted, comparison.pooling.needed) == pytest.approx((120, 110), abs=1e-6)
    assert "£110.0m, £10.0m less than they grant" in regimes_text(comparison).replace("\n", " ")


def test_what_pooling_is_worth_in_shortfall_by_hand() -> None:
    """50 for carbon buy half the retrofit: 25 kt. B gives up a share x of its trees, which frees 60x for wood, 60x kt:
    5 - 60x = 30x short of each at x = 1/18, so 5/3 of each. One pot of 110 meets both. For 28 1/3 of each it needs
    17/18 of B's bid, 56.67, the 17/18 of wood that go with it, 9.44, and of A the other 18.89 kt, 37.78: 103.89."""
    comparison = sp.compare_regimes(walled(110.0), ["single-pot", "silos"], plan=silo_plan(5 / 11))
    assert comparison["silos"].national["shortfall"].tolist() == pytest.approx([5 / 3, 5 / 3], abs=1e-7)
    assert comparison["single-pot"].national["shortfall"].tolist() == pytest.approx([0, 0], abs=1e-7)
    assert comparison.pooling is not None
    assert comparison.pooling.saved == pytest.approx(110 - (17 * 60 + 17 * 10 + 34 * 20) / 18, abs=1e-6)


def test_silos_by_source_and_by_envelope() -> None:
    """Two departments that pay for one objective each are silos by objective; envelopes apart cannot vire."""
    base = walled(110.0)
    split = pd.DataFrame({"year": YEAR, "amount": [50.0, 60.0], "source": ["energy", "forests"]})
    plan = {"silos": {"by": "source", "pays_for": {"energy": ["carbon"], "forests": ["trees"]}}}
    settlement = sp.settle_regime(base.with_(pot=split), "silos", plan=plan)
    assert settlement.national["shortfall"].tolist() == pytest.approx([5 / 3, 5 / 3], abs=1e-7)
    two = made({"a": 10.0, "b": 10.0}, 20.0)
    two = two.with_(
        bids=two.bids.assign(envelope=["capital", "resource"]),
        pot=pd.DataFrame({"year": YEAR, "amount": [5.0, 15.0], "envelope": ["capital", "resource"]}),
        rules={"virement": 1.0},
    )
    assert grants(sp.settle(two)) == pytest.approx([10, 10], abs=1e-7)
    assert grants(sp.settle_regime(two, "silos", plan={"silos": {"by": "envelope"}})) == pytest.approx(
        [5, 10], abs=1e-7
    )


def test_floors_that_silos_cannot_keep_are_dropped_and_said() -> None:
    floors = walled(110.0).with_(rules={"grant_floor": 0.9, "target_floor": 0.9})
    settlement = sp.settle_regime(floors, "silos", plan=silo_plan(0.2))
    about = settlement.provenance["regime"]
    assert isinstance(about, dict)
    assert about["dropped"] == ["grant_floor", "target_floor"]
    assert grants(settlement)[0] == pytest.approx(22, abs=1e-7)


# ---- of every valid scenario ------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
def test_every_regime_of_a_valid_scenario_settles(seed: int) -> None:
    """No pot is passed, claims rules use it up to the bids and pass none, every certificate holds, pounds fit."""
    given = scenario(seeded(seed))
    comparison = sp.compare_regimes(given)
    assert not comparison.failures
    pot = given.pot.fillna({"amount": 0.0}).groupby("year")["amount"].sum()
    for key, settlement in comparison.settlements.items():
        assert settlement.certificate.passed
        if key not in ("single-pot", "silos"):
            assert (settlement.grants.groupby("year")["grant"].sum() <= pot * (1 + 1e-9) + 1e-9).all()
        if key in (*CLAIMS, "per-head", "needs-formula"):
            assert (settlement.grants["grant"] <= settlement.grants["bid"] + 1e-9).all()
        if key in CLAIMS:
            assert _used_up(given, settlement)
        assert (settlement.pot["pounds"] <= np.floor(settlement.pot["amount"] * 1e6 + 1)).all() or key in (
            "single-pot",
            "silos",
        )
    assert (comparison.pooling is None) == (not len(given.national))
    if comparison.pooling is not None:
        assert comparison.pooling.needed <= comparison.pooling.granted * (1 + 1e-6) + 1e-6
    assert set(comparison.grants["regime"]) == set(NAMES)
    assert max(map(len, regimes_text(comparison).splitlines())) <= 80


def _used_up(given: sp.Scenario, settlement: sp.Settlement) -> bool:
    cells = settlement.grants.groupby(["envelope", "year"])[["bid", "grant"]].sum()
    pot = settlement.pot.set_index(["envelope", "year"])["amount"].reindex(cells.index, fill_value=0.0)
    least = np.minimum(cells["bid"], pot)
    return bool(np.allclose(cells["grant"], least, rtol=1e-9, atol=1e-9))


@pytest.mark.parametrize("key", [*CLAIMS, "per-head", "needs-formula"])
def test_a_pot_of_all_bids_pays_them(key: str) -> None:
    """No regime that shares among bids takes from anybody where there is enough, and nothing is asked."""
    enough = made({"a": 40.0, "b": 0.0, "c": 30.0}, 70.0, trees=[20.0, 1.0, 9.0], target=30.0)
    settlement = sp.settle_regime(enough, key)
    assert grants(settlement) == pytest.approx([40, 0, 30], abs=1e-9)
    assert not len(settlement.asks)


@pytest.mark.parametrize("key", CLAIMS)
def test_claims_regimes_share_each_pot_by_their_rule(key: str) -> None:
    """Pot by pot and year by year, what `sp.share_claims` gives, to the pound."""
    given = sp.read_scenario("bucks-and-burnley")
    settlement = sp.settle_regime(given, key).grants
    for _, cell in settlement.groupby("year"):
        expected = sp.share_claims(key, cell["bid"].to_numpy(), 98.0)
        assert cell["grant"].to_numpy() == pytest.approx(expected, abs=1e-9)
        assert cell["pounds"].sum() == 98_000_000


def test_regimes_rank_as_they_must() -> None:
    """With the same technology and all the money free, no regime leaves a larger largest shortfall than one pot."""
    given = sp.read_scenario("bucks-and-burnley").with_(rules={"grant_floor": None})
    comparison = sp.compare_regimes(given)
    worst = {
        key: float((s.national["shortfall"] / s.national["target"]).max()) for key, s in comparison.settlements.items()
    }
    assert min(worst, key=lambda key: (round(worst[key], 9), key != "single-pot")) == "single-pot"


def test_a_regime_is_a_settlement_like_any_other(tmp_path: Path) -> None:
    """It is written, verified, read back, compared and explained."""
    given = sp.read_scenario("bucks-and-burnley")
    for key in ("equal-losses", "competition", "silos"):
        settlement = sp.settle_regime(given, key)
        settlement.write(tmp_path / key)
        assert sp.verify(tmp_path / key).passed
        assert sp.read_settlement(tmp_path / key).grants.equals(settlement.grants)
    compared = sp.compare([sp.settle(given), sp.settle_regime(given, "equal-losses")])
    assert compared.scenarios["grants"].tolist() == pytest.approx([196, 196])
    assert sp.explain_area(sp.settle_regime(given, "talmud"), "Burnley")


# ---- refusals and the command -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        ({"needs": {}}, "SP-G002"),
        ({"silos": {"bye": "objective"}}, "SP-G002"),
        ({"needs-formula": {"per_head": 70.0}}, "SP-G003"),
        ({"needs-formula": {"weights": {"wealth": 1.0}}}, "SP-G004"),
        ({"silos": {"shares": {"coal": 0.1}}}, "SP-G004"),
        ({"silos": {"shares": {"carbon": 0.7, "trees": 0.7}}}, "SP-G004"),
        ({"silos": {"by": "source", "pays_for": {"Treasury": ["trees"]}}}, "SP-G004"),
        ("nowhere.toml", "SP-G001"),
    ],
)
def test_a_plan_that_cannot_be_used_is_refused(plan: Any, code: str) -> None:
    with pytest.raises(sp.BadInputError, match=code):
        sp.compare_regimes(sp.read_scenario("bucks-and-burnley"), ["needs-formula", "silos"], plan=plan)


def test_there_is_no_such_regime() -> None:
    with pytest.raises(sp.BadOptionError, match="lottery"):
        sp.compare_regimes(sp.read_scenario("bucks-and-burnley"), ["lottery"])


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", "singlepot", "regimes", *arguments]
    return subprocess.run(command, capture_output=True, encoding="utf-8", cwd=cwd, check=False)


def test_the_command_writes_all_ten(tmp_path: Path) -> None:
    done = run("bucks-and-burnley", "--out", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 80
    table = pd.read_csv(tmp_path / "out" / "regimes.csv")
    assert table.columns.tolist() == ["regime", "area", "envelope", "year", "bid", "grant"]
    assert table["regime"].drop_duplicates().tolist() == list(NAMES)
    summary = pd.read_csv(tmp_path / "out" / "summary.csv")
    assert summary.columns[:6].tolist() == ["regime", "objective", "year", "target", "agreed", "shortfall"]
    assert len(summary) == 10 * 4
    assert set(json.loads((tmp_path / "out" / "regimes.json").read_text())["regimes"]) == set(NAMES)
    assert (tmp_path / "out" / "chart.png").stat().st_size > 10_000
    again = run("bucks-and-burnley", "--out", "out", cwd=tmp_path)
    assert again.returncode == 2
    assert "Traceback" not in again.stderr


def test_the_command_takes_a_plan_and_refuses_a_bad_one(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text("[competition]\ncost_of_bid_gbp = 0\nprice = 3\n")
    done = run("bucks-and-burnley", "--out", "out", "--plan", "plan.toml", cwd=tmp_path)
    assert done.returncode == 3
    assert "SP-G002" in done.stderr
    assert not (tmp_path / "out").exists()
    (tmp_path / "plan.toml").write_text("[competition]\ncost_of_bid_gbp = 0\n")
    done = run(
        "bucks-and-burnley", "--out", "out", "--plan", "plan.toml", "--only", "competition", "--no-chart", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert "prepared at £0 each" in done.stdout


def test_floors_that_leave_no_settlement_do_not_end_the_other_regimes(tmp_path: Path) -> None:
    """The single pot has none; sharing by claims drops the floors, and says so."""
    clash = made({"a": 50.0, "b": 50.0}, 60.0, trees=[10.0, 15.0], target=30.0, rules={"grant_floor": 0.7})
    (tmp_path / "clash").mkdir()
    for name, content in clash.documents().items():
        (tmp_path / "clash" / name).write_bytes(content)
    done = run("clash", "--only", "single-pot,pro-rata", "--no-chart", "--out", "out", cwd=tmp_path)
    assert done.returncode == 4
    assert "Single pot: There is no settlement: floors add up to £70.0m" in done.stdout
    assert "Pro rata breaks the grant floor (2 areas): dropped for it." in done.stdout
    assert pd.read_csv(tmp_path / "out" / "regimes.csv")["grant"].tolist() == pytest.approx([30, 30], abs=1e-9)
