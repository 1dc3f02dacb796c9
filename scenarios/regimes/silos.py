"""Silos: each objective, or each source of the pot, has a budget of its own and pays for its programmes alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from singlepot.models.scenario.arrays import Arrays
from singlepot.models.scenario.option_purpose import meant_for
from singlepot.models.scenario.scenario import Scenario
from singlepot.solver import Extra, ExtraRows

from .allocations import Floats
from .plan import Silos, unknown_name


@dataclass(frozen=True, eq=False)
class Split:
    """Division of pot, bids and options among the silos.

    Attributes
    ----------
    names
        The silos, S.
    pot
        Budget of each, S×E×T, money; together they are the pot.
    bids
        Share of each area's bid that each silo pays, A×S.
    options
        Share of each option's grant that each silo pays, J×S; of a scale-back as of the bid.
    """

    names: tuple[str, ...]
    pot: Floats
    bids: Floats
    options: Floats


def split(scenario: Scenario, data: Arrays, plan: Silos) -> Split:
    """Divide pot, bids and options among the silos.

    A bid is for several objectives at once, without an amount for each. It is divided in proportion to the
    proposed targets times what a unit costs: the grants of the area's own options for that objective over what they
    change; where it has none, the nation's median; for an objective without any, what makes it as dear as the mean of
    the others. An option belongs to the objective that it is for; one for none is divided as the bid is.

    By objective, each silo has the share of every pot in ``shares``; those not named divide the rest as the bids do.
    By source, each has its own rows of the pot, and pays for the objectives in ``pays_for``.
    """
    of_bids = bid_shares(data)
    of_options = _option_shares(data, of_bids)
    member, names, pot = _silos(scenario, data, plan, of_bids)
    return Split(names, pot, of_bids @ member, of_options @ member)


def bid_shares(data: Arrays) -> Floats:
    """Share of each area's bid for each objective, A×K; each area's shares add up to 1."""
    if not data.objectives:
        return np.zeros((len(data.areas), 0))
    money = _unit_costs(data) * data.proposed.sum(axis=2)
    whole = money.sum(axis=1)
    nation = (money * np.divide(data.bid_of_area, whole, out=np.zeros(len(whole)), where=whole > 0)[:, None]).sum(
        axis=0
    )
    even = nation / nation.sum() if nation.sum() > 0 else np.full(len(nation), 1 / len(nation))
    return np.where(whole[:, None] > 0, money / np.where(whole > 0, whole, 1.0)[:, None], even)


def _unit_costs(data: Arrays) -> Floats:
    """Unit cost of each objective in each area, from the area's options that move money for it; A×K."""
    options = data.options
    shape = (len(data.areas), len(data.objectives))
    money = np.bincount(options.grant.option, weights=np.abs(options.grant.value), minlength=options.size)
    change = np.zeros((options.size, shape[1]))
    np.add.at(change, (options.outcome.option, options.outcome.across), np.abs(options.outcome.value))
    meant = meant_for(data) & ((money > 0) & ~options.scale_back)[:, None]
    single = meant & (meant.sum(axis=1) == 1)[:, None]
    spent, changed = np.zeros(shape), np.zeros(shape)
    np.add.at(spent, options.area, money[:, None] * single)
    np.add.at(changed, options.area, change * single)
    local = np.divide(spent, changed, out=np.full(shape, np.nan), where=changed > 0)
    national = np.asarray([_median(column) for column in local.T])
    total = data.proposed.sum(axis=(0, 2))
    known = np.isfinite(national) & (total > 0)
    usual = float((national * total)[known].mean()) if known.any() else 1.0
    guess = np.divide(usual, total, out=np.zeros(len(total)), where=total > 0)
    return np.where(np.isfinite(local), local, np.where(np.isfinite(national), national, guess))


def _median(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else np.nan


def _option_shares(data: Arrays, of_bids: Floats) -> Floats:
    """Share of each option for each objective, J×K."""
    options = data.options
    meant = meant_for(data) & ~options.scale_back[:, None]
    count = meant.sum(axis=1, keepdims=True)
    return np.where(count > 0, meant / np.maximum(count, 1), of_bids[options.area])


def _silos(scenario: Scenario, data: Arrays, plan: Silos, of_bids: Floats) -> tuple[Floats, tuple[str, ...], Floats]:
    """Membership of objectives in silos (K×S), the names, and the pots (S×E×T)."""
    keys = data.objectives
    if plan.by == "objective":
        share = _pot_shares(data, plan, of_bids)
        return np.eye(len(keys)), keys, share[:, None, None] * data.pot
    table = scenario.filled("pot")
    sources = tuple(sorted(set(table["source"])))
    member, pot = np.zeros((len(keys), len(sources))), np.zeros((len(sources), *data.pot.shape))
    for source in plan.pays_for:
        if source not in sources:
            raise unknown_name("silos", "pays_for", source, f"a source of the pot: {', '.join(sources)}")
    for row in table.to_dict("records"):
        at = (data.envelopes.index(row["envelope"]), data.years.index(row["year"]))
        pot[(sources.index(row["source"]), *at)] += row["amount"]
    payer = {key: source for source, paid in plan.pays_for.items() for key in paid}
    for key in payer:
        if key not in keys:
            raise unknown_name("silos", "pays_for", key, f"an objective: {', '.join(keys)}")
    for position, key in enumerate(keys):
        if key not in payer:
            raise unknown_name("silos", "pays_for", key, f"a source that pays for it: {', '.join(sources)}")
        member[position, sources.index(payer[key])] = 1.0
    return member, sources, pot


def _pot_shares(data: Arrays, plan: Silos, of_bids: Floats) -> Floats:
    """Share of the pot of each objective, K."""
    bid_for = (of_bids * data.bid_of_area[:, None]).sum(axis=0)
    stated = np.asarray([plan.shares.get(key, np.nan) for key in data.objectives])
    for key in plan.shares:
        if key not in data.objectives:
            raise unknown_name("silos", "shares", key, f"an objective: {', '.join(data.objectives)}")
    named = np.isfinite(stated)
    rest = 1 - float(stated[named].sum())
    if rest < -1e-9 or (named.all() and len(stated) and abs(rest) > 1e-9):
        raise unknown_name("silos", "shares", f"{1 - rest:g} in all", "shares that add up to 1")
    free = np.where(named, 0.0, bid_for)
    spread = free / free.sum() if free.sum() > 0 else (~named) / max(int((~named).sum()), 1)
    return np.asarray(np.where(named, np.nan_to_num(stated), max(rest, 0.0) * spread), dtype=np.float64)


def rows_of(data: Arrays, division: Split) -> Extra:
    r"""Budget rows of the silos, which are added to the programme of the single pot.

    .. math:: \sum_a \sigma_{as} b_{aet} + \sum_j \tau_{js} G_{jet} s_j \le B_{set} + (\text{its share of what moves})

    σ: share of a bid. τ: share of an option. B: budget of the silo. Carry-over and virement move the silos' money in
    the proportions in which they hold the pot it leaves. Rows ``extra[silo …]``.
    """

    def add(further: ExtraRows) -> None:
        take_up = _columns(further, data)
        part = np.divide(division.pot, data.pot, out=np.zeros_like(division.pot), where=data.pot > 0)
        asked = np.einsum("as,aet->set", division.bids, data.bid)
        cells = data.options.grant
        for s, name in enumerate(division.names):
            value = cells.value * division.options[cells.option, s]
            for e, t in np.ndindex(data.pot.shape):
                here = (cells.across == e) & (cells.year == t) & (value != 0)
                columns, values = [take_up[cells.option[here]]], [value[here]]
                for column, weight in _moves(further, data, part[s], e, t):
                    columns.append(np.asarray([column]))
                    values.append(np.asarray([weight]))
                label = f"silo {name} {data.envelopes[e]} {data.years[t]}"
                limit = float(division.pot[s, e, t] - asked[s, e, t])
                further.at_most(label, np.concatenate(columns), np.concatenate(values), limit)

    return add


def _columns(further: ExtraRows, data: Arrays) -> npt.NDArray[np.int64]:
    """Columns of the take-up of each option."""
    labels = further.labels("take_up")
    position = {
        (area, option): int(column)
        for area, option, column in zip(labels["area"], labels["option"], labels["column"], strict=True)
    }
    names = zip(data.labels("areas", data.options.area), data.options.name, strict=True)
    return np.asarray([position[pair] for pair in names], dtype=np.int64)


def _moves(further: ExtraRows, data: Arrays, part: Floats, e: int, t: int) -> list[tuple[int, float]]:
    """Columns of carry-over and virement out of and into a pot, with the silo's share of the pot that each leaves."""
    envelope, year = data.envelopes[e], data.years[t]
    moves = []
    carried = further.labels("carry_over")
    for i, column in enumerate(carried["column"]):
        if carried["envelope"][i] != envelope:
            continue
        leaves = data.years.index(carried["year"][i])
        if leaves == t:
            moves.append((int(column), float(part[e, t])))
        elif leaves == t - 1:
            moves.append((int(column), -float(part[e, t - 1])))
    moved = further.labels("virement")
    for i, column in enumerate(moved["column"]):
        if moved["year"][i] != year:
            continue
        if moved["envelope"][i] == envelope:
            moves.append((int(column), float(part[e, t])))
        elif moved["into"][i] == envelope:
            moves.append((int(column), -float(part[data.envelopes.index(moved["envelope"][i]), t])))
    return moves
