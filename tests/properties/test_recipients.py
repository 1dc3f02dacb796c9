"""Rules of recipients and capacities on drawn scenarios: they hold, and say of one member what rules of areas say."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import singlepot as sp
from singlepot.models.assurance.double_build import rebuild
from singlepot.models.assurance.statement import state
from singlepot.models.assurance.statement.words import exact
from singlepot.models.assurance.verification.outcome import Outcome
from singlepot.models.assurance.verification.rules import check_rules
from singlepot.models.assurance.verification.written import Book
from singlepot.models.formulation.formulation import Formulation, formulate
from singlepot.models.formulation.recipients import values_together
from singlepot.models.tables.rule_kinds import RULES

from ..agreement import judge
from ..steered import MANY
from ..strategies import Draft, HypothesisPicker, drafts, scenario, seeded_two_tiers, two_tiers
from .test_invariants import dense

OF_RECIPIENTS = [name for name, rule in RULES.items() if rule.over.members is not None]


@st.composite
def tiered(draw: st.DrawFn) -> Draft:
    return two_tiers(HypothesisPicker(draw))


def limited(formulation: Formulation, settlement: sp.Settlement, name: str) -> np.ndarray:
    """What a rule limits at a settlement, over its axes."""
    data, rule = formulation.data, RULES[name]
    grants, targets = dense(formulation, settlement)
    if rule.written == "capacity":
        values = grants.sum(axis=1)
    elif rule.written == "own_cost_ceiling":
        options = data.options
        taken = settlement.take_up.set_index(["area", "option"])["take_up"]
        keys = [(data.areas[a], option) for a, option in zip(options.area, options.name, strict=True)]
        values = np.bincount(options.area, options.own_cost * taken[keys].to_numpy(), len(data.areas))
    elif rule.sense == "step":
        values = np.zeros(grants.shape)
        values[:, :, 1:] = np.diff(grants - data.bid, axis=2)
    else:
        values = targets if rule.over.of_targets else grants
    return values if rule.over.members is None else values_together(rule, values, data)


@given(tiered())
def test_every_limit_holds(made: Draft) -> None:
    settlement = sp.settle(scenario(made))
    formulation = formulate(settlement.scenario)
    for name in ("capacity", *OF_RECIPIENTS):
        rule, limit = RULES[name], formulation.rules[name]
        values = limited(formulation, settlement, name)
        slack = 1e-8 * np.maximum(np.abs(np.nan_to_num(limit.value)), 1.0)
        if rule.lower and rule.sense != "step":
            assert not (limit.binds & (values < limit.value - slack)).any(), name
        if rule.upper:
            size = np.abs(values) if rule.sense == "step" else values
            assert not (limit.binds & (size > limit.value + slack)).any(), name


@given(tiered())
def test_recipients_hold_what_their_members_do_to_the_pound(made: Draft) -> None:
    """Where somebody holds another's grant; and all pounds together stay within the pots."""
    settlement = sp.settle(scenario(made))
    if settlement.recipients is not None:
        assert settlement.recipients["pounds"].sum() == settlement.grants["pounds"].sum()
    assert settlement.grants["pounds"].sum() <= made["pot"]["amount"].sum() * 1e6 + 1e-3


SHARED = {rule.written for rule in RULES.values() if rule.over.members is not None}


@given(drafts(simple=True), st.sampled_from(["grant_ceiling", "grant_step", "own_cost_ceiling", "capacity"]))
def test_a_recipient_of_one_member_is_limited_as_its_area_is(made: Draft, rule: str) -> None:
    """A share of the bid at level recipient, each area being its own, settles as the same row at level area."""
    assert rule in SHARED
    rules = {name: value for name, value in made["rules"].items() if name != rule}
    rows = pd.DataFrame({"rule": [rule], "value": [max(RULES[rule].least, 0.02)], "level": [""]})
    base = {**made, "rules": rules, "rule_rows": rows}
    tables = [base, {**base, "rule_rows": rows.assign(level="recipient")}]
    try:
        one, other = (sp.settle(scenario(each)) for each in tables)
    except sp.NoSettlementError:
        with pytest.raises(sp.NoSettlementError):
            sp.settle(scenario(tables[1]))
        return
    size = max(float(made["bids"]["amount"].mean()), 1.0)
    assert (one.grants["grant"] - other.grants["grant"]).abs().max() <= 1e-7 * size
    assert one.stages["value"].tolist() == pytest.approx(other.stages["value"].tolist(), abs=1e-9, rel=1e-7)


@pytest.mark.parametrize("seed", range(max(MANY, 6)))
def test_the_double_build_agrees(seed: int) -> None:
    made = scenario(seeded_two_tiers(seed))
    judge(sp.settle(made), rebuild(made))


def test_every_rule_binds_in_some_drawn_scenario() -> None:
    """Where it does, it has a price: most rules in a few scenarios, every rule in one of sixty of many."""
    bound: Counter[str] = Counter()
    for seed in range(max(MANY, 24)):
        bound.update({price.kind for price in sp.settle(scenario(seeded_two_tiers(seed))).prices})
    names = ["capacity", *OF_RECIPIENTS]
    often = [name for name in names if bound[RULES[name].words] >= max(MANY // 60, 1)]
    assert len(often) >= (len(names) if MANY else 5), bound


TIGHT = {
    "grant_floor": (0.99, "below what it may be"),
    "grant_step": (0.0, "what it may be"),
    "target_floor": (1.0, "below what it may be"),
    "own_cost_ceiling": (0.0, "above what it may be"),
    "capacity": (1.0, "above what it may be"),
}
"""Values that settlements of scenarios without the rule break now and then."""


@pytest.mark.parametrize("rule", TIGHT)
def test_a_settlement_that_breaks_a_rule_is_found_out(rule: str) -> None:
    """The take-ups are those of the scenario without the rule, done again in exact numbers under it."""
    value, words = TIGHT[rule]
    for seed in range(40):
        made = seeded_two_tiers(seed)
        free = scenario({name: cells for name, cells in made.items() if name != "rule_rows"})
        row = pd.DataFrame({"rule": [rule], "value": [value], "level": ["recipient"]})
        settled = sp.settle(free)
        ruled = free.with_(rule_rows=row)
        book = Book()
        taken = settled.take_up.to_dict("records")
        outcome = Outcome(state(ruled), {(r["area"], r["option"]): exact(r["take_up"]) for r in taken})
        check_rules(outcome, "grants", "targets", "take_up", book)
        broken = [str(finding) for finding in book.findings]
        assert all(rule in finding and words in finding for finding in broken)
        formulation = formulate(ruled)
        assert bool(broken) == _breaks(formulation, settled, f"recipient_{rule}")
        if broken:
            return
    raise AssertionError(f"no drawn scenario breaks {rule}")


def _breaks(formulation: Formulation, settlement: sp.Settlement, name: str) -> bool:
    rule, limit = RULES[name], formulation.rules[name].value
    values = limited(formulation, settlement, name)
    values = np.abs(values) if rule.sense == "step" else values
    slack = 1e-9 * np.maximum(np.abs(np.nan_to_num(limit)), 1.0)
    low = rule.lower and rule.sense != "step"
    return bool(((values < limit - slack) if low else (values > limit + slack)).any())
