"""What is true of every valid scenario is true with programme lines: the invariants of the design, by their numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import singlepot as sp
from singlepot.models.assurance.double_build import rebuild
from singlepot.models.settings.settings import DEFAULT_ORDER

from ..agreement import judge
from ..programme_strategies import programme_drafts, seeded_programmes
from ..strategies import Draft, drafts, scenario, without_minima
from .test_invariants import grants_of, of_area, same, targets_of

SCENARIOS = 12
"""Scenarios of the double build and verification; three hundred were tried when they were written."""

OWNED = ("bids", "targets", "programmes", "options", "option_years")


def size(built: sp.Scenario) -> float:
    """Mean bid."""
    amounts = built.bids["amount"]
    return float(amounts[amounts > 0].mean())


@st.composite
def fitting(draw: Any) -> Draft:
    """Scenarios with programmes whose bids fit, break no rule, and whose targets suffice."""
    made = draw(programme_drafts(simple=True))
    made = {name: value for name, value in made.items() if name not in ("rule_rows", "national")}
    stages = made.get("stages") or {}
    if "cost" in stages.get("order", DEFAULT_ORDER) and "burden" in stages.get("give", {}):
        made["stages"] = {**stages, "give": {name: give for name, give in stages["give"].items() if name != "burden"}}
    bids = scenario(made).filled("bids").groupby(["envelope", "year"], as_index=False)["amount"].sum()
    bids["amount"] += 1.0
    missing = made["pot"].merge(bids[["envelope", "year"]], how="left", indicator=True)["_merge"] == "left_only"
    made["pot"] = pd.concat([bids, made["pot"][missing.to_numpy()]], ignore_index=True)
    return made


@given(fitting())
def test_4_bids_that_fit_come_back_unchanged(made: Draft) -> None:
    """Whatever could be raised or saved, nobody is asked for it."""
    settlement = sp.settle(scenario(made))
    assert (settlement.grants["change"].abs() <= 1e-12 * size(settlement.scenario)).all()
    assert len(settlement.asks) == 0


@given(programme_drafts(simple=True), st.randoms(use_true_random=False))
def test_6_equal_areas_are_treated_equally(made: Draft, random: Any) -> None:
    """Copies of an area with its programme get the same grants and targets."""
    original = made["areas"]["code"].iloc[0]
    copies = [f"{letter}copy" for letter in random.sample("0BXZ", 2)]
    made = copied(made, original, dict.fromkeys(copies, 1.0))
    settlement = sp.settle(scenario(made))
    grants, targets = grants_of(settlement), targets_of(settlement)
    for copy in copies:
        same(grants.get(original), grants.get(copy), size(settlement.scenario))
        same(of_area(targets, original), of_area(targets, copy), 1.0)


def copied(made: Draft, original: str, shares: dict[str, float]) -> Draft:
    """Copies of an area under other codes, each a share of everything extensive."""
    made = dict(made)
    for name in ("areas", *OWNED):
        if name not in made:
            continue
        column = "code" if name == "areas" else "area"
        table = made[name]
        chosen = table[table[column] == original]
        parts = [_scaled(chosen.assign(**{column: code}), name, share, made) for code, share in shares.items()]
        made[name] = pd.concat([table, *parts], ignore_index=True)
    return without_minima(made)


def _scaled(rows: pd.DataFrame, name: str, share: float, made: Draft) -> pd.DataFrame:
    keys = list(made["objectives"]["key"]) if "objectives" in made else []
    extensive = {
        "areas": ["population"],
        "bids": ["amount", "reference"],
        "targets": ["target"],
        "programmes": [*made["years"], "stretch_cost"],
        "options": ["own_cost"],
        "option_years": [column for column in rows if column.startswith("grant") or column in keys],
    }[name]
    return rows.assign(**{column: rows[column] * share for column in extensive if column in rows})


@given(programme_drafts(), st.randoms(use_true_random=False))
def test_7_order_and_names_change_nothing(made: Draft, random: Any) -> None:
    """Rows of all tables shuffled and areas renamed: the same grants and targets."""
    before = sp.settle(scenario(made))
    codes = list(made["areas"]["code"])
    fresh = [f"{random.choice('QRST')}{i}x" for i in range(len(codes))]
    random.shuffle(fresh)
    names = dict(zip(codes, fresh, strict=True))
    changed: Draft = {}
    for name, value in made.items():
        if isinstance(value, pd.DataFrame):
            table = value.copy()
            for column in ("code", "area", "recipient"):
                if column in table:
                    table[column] = table[column].replace(names)
            order = list(range(len(table)))
            random.shuffle(order)
            value = table.iloc[order].reset_index(drop=True)
        changed[name] = value
    after = sp.settle(scenario(changed))
    same(grants_of(before).rename(index=names, level=0), grants_of(after), size(before.scenario))
    same(targets_of(before).rename(index=names, level=0), targets_of(after), 1.0)


@given(programme_drafts())
def test_8_units_rescale_and_change_nothing_else(made: Draft) -> None:
    """Money in thousands rescales grants, derived options and all."""
    before = sp.settle(scenario(made))
    changed = {name: value.copy() if isinstance(value, pd.DataFrame) else value for name, value in made.items()}
    changed["money"] = "GBP thousand"
    give = (made["stages"] or {}).get("give", {})
    if "burden" in give:
        changed["stages"] = made["stages"] | {"give": give | {"burden": give["burden"] * 1000}}
    for name, columns in (("pot", ["amount"]), ("bids", ["amount", "reference"]), ("options", ["own_cost"])):
        if name in changed:
            changed[name][columns] = changed[name][columns] * 1000
    if "option_years" in changed:
        table = changed["option_years"]
        table[[column for column in table if column.startswith("grant_")]] *= 1000
    if "programmes" in changed:
        table = changed["programmes"]
        table.loc[table["item"].str.startswith("grant"), made["years"]] *= 1000
        if "stretch_cost" in table:
            table["stretch_cost"] *= 1000
    if "rule_rows" in changed:
        rows = changed["rule_rows"]
        basis = rows.get("basis", pd.Series("", rows.index))
        rows.loc[rows["rule"].str.startswith(("grant", "capacity")) & basis.isin(["amount", "per_head"]), "value"] *= (
            1000
        )
    after = sp.settle(scenario(changed))
    same(grants_of(before), grants_of(after) / 1000, size(before.scenario))
    same(targets_of(before), targets_of(after), 1.0)


@given(programme_drafts(simple=True))
def test_9_an_area_in_halves_gives_halves(made: Draft) -> None:
    """Money and outcomes of all lines halved: each half gets its half."""
    original = made["areas"]["code"].iloc[0]
    whole = without_minima(made)
    before = sp.settle(scenario(whole))
    halves = copied(whole, original, {"half-1": 0.5, "half-2": 0.5})
    for name in ("areas", *OWNED):
        if name in halves:
            column = "code" if name == "areas" else "area"
            halves[name] = halves[name][halves[name][column] != original].reset_index(drop=True)
    after = sp.settle(scenario(halves))
    for half in ("half-1", "half-2"):
        same(of_area(grants_of(before), original) / 2, of_area(grants_of(after), half), size(before.scenario))
        same(of_area(targets_of(before), original) / 2, of_area(targets_of(after), half), 1.0)


@given(programme_drafts())
def test_11_an_area_of_nothing_changes_nothing(made: Draft) -> None:
    """An area without bid, lines, options or targets changes no other area's grant."""
    before = sp.settle(scenario(made))
    more = dict(made)
    extra = made["areas"].iloc[[0]].assign(code="ZZ", name="Nobody")
    more["areas"] = pd.concat([made["areas"], extra], ignore_index=True)
    after = sp.settle(scenario(more))
    same(grants_of(before), grants_of(after), size(before.scenario))
    same(targets_of(before), targets_of(after), 1.0)


@given(programme_drafts())
def test_derived_rows_made_given_ones_settle_to_the_same_tables(made: Draft) -> None:
    built = scenario(made)
    one, two = sp.settle(built), sp.settle(built.derived())
    for name, table in one.tables.items():
        pd.testing.assert_frame_equal(table, two.tables[name], check_exact=True)


@given(drafts(simple=True), st.integers(2, 4), st.integers(5, 95))
def test_splitting_a_bid_into_lines_and_rest_settles_as_the_whole(made: Draft, parts: int, per_cent: int) -> None:
    """With one objective mix and all other numbers equal: a line is a part of the programme like any other."""
    made = {name: value for name, value in made.items() if name not in ("options", "option_years")}
    whole = scenario({**made, "derive": {"elasticity": per_cent / 100, "efficiency": 0.02, "stretch": 0.03}})
    rows: list[dict[str, Any]] = []
    for area, bids in whole.bids[whole.bids["amount"] > 0].groupby("area"):
        cells = bids.pivot_table(index="envelope", columns="year", values="amount", aggfunc="sum")
        mine = whole.targets[whole.targets["area"] == area]
        items = {f"grant_{envelope}": money.dropna().to_dict() for envelope, money in cells.iterrows()}
        for key, cell in mine.groupby("objective"):
            items[key] = _to_the_end(dict(zip(cell["year"], cell["target"], strict=True)), made["years"])
        for part in range(parts - 1):
            for item, values in items.items():
                share = {year: value / parts for year, value in values.items()}
                rows.append({"area": area, "line": f"L{part}", "item": item, **share})
    split = whole.with_(programmes=pd.DataFrame(rows))
    one, two = sp.settle(whole), sp.settle(split)
    same(grants_of(one), grants_of(two), size(whole))
    same(targets_of(one), targets_of(two), 1.0)


def _to_the_end(values: dict[str, float], years: list[str]) -> dict[str, float]:
    begun = [year for year in years if year >= min(values)]
    return {year: values.get(year, 0.0) for year in begun}


@pytest.mark.parametrize("seed", range(SCENARIOS))
def test_the_double_build_and_the_verifier_agree(seed: int, tmp_path: Path) -> None:
    """Both start from the given tables, as they are written."""
    built = scenario(seeded_programmes(seed))
    settlement = sp.settle(built)
    judge(settlement, rebuild(built))
    settlement.write(tmp_path / "settlement")
    assert sp.verify(tmp_path / "settlement").passed
    assert sp.read_scenario(tmp_path / "settlement" / "scenario") == built
