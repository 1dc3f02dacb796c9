"""The drawn scenarios are not easy ones: counts over many of what binds."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

import singlepot as sp
from singlepot.models.formulation.bounds import grant_bounds, take_up_bounds, target_bounds
from singlepot.models.formulation.formulation import Formulation, formulate

from ..steered import MANY
from ..strategies import scenario, seeded
from .test_invariants import dense

DRAWN = max(MANY, 240)
NEAR = 1e-7

OFTEN = {"bids exceed a pot", "a shortfall remains"}
"""In at least a quarter; everything else in at least one in twenty."""

FEATURES = OFTEN | {
    "grant_floor", "grant_ceiling", "grant_step", "grant_lock", "target_floor", "target_ceiling", "target_lock",
    "own_cost_ceiling", "carry_over", "virement", "pot_share", "group", "requirement", "link",
    "raise", "save", "stretch", "efficiency", "scale-back", "side effect", "several envelopes", "national range",
    "take_up_floor", "take_up_ceiling", "used", "scheme",
    "equity", "preferences", "priorities", "give", "bands", "centre", "targets without money", "max_take_up",
}  # fmt: skip


def binding(seed: int) -> set[str]:
    """Features that bind, or are used, in the settlement of one drawn scenario."""
    made = scenario(seeded(seed))
    return binding_in(made, sp.settle(made))


def binding_in(made: sp.Scenario, settlement: sp.Settlement) -> set[str]:
    """Features that bind, or are used, in a settlement."""
    formulation = formulate(made)
    return _limits(formulation, settlement) | _options(formulation, settlement) | _national(formulation, settlement)


def _limits(formulation: Formulation, settlement: sp.Settlement) -> set[str]:
    data, rules = formulation.data, formulation.rules
    grants, targets = dense(formulation, settlement)
    rows = set()
    floor, ceiling = grant_bounds(data, rules)
    lowest, _ = target_bounds(data, rules)
    for name, limit, values, edge in (
        ("grant_floor", rules["grant_floor"], grants, floor),
        ("grant_ceiling", rules["grant_ceiling"], grants, ceiling),
        ("target_floor", rules["target_floor"], targets, lowest),
    ):
        if (limit.binds & (np.abs(values - edge) <= NEAR)).any():
            rows.add(name)
    for name, lock in (("grant_lock", rules["grant_lock"]), ("target_lock", rules["target_lock"])):
        if lock.binds.any():
            rows.add(name)
    step = np.abs(np.diff(grants - data.bid, axis=2))
    limit = rules["grant_step"].value[:, :, 1:]
    if (~np.isnan(limit) & (step > NEAR) & (step >= limit - NEAR)).any():
        rows.add("grant_step")
    for share in rules.sums:
        if abs(grants[share.areas][:, share.cells].sum() - share.limit) <= 1e-6 * max(share.limit, 1.0):
            rows.add("pot_share")
    if (settlement.pot["carried"] > NEAR).any():
        rows.add("carry_over")
    if (settlement.pot["vired"] > NEAR).any():
        rows.add("virement")
    if (data.bid.sum(axis=0) > data.pot + NEAR).any():
        rows.add("bids exceed a pot")
    if len(data.envelopes) > 1:
        rows.add("several envelopes")
    least, most = take_up_bounds(data, rules)
    index = settlement.take_up.set_index(["area", "option"])["take_up"]
    taken = index[[(data.areas[a], name) for a, name in zip(data.options.area, data.options.name, strict=True)]]
    if ((least > 0) & (taken <= least + NEAR)).any():
        rows.add("take_up_floor")
    if ((most < data.options.limit) & (most > 0) & (taken >= most - NEAR)).any():
        rows.add("take_up_ceiling")
    if ((data.options.used > 0) & (taken >= most - NEAR)).any():
        rows.add("used")
    return rows


def _options(formulation: Formulation, settlement: sp.Settlement) -> set[str]:
    data, options, programme = formulation.data, formulation.data.options, formulation.programme
    taken = settlement.take_up.set_index(["area", "option"])["take_up"]
    names = [(data.areas[a], n) for a, n in zip(options.area, options.name, strict=True)]
    share = np.asarray([taken[name] for name in names]) / options.limit
    x = np.zeros(programme.shape[1])
    x[formulation.model.take_up] = share * options.limit
    rows = np.asarray(programme.matrix @ x)
    result = set()
    for family, name in (
        ("group", "group"), ("requirement", "requirement"), ("link", "link"),
        ("own_cost", "own_cost_ceiling"), ("target_ceiling", "target_ceiling"),
    ):  # fmt: skip
        span = programme.rows(family)
        edge = np.where(np.isfinite(programme.row_upper), programme.row_upper, programme.row_lower)[span]
        used = np.asarray(abs(programme.matrix) @ np.abs(x))[span] > NEAR
        if (used & (np.abs(rows[span] - edge) <= NEAR)).any():
            result.add(name)
    span = programme.rows("scheme")
    if any((stage.row[span] != 0).any() for stage in settlement.solved_stages.marginals):
        result.add("scheme")
    money = np.bincount(options.grant.option, weights=options.grant.value, minlength=options.size)
    change = np.zeros((options.size, max(len(data.objectives), 1)))
    np.add.at(change, (options.outcome.option, options.outcome.across), options.outcome.value)
    used = share > 1e-6
    moves = np.abs(change).sum(axis=1) > 0
    own = ~options.scale_back & ~data.centre[options.area]
    kinds = {
        "scale-back": options.scale_back,
        "raise": own & (money > 0),
        "save": own & (money < 0) & moves,
        "efficiency": own & (money < 0) & ~moves,
        "stretch": own & (money == 0) & moves,
        "side effect": own & ((np.abs(change) > 0).sum(axis=1) > 1),
        "max_take_up": own & (options.limit != 1),
        "centre": data.centre[options.area],
    }
    return result | {name for name, of in kinds.items() if (of & used).any()}


def _national(formulation: Formulation, settlement: sp.Settlement) -> set[str]:
    data, settings = formulation.data, settlement.scenario.settings
    rows = set()
    if (settlement.national["shortfall"] > NEAR).any():
        rows.add("a shortfall remains")
    missed = settlement.national[settlement.national["shortfall"] > NEAR]
    if missed["year"].str.contains(":").any():
        rows.add("national range")
    if ((settlement.stages["final"] - settlement.stages["value"]) > 1e-9).any():
        rows.add("give")
    if settings.equity is not None and np.ptp(data.equity) > 0 and len(settlement.asks):
        rows.add("equity")
    if data.preference.size and np.ptp(data.preference) > 0 and (settlement.targets["concession"] > NEAR).any():
        rows.add("preferences")
    if len(set(data.priority.tolist())) > 1 and len(missed):
        rows.add("priorities")
    if settings.stages.bands.ends != (0.05, 0.15, 0.35) and len(settlement.asks):
        rows.add("bands")
    if ((data.bid_of_area == 0) & (data.proposed.sum(axis=(1, 2)) > 0) & ~data.centre).any():
        rows.add("targets without money")
    return rows


def test_every_feature_binds_often_enough(capsys: pytest.CaptureFixture[str]) -> None:
    """The counts are printed; of few scenarios a fifth less may be chance."""
    counts: Counter[str] = Counter()
    for seed in range(DRAWN):
        counts.update(binding(seed))
    with capsys.disabled():
        print("\n" + "\n".join(f"{counts[name]:>4} of {DRAWN}  {name}" for name in sorted(FEATURES)))
    room = 1.0 if MANY else 0.8
    rare = {n: counts[n] for n in FEATURES if counts[n] < room * DRAWN / (4 if n in OFTEN else 20)}
    assert not rare
