"""Scenario of talks as of a state: the opening one with moves and offers, and take-up ceilings from what was said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from singlepot.models.formulation.bounds import take_up_bounds
from singlepot.models.formulation.rules import resolve
from singlepot.models.money import POUNDS_PER
from singlepot.models.scenario.array_types import Floats
from singlepot.models.scenario.arrays import Arrays, arrays
from singlepot.models.scenario.scenario import Scenario
from singlepot.models.tables.rule_kinds import bounds_of

from ..what_if.what_if import apply_what_if
from .state import Key, Offer, State

CEILING_RULE, FLOOR_RULE = (bounds_of("take_up")[sense].name for sense in ("ceiling", "floor"))


def scenario_of_talks(base: Scenario, state: State) -> Scenario:
    """Apply the moves of the centre, then add the offers that were taken.

    Parameters
    ----------
    base
        The scenario that the talks were opened with.
    state
        State of the talks.
    """
    moved = apply_what_if(base, [dict(move) for move in state.moves]) if state.moves else base
    return with_offers(moved, state.taken) if state.taken else moved


def with_offers(scenario: Scenario, offers: Sequence[Offer]) -> Scenario:
    """Add offers as options; an offer in place of another option shares its group, and no floor forces it."""
    scenario = scenario.derived()
    options, years = scenario.given["options"], scenario.given["option_years"]
    groups = {(offer.key[0], offer.instead_of): offer.group for offer in offers if offer.instead_of}
    if groups:
        named = options["group"].tolist() if "group" in options else [""] * len(options)
        keys = zip(options["area"], options["option"], strict=True)
        options["group"] = [group or groups.get(key, "") for group, key in zip(named, keys, strict=True)]
    rows = [{**offer.row, "group": offer.group if offer.instead_of else ""} for offer in offers]
    short = "grant" in years  # as a table of one envelope may name its column
    more = [
        {"grant" if short and name.startswith("grant_") else name: value for name, value in row.items()}
        for offer in offers
        for row in offer.years
    ]
    made = scenario.with_(options=_joined(options, rows), option_years=_joined(years, more))
    data = arrays(made)
    lower, _ = take_up_bounds(data, resolve(made, data))
    new = {offer.key for offer in offers}
    free = np.asarray([0.0 if key in new else lower[j] for j, key in enumerate(keys_of(data))])
    return made if (free == lower).all() else rule_rows(made, FLOOR_RULE, data, free)


def _joined(table: pd.DataFrame, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Add rows under a table; columns that one of them lacks are empty there."""
    records = [*table.to_dict("records"), *rows]
    return pd.DataFrame(records, columns=list(dict.fromkeys([*table.columns, *(key for row in rows for key in row)])))


def keys_of(data: Arrays) -> list[Key]:
    """Return area and name of every option and scale-back, in the order of the programme."""
    return list(zip(data.labels("areas", data.options.area).tolist(), data.options.name.tolist(), strict=True))


def bounds_of_options(scenario: Scenario) -> dict[Key, tuple[float, float, float]]:
    """Return the take-up that is left of each option of the table, and floor and ceiling by the scenario's own rules.

    A floor of one part of a joint scheme is one of all its parts.
    Options that cannot be used, having no take-up or requiring one without, are left out.
    """
    data, lower, upper = _own_bounds(scenario)
    return {
        key: (float(data.options.available[j]), float(lower[j]), float(upper[j]))
        for j, key in enumerate(keys_of(data))
        if not data.options.scale_back[j]
    }


def _own_bounds(scenario: Scenario) -> tuple[Arrays, Floats, Floats]:
    """Floors and ceilings of take-ups by a scenario's own rules; a floor of a part of a joint scheme is one of all."""
    data = arrays(scenario)
    lower, upper = take_up_bounds(data, resolve(scenario, data))
    joint = np.flatnonzero(data.options.scheme >= 0)
    scheme, limit = data.options.scheme[joint], data.options.limit[joint]
    share = np.zeros(int(scheme.max(initial=-1)) + 1)
    np.maximum.at(share, scheme, lower[joint] / limit)
    lower[joint] = np.maximum(lower[joint], share[scheme] * limit)
    return data, lower, upper


def options_of_centre(scenario: Scenario) -> frozenset[Key]:
    """Return the options of the centre, which needs no consent."""
    data = arrays(scenario)
    return frozenset(key for j, key in enumerate(keys_of(data)) if data.centre[data.options.area[j]])


def limited(scenario: Scenario, limits: Mapping[Key, float]) -> Scenario:
    """Hold take-ups to limits, within the scenario's own rules on take-ups.

    Parameters
    ----------
    scenario
        The scenario; it is returned as it is where no limit is under its own ceilings.
    limits
        Largest take-up of options, from now on.
    """
    data, lower, upper = _own_bounds(scenario)
    most = np.asarray([limits.get(key, np.inf) for key in keys_of(data)])
    held = np.maximum(lower, np.minimum(upper, most))
    return scenario if (held == upper).all() else rule_rows(scenario, CEILING_RULE, data, held)


def rule_rows(scenario: Scenario, rule: str, data: Arrays, value: Floats) -> Scenario:
    """Replace the rows of a rule on take-ups by one row for each option, in amounts; shares taken before count."""
    rules = scenario.given["rules"]
    kept = rules[rules["rule"] != rule]
    options = data.options
    plain = 0.0 if rule == FLOOR_RULE else options.available
    general = rule in scenario.settings.rules
    needed = np.flatnonzero((value != plain) | (general & ~options.scale_back))
    amounts = np.minimum(value + options.limit * options.used, options.limit)
    keys = keys_of(data)
    rows = [
        {"rule": rule, "value": float(amounts[j]), "basis": "amount", "area": keys[j][0], "option": keys[j][1]}
        for j in needed.tolist()
    ]
    return scenario.with_(rule_rows=_joined(kept, rows))


def pounds_moved(scenario: Scenario, *, net: bool = False) -> dict[Key, float]:
    """Return the pounds that each option moves at take-up 1 over all years and envelopes, in any direction or net."""
    table = scenario.filled("option_years")
    grants = table[[f"grant_{envelope}" for envelope in scenario.envelopes]].to_numpy(float)
    pounds = (grants if net else np.abs(grants)).sum(axis=1) * POUNDS_PER[scenario.settings.money]
    totals: dict[Key, float] = {}
    for area, option, amount in zip(table["area"], table["option"], pounds.tolist(), strict=True):
        totals[area, option] = totals.get((area, option), 0.0) + amount
    return totals
