"""Remedies of a clash, each enough by itself: amounts to add to pots, values to write for rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from singlepot.solver import Control

from ..diagnostics.problems import list_words
from ..formulation.formulation import Formulation
from ..money import outward, spoken, spoken_up
from ..scenario.scenario import Scenario
from ..scenario.titles import Titles
from ..tables.plain_words import plain
from ..tables.rule_kinds import OPTIONS, POT, RULES
from .clash import MOST_NAMED, amount, called, verb_of
from .relaxable import RelaxableProgramme
from .uniform_change import RuleValue, UniformChange, find_uniform_change


@dataclass(frozen=True, eq=False)
class Relaxation:
    """The least relaxation of one kind of limits: which limits move, by how much, and the totals.

    Parameters
    ----------
    moved
        Rows of the table of limits that move, with ``change`` in the limit's unit.
    money, share
        Sums of the changes: in money, and in shares of targets or of largest take-ups.
    """

    moved: pd.DataFrame
    money: float
    share: float


def ways_out(
    elastic: RelaxableProgramme, kinds: Sequence[str], alone: Mapping[str, Relaxation], control: Control
) -> tuple[str, ...]:
    """Say for each kind of a clash what would end it: of the whole scenario where that is enough, else of the clash.

    Parameters
    ----------
    elastic
        The programme with its limits as rows.
    kinds
        The kinds of the clash.
    alone
        The least relaxation of each kind that ends the clash by itself.
    control
        How long the search may take.
    """
    remedies = []
    for kind in alone:
        if kind == POT:
            moved = alone[POT].moved.sort_values(["envelope", "year"])
            lacking = list(zip(moved["envelope"], moved["year"], moved["change"], strict=True))
            remedies.append(say_pots(elastic.formulation, lacking))
            continue
        wholes = (elastic.keeping(which) for which in (elastic.kinds, kinds))
        changes = (find_uniform_change(elastic, [kind], programme, control) for programme in wholes)
        change = next((change for change in changes if change is not None), None)
        if change is None:
            remedies.append(_one_by_one(elastic, kind, alone[kind]))
        else:
            remedies += _by_value(elastic, change, alone[kind] if tuple(kinds) == (kind,) else None)
    return tuple(remedies)


def say_value(value: RuleValue, scenario: Scenario) -> str:
    """Say a change of a rule's value as it is to be written, such as "lower the grant floor (grant_floor) to 0.909"."""
    word = "raise" if value.to > value.value else "lower"
    titles = Titles(scenario)
    chosen = ", ".join(titles.of(column, key) for column, key in value.selectors.items())
    where = f" of {chosen}" if chosen else ""
    to = f"{value.to:.{value.decimals}f}"
    if value.basis == "amount" and not RULES[value.rule].over.of_targets:
        to = spoken(value.to, scenario.settings.money, max(value.decimals, 1))
    return f"{word} {called(value.rule)} ({RULES[value.rule].written}){where} to {to}"


def say_pots(formulation: Formulation, lacking: Sequence[tuple[str, str, float]]) -> str:
    """Say by how much each pot is to be raised, from envelope, year and amount."""
    data, money = formulation.data, formulation.scenario.settings.money
    several = len(data.envelopes) > 1
    parts = [
        (f"the pot of {plain(envelope)} " if several else "")
        + f"by {spoken_up(amount, money)}"
        + (f" in {year}" if len(data.years) > 1 else "")
        for envelope, year, amount in lacking
    ]
    return f"raise {'' if several else 'the pot '}{list_words(parts)}"


def _by_value(elastic: RelaxableProgramme, change: UniformChange, alone: Relaxation | None) -> Iterator[str]:
    """Say the values to write; of a share that bids alone stand against, what other areas need, and the basis least."""
    scenario = elastic.formulation.scenario
    text = list_words(say_value(value, scenario) for value in change.values)
    if alone is None or len(change.values) > 1 or not change.values[0].is_share:
        yield text
        return
    value = change.values[0]
    moved = alone.moved
    with np.errstate(divide="ignore", invalid="ignore"):
        needed = value.value * (moved["value"] + moved["change"]) / moved["value"]
    titles = Titles(scenario)
    extreme = needed.groupby(moved["area"]).min() if RULES[value.rule].lower else needed.groupby(moved["area"]).max()
    whole = (extreme - value.value).abs() >= 0.99 * abs(value.to - value.value)
    enough = [
        f"{outward(float(need), float(need) - value.value)[0]:g} is enough for {titles.of('area', str(place))}"
        for place, need in extreme[~whole].items()
        if whole.any()  # else what moves alone moves less than what other rules ask for
    ]
    yield text + (f" ({list_words(enough)})" if 0 < len(enough) <= MOST_NAMED else "")
    if value.basis == "reference" and "least" in RULES[value.rule].bases:
        written = f"{called(value.rule)} ({RULES[value.rule].written})"
        yield f"give {written} the basis least, the smaller of bid and reference"


def _one_by_one(elastic: RelaxableProgramme, kind: str, alone: Relaxation) -> str:
    """Say the limits to write where they are few, else what they move by in all."""
    scenario = elastic.formulation.scenario
    if len(alone.moved) > MOST_NAMED:
        shares = (0.0, alone.share) if RULES[str(alone.moved["rule"].iloc[0])].over is OPTIONS else (alone.share, 0.0)
        total = amount(alone.money, shares[0], scenario.settings.money, shares[1])
        return (
            f"{verb_of(kind)} {called(kind)} by {total} in all, which `singlepot repair --may-change {kind}` shares out"
        )
    return list_words(_limit(elastic, row) for row in alone.moved.to_dict("records"))


def _limit(elastic: RelaxableProgramme, row: Mapping[Any, Any]) -> str:
    scenario = elastic.formulation.scenario
    titles = Titles(scenario)
    rule, value, change = str(row["rule"]), float(row["value"]), float(row["change"])
    columns = ("area", "objective", *(("envelope",) if len(scenario.envelopes) > 1 else ()))
    where = [titles.of(column, str(row[column])) for column in columns]
    where += [f"“{titles.option(str(row['area']), str(row['option']))}”"] if row["option"] else []
    of, when = ", ".join(filter(None, where)), f" in {row['year']}" if row["year"] else ""
    to, decimals = outward(value + change, change)
    written = f"{to:.{decimals}f}"
    if not (RULES[rule].over.of_targets or RULES[rule].over is OPTIONS):
        written = spoken(to, scenario.settings.money, max(decimals, 1))
    return f"set {called(rule)} ({RULES[rule].written}){f' of {of}' if of else ''}{when} to {written}"
