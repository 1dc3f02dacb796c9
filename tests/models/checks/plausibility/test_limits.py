"""Limits that no area or recipient can come to, and amounts in another unit, are warned of; those inside are not."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest

import singlepot as sp
from singlepot.models.diagnostics.problems import Diagnostic
from singlepot.models.formulation.model import reachable
from singlepot.models.formulation.rules import resolve
from singlepot.models.scenario.arrays import arrays
from singlepot.models.tables.rule_kinds import AREAS, CAPACITIES, RULES, TARGETS

from ....strategies import scenario, seeded

YEARS = ["2026-27", "2027-28"]
LIMITS = [rule for rule in RULES.values() if rule.sense in ("floor", "ceiling") and "area" in rule.over.axes]


def doubts(rules: list[dict[str, object]], **general: float) -> list[Diagnostic]:
    """The warnings of limits: two areas that bid 10 and 20 in each of two years, and could take 2 and 3 more.

    The first, with 100,000 people, proposes 50 and could raise it by 5; it would pay 1 itself. The centre proposes 8
    and could lose 2. One recipient, Union, holds the grants of both.
    """
    cells = [(area, year) for year in YEARS for area in ("A", "B")]
    option = pd.DataFrame(
        [("A", "more", year, 2.0, 5.0) for year in YEARS]
        + [("B", "more", year, 3.0, 0.0) for year in YEARS]
        + [("C", "less", year, 0.0, -2.0) for year in YEARS],
        columns=["area", "option", "year", "grant", "carbon"],
    )
    made = sp.Scenario.from_tables(
        years=YEARS,
        areas=pd.DataFrame(
            {
                "code": ["A", "B", "C"],
                "name": ["A", "B", "C"],
                "type": ["county", "city", "centre"],
                "population": [100_000.0, 200_000.0, 0.0],
                "recipient": ["Union", "Union", ""],
            }
        ),
        bids=pd.DataFrame(
            [(*cell, {"A": 10.0, "B": 20.0}[cell[0]]) for cell in cells], columns=["area", "year", "amount"]
        ),
        pot=pd.DataFrame({"year": YEARS, "amount": 30.0}),
        objectives=pd.DataFrame({"key": ["carbon"], "name": ["Carbon"], "unit": ["kt"]}),
        national=pd.DataFrame({"objective": "carbon", "year": YEARS, "target": 58.0}),
        targets=pd.DataFrame(
            [(area, "carbon", year, target) for area, target in (("A", 50.0), ("C", 8.0)) for year in YEARS],
            columns=["area", "objective", "year", "target"],
        ),
        options=pd.DataFrame(
            {"area": ["A", "B", "C"], "option": ["more", "more", "less"], "own_cost": [1.0, 0.0, 0.0]}
        ),
        option_years=option,
        rules=general,
        rule_rows=pd.DataFrame(rules) if rules else None,
    )
    return [note for note in made.notes if note.code in ("SP-S015", "SP-S016", "SP-S027")]


def row(rule: str, value: float, basis: str = "bid", **selectors: str) -> dict[str, object]:
    none = dict.fromkeys(("area", "type", "year", "objective", "level"), "")
    return {"rule": rule, "value": value, "basis": basis, **none, **selectors}


CANNOT = [
    (row("grant_ceiling", 23.1, "amount"), row("grant_ceiling", 22.9, "amount")),
    (row("grant_ceiling", 12.1, "amount", area="A"), row("grant_ceiling", 11.9, "amount", area="A")),
    (row("grant_ceiling", 1.21, area="A"), row("grant_ceiling", 1.19, area="A")),
    (
        row("grant_ceiling", 0.000121, "per_head", type="county"),
        row("grant_ceiling", 0.000119, "per_head", type="county"),
    ),
    (row("target_ceiling", 1.11), row("target_ceiling", 1.09)),
    (row("target_ceiling", 56.0, "amount", area="A"), row("target_ceiling", 54.0, "amount", area="A")),
    (row("target_floor", 5.9, "amount", area="C"), row("target_floor", 6.1, "amount", area="C")),
    (row("own_cost_ceiling", 0.051, area="A"), row("own_cost_ceiling", 0.049, area="A")),
    (row("capacity", 12.1, "amount", area="A"), row("capacity", 11.9, "amount", area="A")),
    (row("capacity", 1.21), row("capacity", 1.19)),
    (row("capacity", 0.000121, "per_head", area="A"), row("capacity", 0.000119, "per_head", area="A")),
    (row("capacity", 35.1, "amount", level="recipient"), row("capacity", 34.9, "amount", level="recipient")),
    (
        row("capacity", 0.000118, "per_head", level="recipient"),
        row("capacity", 0.000116, "per_head", level="recipient"),
    ),
    (row("grant_ceiling", 1.17, level="recipient"), row("grant_ceiling", 1.16, level="recipient")),
    (row("own_cost_ceiling", 0.017, level="recipient"), row("own_cost_ceiling", 0.016, level="recipient")),
]


@pytest.mark.parametrize(("idle", "binding"), CANNOT)
def test_a_limit_that_no_cell_can_come_to_is_doubted_and_one_just_inside_is_not(
    idle: dict[str, object], binding: dict[str, object]
) -> None:
    assert [note.code for note in doubts([idle])] == ["SP-S015"]
    assert doubts([binding]) == []


@pytest.mark.parametrize(
    ("general", "value"), [("grant_ceiling", 1.21), ("target_ceiling", 1.11), ("own_cost_ceiling", 0.051)]
)
def test_a_rule_for_all_areas_holds_whatever_options_come_and_is_not_doubted(general: str, value: float) -> None:
    assert doubts([row(general, value)])
    assert doubts([], **{general: value}) == []


def test_a_row_that_lifts_a_stricter_one_is_not_doubted() -> None:
    lifting = row("grant_ceiling", 2.0, area="A")
    assert [note.code for note in doubts([lifting])] == ["SP-S015"]
    assert doubts([lifting], grant_ceiling=1.1) == []
    assert doubts([lifting, row("grant_ceiling", 1.1)]) == []
    assert doubts([row("target_floor", 0.0, area="A")]) == []


def test_no_limit_is_doubted_where_no_option_moves_anything_its_way() -> None:
    assert doubts([row("own_cost_ceiling", 0.5, area="B")]) == []


@pytest.mark.parametrize("rule", ["grant_floor", "grant_ceiling", "grant_lock", "target_floor", "target_lock"])
@pytest.mark.parametrize("unit", [1e3, 1e6])
def test_an_amount_per_head_in_another_unit_is_doubted(rule: str, unit: float) -> None:
    right = (10.0 if rule.startswith("grant") else 50.0) / 100_000
    for value in (right * unit, right / unit):
        # a floor far above the bid cannot be met, which is not for a check of units to say
        assert [note.code for note in doubts([row(rule, value, "per_head", area="A")])] == ["SP-S016"], value


@pytest.mark.parametrize("unit", [1e3, 1e6, 1e-3, 1e-6])
def test_an_amount_of_a_capacity_in_another_unit_is_doubted(unit: float) -> None:
    for one in (
        row("capacity", 10.0 * unit, "amount", area="A"),
        row("capacity", 30.0 * unit, "amount", level="recipient"),
    ):
        assert [note.code for note in doubts([one])] == ["SP-S027"], one


@pytest.mark.parametrize("times", [49.0, 1 / 49])
def test_an_amount_of_a_capacity_within_fifty_times_the_bid_is_not_doubted_for_its_unit(times: float) -> None:
    """Far above the bid it cannot bind, which is another warning."""
    beyond = times * 51 / 49 if times > 1 else times * 49 / 51
    for level, asked in (("", 10.0), ("recipient", 30.0)):
        area = {"area": "A"} if not level else {}
        within = [note.code for note in doubts([row("capacity", times * asked, "amount", level=level, **area)])]
        assert within == (["SP-S015"] if times > 1 else [])
        assert [n.code for n in doubts([row("capacity", beyond * asked, "amount", level=level, **area)])] == ["SP-S027"]


@pytest.mark.parametrize("times", [49.0, 1 / 49])
def test_an_amount_per_head_within_fifty_times_the_bid_is_not_doubted(times: float) -> None:
    assert doubts([row("grant_floor", times * 10 / 100_000, "per_head", area="A")]) == []
    beyond = times * 51 / 49 if times > 1 else times * 49 / 51
    assert [note.code for note in doubts([row("grant_floor", beyond * 10 / 100_000, "per_head", area="A")])] == [
        "SP-S016"
    ]


def test_small_steps_and_own_costs_per_head_are_not_doubted_and_large_ones_are() -> None:
    for rule, level in (("grant_step", ""), ("own_cost_ceiling", ""), ("own_cost_ceiling", "recipient")):
        assert doubts([row(rule, 0.01 * 10 / 100_000, "per_head", level=level)]) == []
        assert [n.code for n in doubts([row(rule, 1000 * 10 / 100_000, "per_head", level=level)])] == ["SP-S016"]


def test_what_is_doubted_is_exactly_what_the_programme_cannot_come_to() -> None:
    """On drawn scenarios, against the bounds that the formulation implies from options and limits."""
    counts: Counter[tuple[str, bool]] = Counter()
    for seed in range(120):
        made = dict(seeded(seed))
        rng = np.random.default_rng(seed)
        values = {rule.name: 1 + float(rng.choice([0.01, 0.1, 0.5, 3])) for rule in LIMITS if rule.upper}
        values["own_cost_ceiling"] = float(rng.choice([0.0001, 0.001, 0.01, 0.1]))
        made |= {"rules": {}, "rule_rows": pd.DataFrame({"rule": list(values), "value": list(values.values())})}
        if (
            "options" in made
        ):  # the check counts an option whose requirement or partner cannot be used, so as not to doubt too much
            made["options"] = made["options"].assign(requires="", scheme="")
        drawn = scenario(made)
        data, doubted = arrays(drawn), [note.place for note in drawn.notes if note.code == "SP-S015"]
        options, limits = data.options, resolve(drawn, data)
        for rule in LIMITS:
            if not rule.upper:
                continue
            limit = limits[rule.name].value
            if rule.over is AREAS:
                start = np.zeros(len(data.areas))
                up = np.bincount(options.area, options.own_cost * options.limit, len(data.areas))
            else:
                start = data.proposed if rule.over is TARGETS else data.bid
                cells = options.outcome if rule.over is TARGETS else options.grant
                up = reachable(start, cells, options.area, options.limit)[1]
                if rule.over is CAPACITIES:
                    start, up = start.sum(axis=1), up.sum(axis=1)
            binds = ~np.isnan(limit)
            idle = bool((limit > up * (1 + 1e-9))[binds].all() and (up > start)[binds].any())
            assert (f"row label {list(values).index(rule.name)}" in doubted) == idle, (seed, rule.name)
            counts[rule.name, idle] += 1
    assert all(counts[rule.name, idle] > 5 for rule in LIMITS if rule.upper for idle in (True, False)), counts


def test_a_limit_of_next_to_nothing_is_no_warning_of_arithmetic() -> None:
    """A ceiling of 110% of a bid of 5e-324, beside options that cost millions."""
    bucks = sp.read_scenario("bucks-and-burnley")
    bids = bucks.bids.assign(amount=bucks.bids["amount"].mask(bucks.bids["area"] == "E07000117", 5e-324))
    made = bucks.with_(bids=bids, rule_rows=pd.DataFrame({"rule": ["grant_ceiling"], "value": [1.1]}))
    assert "SP-N040" in {note.code for note in made.notes}
