"""Convergence and inclusion on drawn scenarios: the double build, and the invariants of the contract.

``SINGLEPOT_SCENARIOS=300`` draws more than the usual number for the double build, ``SINGLEPOT_PRICES=100`` for prices.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

import singlepot as sp
from singlepot.models.analysis.inequality.measures import gini
from singlepot.models.assurance.double_build import rebuild
from singlepot.models.explanation.aim_prices import aim_prices
from singlepot.models.explanation.rule_prices import rule_prices
from singlepot.models.formulation.formulation import formulate
from singlepot.models.formulation.levelling import aim_weights, weights_of_areas
from singlepot.models.formulation.rate_limits import rate_values
from singlepot.models.formulation.terms import gini_ceiling
from singlepot.models.scenario.arrays import arrays
from singlepot.models.settlement.decisions import Decisions, shares_of_both
from singlepot.models.tables.rule_kinds import RULES

from ..agreement import STAGE, compare_stages, judge
from ..levelling_strategies import levelled_drafts, seeded_levelled
from ..models.explanation.test_prices import STEP, optima, same_before, tolerance
from ..strategies import Draft, scenario
from .test_invariants import dense, grants_of, mean_bid, mean_target, of_area, same, settled, targets_of, without

SCENARIOS = int(os.environ.get("SINGLEPOT_SCENARIOS", "12"))
PRICES = int(os.environ.get("SINGLEPOT_PRICES", "10"))
STAGES = ("convergence.total", "inclusion.total")
OF_RATES = [name for name, rule in RULES.items() if rule.over.of_rates]


def test_the_double_build_agrees_on_aims_of_convergence_and_inclusion(capsys: pytest.CaptureFixture[str]) -> None:
    """Every stage to 1e-7, every grant to 1e-6; how often each aim is missed and each rule binds is printed.

    An option that changes nothing has no weight in the design, and the least one here: there stages alone are compared.
    """
    counts: Counter[str] = Counter()
    for seed in range(SCENARIOS):
        made = scenario(seeded_levelled(seed))
        settlement = sp.settle(made)
        idle = "SP-N032" in {note.code for note in made.notes}
        if idle:
            assert compare_stages(settlement, dict(rebuild(made).optima)) <= STAGE
        else:
            judge(settlement, rebuild(made))
        counts.update(binding_in(settlement))
    with capsys.disabled():
        print("\n" + "\n".join(f"{counts[name]:>4} of {SCENARIOS}  {name}" for name in (*STAGES, *OF_RATES)))
    assert counts["convergence.total"] >= SCENARIOS / 4
    assert all(counts[name] >= SCENARIOS / 100 for name in (*STAGES, *OF_RATES)) or SCENARIOS < 100


def binding_in(settlement: sp.Settlement) -> set[str]:
    """Stages whose aims are missed, and rules that stand at their limit."""
    final = settlement.stages.set_index("name")["final"]
    found = {name for name in STAGES if final.get(name, 0.0) > 1e-9}
    formulation = formulate(settlement.scenario)
    _, targets = dense(formulation, settlement)
    for name in OF_RATES:
        limit, data = formulation.rules[name], formulation.data
        values = rate_values(RULES[name], targets, data)
        known = limit.binds & np.isfinite(values)
        values, edge = np.where(known, values, 1.0), np.where(known, limit.value, -1.0)
        near = np.abs(values - edge) <= 1e-7 * np.maximum(np.abs(values), 1.0)
        if RULES[name].switch:
            near &= formulation.model.target >= 0
        if near.any():
            found.add(name)
    return found


@given(levelled_drafts())
def test_tables_say_what_the_stages_count(made: Draft) -> None:
    """Aim ≤ agreed, less the line's part, + short, equal where short; sums over the tables are the stages' values."""
    settlement = settled(made)
    data = arrays(settlement.scenario)
    _, targets = dense(formulate(settlement.scenario), settlement)
    gaps, table, final = data.levelling.gaps, settlement.convergence, settlement.stages.set_index("name")["final"]
    assert gaps is not None and table is not None
    brought = (weights_of_areas(gaps) * targets[:, gaps.objective, gaps.year]).sum(axis=0)
    size = np.maximum(gaps.size, 1.0)
    assert (table["aim"] <= brought + table["short"] + 1e-8 * size).all()
    assert (
        np.abs(table["aim"] - brought - table["short"])[table["short"] > 0] <= 1e-8 * size[table["short"] > 0]
    ).all()
    assert abs(aim_weights(data, gaps) @ table["short"] - final["convergence.total"]) <= 1e-9
    line = table["line"] * gaps.people - gaps.level
    assert np.allclose(line * data.levelling.sign[gaps.objective], table["gap"], rtol=1e-9)
    if settlement.inclusion is not None and "inclusion.total" in final:
        missed = max(0.0, made["inclusion"]["together"] - settlement.inclusion["together"].sum())
        assert abs(missed - final["inclusion.total"]) <= 1e-9
        assert settlement.inclusion["together"].equals(settlement.inclusion[["prosperity", "inclusion"]].min(axis=1))


@given(levelled_drafts())
def test_rules_of_rates_hold(made: Draft) -> None:
    """Floors of gaps and of inclusion; no loss where it is ruled out; the Gini coefficient by its definition."""
    settlement = settled(made)
    formulation = formulate(settlement.scenario)
    _, targets = dense(formulation, settlement)
    for name in OF_RATES:
        limit = formulation.rules[name]
        values = rate_values(RULES[name], targets, formulation.data)
        slack = 1e-8 * max(mean_target(made), 1.0)
        beyond = limit.value - values if RULES[name].lower else values - limit.value * (1 + 1e-9)
        assert not (limit.binds & (beyond > (slack if RULES[name].lower else 1e-12))).any(), name
    levelling, heads = formulation.data.levelling, formulation.data.population
    for k, t in np.argwhere(formulation.rules["gini_ceiling"].binds):
        member = levelling.member[:, k]
        rate = (levelling.level[member, k] + levelling.sign[k] * targets[member, k, t]) / levelling.per[member, k]
        assert gini(rate, heads[member]) <= formulation.rules["gini_ceiling"].value[k, t] * (1 + 1e-9) + 1e-12


@given(levelled_drafts(simple=True, rules=False))
def test_bids_that_meet_every_aim_come_back_unchanged(made: Draft) -> None:
    """The pot is larger than the bids, national targets are what is proposed, and aims what that makes up."""
    made["pot"] = made["bids"].groupby(["envelope", "year"], as_index=False)["amount"].sum()
    made["pot"]["amount"] += 1.0
    made.pop("rule_rows", None)
    made.pop("national", None)
    made["stages"] = {**made["stages"], "give": {}}
    start = scenario(made)
    data = arrays(start)
    gaps, together = data.levelling.gaps, data.levelling.together
    assert gaps is not None
    brought = (weights_of_areas(gaps) * data.proposed[:, gaps.objective, gaps.year]).sum(axis=0) / gaps.size
    least = {k: brought[gaps.objective == k].min(initial=1.0) for k in range(len(data.objectives))}
    asked = [(k, key) for k, key in enumerate(data.objectives) if key in made["convergence"]["aims"]]
    aims = {key: min(0.99 * float(least[k]), 1.0) for k, key in asked if least[k] > 1e-6}
    changes: dict[str, Any] = {"convergence": {"aims": dict.fromkeys(made["convergence"]["aims"]) | aims}}
    order = list(start.settings.stages.order)
    if together is not None:
        shares = shares_of_both(data, Decisions(*[np.zeros(0)] * 3, data.bid, data.proposed), together)
        joint = 0.99 * float(shares.min(axis=1).sum())
        changes["inclusion"] = {"together": joint if joint > 1e-6 else None}
        order = [name for name in order if name != "inclusion.total" or joint > 1e-6]
    order = [name for name in order if name != "convergence.total" or aims]
    settlement = sp.settle(start.with_(**changes, stages={"order": order}))
    assert (settlement.grants["change"].abs() <= 1e-12 * mean_bid(made)).all()
    assert len(settlement.asks) == 0
    assert settlement.stages.set_index("name")["final"].reindex(STAGES).fillna(0.0).eq(0).all()


@given(levelled_drafts())
def test_order_and_names_change_nothing(made: Draft) -> None:
    """Areas in reverse, and areas and objectives under other names in another order: the same grants and targets."""
    before = settled(made)
    codes, keys = list(made["areas"]["code"]), list(made["objectives"]["key"])
    names = {code: f"Q{9 - position}" for position, code in enumerate(codes)}
    new = {key: f"z{9 - position}" for position, key in enumerate(keys)}
    changed: Draft = {}
    for name, value in made.items():
        if isinstance(value, pd.DataFrame):
            table = value.copy()
            for columns, words in ((("code", "area"), names), (("key", "objective"), new)):
                for column in columns:
                    if column in table:
                        table[column] = table[column].replace(words)
            value = table.rename(columns=new).iloc[::-1].reset_index(drop=True)
        changed[name] = value
    section = changed["convergence"]
    changed["convergence"] = {
        **section,
        **{part: {new[k]: v for k, v in section[part].items()} for part in ("aims", "rates") if part in section},
    }
    if "inclusion" in made:
        changed["inclusion"] = {
            **made["inclusion"],
            **{part: new[made["inclusion"][part]] for part in ("prosperity", "inclusion")},
        }
    after = settled(changed)
    same(grants_of(before).rename(index=names, level=0), grants_of(after), mean_bid(made))
    renamed = targets_of(before).rename(index=names, level=0).rename(index=new, level=1)
    same(renamed, targets_of(after), mean_target(made))


@given(levelled_drafts())
def test_units_of_an_objective_change_nothing_relative(made: Draft) -> None:
    """The first objective's baseline and contributions in thousands: the same grants, and the same shares missed."""
    before, key = settled(made), made["objectives"]["key"].iloc[0]
    changed = {name: value.copy() if isinstance(value, pd.DataFrame) else value for name, value in made.items()}
    for name in ("targets", "national"):
        if name in changed:
            changed[name].loc[changed[name]["objective"] == key, "target"] *= 0.001
    if "option_years" in changed:
        changed["option_years"][key] *= 0.001
    changed["areas"][f"{key}_now"] *= 0.001
    section = changed["convergence"]
    if "rates" in section:
        changed["convergence"] = {
            **section,
            "rates": {k: v * (0.001 if k == key else 1) for k, v in section["rates"].items()},
        }
    after = settled(changed)
    same(grants_of(before), grants_of(after), mean_bid(made))
    assert np.allclose(before.stages["final"], after.stages["final"], rtol=1e-7, atol=1e-8 * mean_bid(made))


@given(levelled_drafts(simple=True))
def test_halves_of_an_area_get_half_each(made: Draft) -> None:
    """The first area in two halves of everything, its people, baselines and denominators halved too."""
    made["rules"] = {key: value for key, value in made["rules"].items() if key != "grant_step"}
    if "rule_rows" in made:
        rows = made["rule_rows"][made["rule_rows"]["rule"].isin(OF_RATES)]
        made["rule_rows"] = rows.reindex(columns=["rule", "value", "objective"]).reset_index(drop=True)
        if not len(rows) or "population" not in made["areas"]:
            del made["rule_rows"]
    if "population" not in made["areas"]:
        made["areas"]["population"] = 1000
    whole, code = settled(made), made["areas"]["code"].iloc[0]
    split = dict(made)
    of_areas = ["population", *(name for name in made["areas"] if name.endswith(("_now", "_per")))]
    for name, column, extensive in (
        ("areas", "code", of_areas),
        ("bids", "area", ["amount", "reference"]),
        ("targets", "area", ["target"]),
        ("options", "area", ["own_cost"]),
        ("option_years", "area", None),
    ):
        if name in made:
            table = made[name].copy()
            columns = extensive or [c for c in table if c not in ("area", "option", "year")]
            table[columns] = table[columns].astype(float)
            table.loc[table[column] == code, columns] /= 2
            twin = table[table[column] == code].assign(**{column: "twin"})
            split[name] = pd.concat([table, twin], ignore_index=True)
    halves = settled(split)
    for read, size in ((grants_of, mean_bid(made)), (targets_of, mean_target(made))):
        before, after = read(whole), read(halves)
        same(of_area(before, code) / 2, of_area(after, code), size)
        same(of_area(before, code) / 2, of_area(after, "twin"), size)
        same(without(before, code), without(after, code, "twin"), size)


@given(levelled_drafts())
def test_an_idle_area_changes_nothing(made: Draft) -> None:
    """An area with figures and people, and without bid, target or option, is no member of anything."""
    before = settled(made)
    idle = {column: 7.0 for column in made["areas"] if made["areas"][column].dtype.kind in "if"}
    row = pd.DataFrame([{"code": "idle", "name": "Idle", "type": "county", "region": "north", **idle}])
    after = settled({**made, "areas": pd.concat([made["areas"], row], ignore_index=True)})
    same(grants_of(before), grants_of(after), mean_bid(made))
    same(targets_of(before), targets_of(after), mean_target(made))


@given(levelled_drafts())
def test_smaller_aims_never_worsen_the_first_stage(made: Draft) -> None:
    """Aims, what is asked together and floors are lowered, ceilings of inequality raised.

    Against a line that moves a place may fall further behind, and what it misses is then a larger share of a smaller
    aim: there the people missed count, not the share.
    """
    less = dict(made)
    less["convergence"] = {**made["convergence"], "aims": {k: 0.8 * v for k, v in made["convergence"]["aims"].items()}}
    if "inclusion" in made:
        less["inclusion"] = {**made["inclusion"], "together": 0.8 * made["inclusion"]["together"]}
    if "inclusion_floor" in made["rules"]:
        less["rules"] = {**made["rules"], "inclusion_floor": 0.8 * made["rules"]["inclusion_floor"]}
    if "rule_rows" in made:
        factor = made["rule_rows"]["rule"].map({"convergence_floor": 0.8, "gini_ceiling": 1.2}).fillna(1.0)
        less["rule_rows"] = made["rule_rows"].assign(value=made["rule_rows"]["value"] * factor)
    before, after = settled(made).stages.iloc[0], settled(less).stages.iloc[0]
    moving = made["convergence"]["line"] == "end" and before["name"] == "convergence.total"
    missed = after["value"] * (0.8 if moving else 1.0)
    assert missed <= before["value"] + 1e-7 * max(1.0, abs(before["value"]))


@given(levelled_drafts())
def test_regions_of_one_area_each_are_areas(made: Draft) -> None:
    """Gaps and pairs of regions where every area is its own region, and those of areas."""
    areas = made["areas"]
    alone = areas.assign(region=areas["code"].where(areas["type"] != "centre", ""))
    rows = made.get("rule_rows")
    kept = None if rows is None else rows[(rows.get("region", pd.Series("", rows.index)) == "")]
    made = {**made, "areas": alone, "rule_rows": None if kept is None or not len(kept) else kept}
    of_regions, of_areas = dict(made), dict(made)
    for name, kind in ((of_regions, "region"), (of_areas, "area")):
        name["convergence"] = {**made["convergence"], "places": kind, "compared_with": "nation"}
        if "inclusion" in made:
            name["inclusion"] = {**made["inclusion"], "places": kind}
    one, other = settled(of_regions), settled(of_areas)
    same(grants_of(one), grants_of(other), mean_bid(made))
    same(targets_of(one), targets_of(other), mean_target(made))


@given(levelled_drafts())
def test_prosperity_and_inclusion_may_change_places(made: Draft) -> None:
    """Without a floor on the one beside the other the section is symmetric."""
    made["rules"] = {key: value for key, value in made["rules"].items() if key != "inclusion_floor"}
    section = dict(made.get("inclusion") or {})
    swapped = section | {"prosperity": section.get("inclusion"), "inclusion": section.get("prosperity")}
    one, other = settled(made), settled({**made, "inclusion": swapped} if section else made)
    same(grants_of(one), grants_of(other), mean_bid(made))
    same(targets_of(one), targets_of(other), mean_target(made))


def test_the_shortcut_for_pairs_changes_no_settlement(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every pair a column, and only those whose order is open: the same stages, grants and targets."""
    shorter = 0
    for seed in range(60):
        made = seeded_levelled(seed)
        if "rule_rows" not in made or "gini_ceiling" not in set(made["rule_rows"]["rule"]):
            continue
        one = settled(made)
        columns = formulate(one.scenario).programme.shape[1]
        with monkeypatch.context() as patch:
            patch.setattr(gini_ceiling, "reachable", lambda start, *_: (np.full(start.shape, -1e4), start + 1e4))
            patch.setattr(gini_ceiling, "least_targets", lambda data: np.full(data.proposed.shape, -1e4))
            shorter += formulate(one.scenario).programme.shape[1] > columns
            other = settled(made)
        same(grants_of(one), grants_of(other), mean_bid(made))
        same(targets_of(one), targets_of(other), mean_target(made))
    assert shorter >= 10


@pytest.mark.parametrize("seed", range(PRICES))
def test_prices_of_aims_and_rules_lie_between_the_differences_on_both_sides(seed: int) -> None:
    """(v(b) − v(b − h)) / h ≤ price ≤ (v(b + h) − v(b)) / h."""
    made = seeded_levelled(seed)
    settlement = settled({**made, "stages": {**made["stages"], "give": {}}})
    solved = settlement.solved_stages
    words = {RULES[name].words for name in OF_RATES}
    names = [result.stage.name for result in solved.staged.results]
    prices = [*aim_prices(solved), *(price for price in rule_prices(solved) if price.kind in words)]
    for price in (price for price in prices if price.stage):
        position = names.index(price.stage)
        step, slack = STEP * max(abs(solved.programme.row_lower[price.bound.index]), 1e-2), tolerance(solved, position)
        if not np.isfinite(step):
            step = STEP * max(abs(solved.programme.row_upper[price.bound.index]), 1e-2)
        present = solved.staged.results[position].value
        above, below = (optima(solved, price.bound, sign * step) for sign in (1, -1))
        if above is not None and same_before(solved, above, position):
            assert price.marginal * step <= above[position] - present + slack, price.label
        if below is not None and same_before(solved, below, position):
            assert price.marginal * step >= present - below[position] - slack, price.label
