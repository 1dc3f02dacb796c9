"""Asks and notices of a round as tables, with reasons for the centre and reasons that name no other area."""

from __future__ import annotations

from collections.abc import Container, Mapping

import numpy as np
import pandas as pd

from singlepot.models.explanation.merit_order import CUTS
from singlepot.models.explanation.reasons import Moved, reasons
from singlepot.models.scenario.array_types import Floats
from singlepot.models.settlement.settlement import Settlement

from ..columns import ASK_COLUMNS, FOR_CENTRE, OUTPUTS
from ..programme import keys_of
from ..state import Key
from .settling import SMALL_SHARE, Round, used_of


def asks_table(made: Round, talks: str, number: int, head: str) -> pd.DataFrame:
    """List the asks of a round.

    Parameters
    ----------
    made
        The round.
    talks, number, head
        Hash that names the talks, number of the round, and hash of its entry.

    Returns
    -------
    A row for each ask: talks, round, head, area, name, contact, option, option_name, accepted, asked (take-up),
    asked_share (of the largest take-up that is left), grant_change (money beyond what is accepted, over all years), one
    column for each objective, reason, grant_if_all_accepted, grant_if_nothing_more (the area's over all years), and for
    the centre reason_with_rivals and next_best (the next option of the same need that is open and not used up).
    """
    scenario = made.all_accepted.scenario
    areas, options = scenario.filled("areas"), scenario.filled("options")
    names = dict(zip(areas["code"], areas["name"], strict=True))
    contacts = dict(zip(areas["code"], areas["contact"], strict=True))
    titles = dict(zip(zip(options["area"], options["option"], strict=True), options["name"], strict=True))
    keys = list(scenario.objectives["key"])
    effects = _effects(made.all_accepted)
    plain, full = plain_reasons(made.all_accepted), _reasons_of(made.all_accepted)
    after, now = grants_of(made.all_accepted), grants_of(made.agreed_so_far)
    following = _next_best(made)
    rows = []
    for key, ask in sorted(made.state.asks.items()):
        area, option = key
        effect = effects[key] * (ask.asked - ask.accepted)
        rows.append(
            {
                "talks": talks, "round": number, "head": head, "area": area, "name": names[area],
                "contact": contacts[area], "option": option, "option_name": titles[key] or option,
                "accepted": ask.accepted, "asked": ask.asked, "asked_share": ask.asked / made.state.most[key],
                "grant_change": effect[0], **dict(zip(keys, effect[1:].tolist(), strict=True)),
                "reason": plain.get(key, ""), "grant_if_all_accepted": after[area],
                "grant_if_nothing_more": now[area], "reason_with_rivals": full.get(key, ""),
                "next_best": following.get(key, ""),
            }
        )  # fmt: skip
    return pd.DataFrame(rows, columns=[*ASK_COLUMNS, *keys, *OUTPUTS, *FOR_CENTRE])


def notices_table(settlement: Settlement, told: Container[Key] = ()) -> pd.DataFrame:
    """List the scale-backs of a settlement in which everything open is accepted, and other options that are only told.

    Returns
    -------
    A row for each: area, option, take_up, grant_change, one column for each objective, reason (naming no other area).
    """
    plain, asks = plain_reasons(settlement), settlement.asks
    keys = zip(asks["area"], asks["option"], strict=True)
    chosen = [option.startswith("scale-back") or (area, option) in told for area, option in keys]
    table = asks[np.asarray(chosen, dtype=bool)].reset_index(drop=True)
    table["reason"] = [plain.get(key, "") for key in zip(table["area"], table["option"], strict=True)]
    return table


def grants_of(settlement: Settlement) -> dict[str, float]:
    """Return the grant of each area over all years and envelopes; 0 without one."""
    grants = settlement.grants.groupby("area")["grant"].sum()
    return {str(code): float(grants.get(code, 0.0)) for code in settlement.scenario.areas["code"]}


def plain_reasons(settlement: Settlement) -> dict[Key, str]:
    """Return the reasons of a settlement's asks without other areas, their options and what these cost."""
    orders, data, pot = settlement.merit_orders, settlement.solved_stages.formulation.data, settlement.pot
    out, into = np.zeros(data.pot.shape), np.zeros(data.pot.shape)
    at = ([data.envelopes.index(name) for name in pot["envelope"]], [data.years.index(year) for year in pot["year"]])
    out[at] = pot["carried"].to_numpy(float) + pot["vired"].to_numpy(float)
    into[at] = pot["carried_in"].to_numpy(float) + pot["vired_in"].to_numpy(float)
    texts = reasons(orders, Moved(out, into), with_rivals=False)
    return dict(zip(keys_of(data), texts.tolist(), strict=True))


def _reasons_of(settlement: Settlement) -> dict[Key, str]:
    table = settlement.asks
    return dict(zip(zip(table["area"], table["option"], strict=True), table["reason"], strict=True))


def _effects(settlement: Settlement) -> Mapping[Key, Floats]:
    """Return what each option changes at take-up 1 over all years: grant, then each objective."""
    data = settlement.solved_stages.formulation.data
    options = data.options
    totals = np.zeros((options.size, 1 + len(data.objectives)))
    np.add.at(totals[:, 0], options.grant.option, options.grant.value)
    np.add.at(totals, (options.outcome.option, 1 + options.outcome.across), options.outcome.value)
    position = [0, *(1 + data.objectives.index(key) for key in settlement.scenario.objectives["key"])]
    return dict(zip(keys_of(data), totals[:, position], strict=True))


def _next_best(made: Round) -> dict[Key, str]:
    """Name for each ask the first option of its need that is open and not used up, other than itself."""
    table, used = made.all_accepted.best_placed.table, used_of(made.all_accepted)
    ranked: dict[str, list[Key]] = {}
    need_of: dict[Key, str] = {}
    for need, area, option in zip(table["need"], table["area"], table["option"], strict=True):
        key = (area, option)
        if need == CUTS or key not in need_of:
            need_of[key] = need
        left = made.state.open.get(key, 0.0) - used.get(key, 0.0)
        if left > SMALL_SHARE * made.state.most.get(key, 1.0):
            ranked.setdefault(need, []).append(key)
    names = dict(zip(made.all_accepted.scenario.areas["code"], made.all_accepted.scenario.areas["name"], strict=True))
    following: dict[Key, str] = {}
    for key in made.state.asks:
        others = [other for other in ranked.get(need_of.get(key, ""), ()) if other != key]
        if others:
            following[key] = f"{names[others[0][0]]}: {others[0][1]}"
    return following
