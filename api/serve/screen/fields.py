"""Form fields of levers: each shows a value in the unit that people use, and is read back."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from singlepot.models.levers.lever import MONEY, SHARE, Lever
from singlepot.models.levers.values import OFF, UnreadableValueError, read_value
from singlepot.models.money import spoken, without_commas
from singlepot.models.tables.plain_words import plain
from singlepot.models.tables.stage_words import stage_words

from ..sessions import Base, Pairs
from .drawings import short_unit

LOCK, NEW_AREA, NEW_SHARE = "lock.", "lock-area", "lock-share"
"""How locks begin, and the two fields that lock one more area."""

GROUPS = (
    ("Money", ("pot", "bids")),
    ("Limits on what each area gets and promises", ("rules.grant", "rules.target", "rules.own", "rules.take_up")),
    ("Moving money between years and purposes", ("rules.",)),
    ("What the nation needs", ("national",)),
    ("How much each objective counts", ("weight.", "priority.")),
    ("How losses are shared", ("equity", "give.")),
    ("What is assumed where areas say nothing", ("derive.",)),
)
"""Groups of fields, each by how the names of its levers begin; the first that fits takes a lever."""

FURTHER_DOTS = {"pot": 0, "national": 1, "derive": 1}
"""For levers of many parts, the dots in a name up to which a field is shown at once; the others are folded away."""

WORDS = {
    "pot": "The pot",
    "bids": "All bids",
    "national": "All national targets",
    "rules.grant_floor": "Lowest grant of an area",
    "rules.grant_ceiling": "Highest grant of an area",
    "rules.grant_step": "Largest change of grant beside bid, from year to year",
    "rules.target_floor": "Lowest promise of an area",
    "rules.target_ceiling": "Highest promise of an area",
    "rules.own_cost_ceiling": "Most that an area pays itself",
    "rules.take_up_floor": "Least that is used of every option",
    "rules.take_up_ceiling": "Most that is used of every option",
    "rules.carry_over": "Most that is carried into the next year",
    "rules.virement": "Most that moves between purposes",
    "equity.elasticity": "How much more they weigh (0: no more)",
}
"""Labels that are plainer than those of the levers."""

OF_WHAT = {
    "rules.grant_floor": "% of its bid",
    "rules.grant_ceiling": "% of its bid",
    "rules.grant_step": "% of its bid",
    "rules.target_floor": "% of what it proposed",
    "rules.target_ceiling": "% of what it proposed",
    "rules.own_cost_ceiling": "% of its bid",
    "rules.take_up_floor": "% of its largest take-up",
    "rules.take_up_ceiling": "% of its largest take-up",
    "rules.carry_over": "% of the year's pot",
    "rules.virement": "% of the pot it leaves",
}
"""What a share is a share of."""

SHARES_OF_STAGES = ("give.shortfall", "give.concession")
"""Stages that are measured in shares, so that what they give is written in per cent."""


@dataclass(frozen=True)
class Field:
    """A field of the form.

    Parameters
    ----------
    name, label
        Name of the lever, and what people call it.
    text
        What stands in the field; of a switch ``on`` or empty.
    unit
        What stands behind the field.
    hint
        What is there now, where the field does not say it.
    switch
        Whether it is a box to tick.
    changed
        Whether it differs from the base.
    problem
        Why what was written cannot be taken; empty where it can.
    """

    name: str
    label: str
    text: str
    unit: str = ""
    hint: str = ""
    switch: bool = False
    changed: bool = False
    problem: str = ""

    @property
    def key(self) -> str:
        """Its name as the identifier of an element."""
        return "l-" + re.sub(r"[^A-Za-z0-9-]", lambda match: f"_{ord(match[0]):x}", self.name)


@dataclass(frozen=True)
class Group:
    """A group of fields: those that are shown at once, and further ones."""

    title: str
    fields: tuple[Field, ...]
    further: tuple[Field, ...] = ()
    locks: bool = False

    @property
    def open(self) -> bool:
        """Whether something in it differs from the base, or is wrong."""
        return any(one.changed or one.problem for one in (*self.fields, *self.further))

    @property
    def further_open(self) -> bool:
        """Whether something in the further ones differs from the base, or is wrong."""
        return any(one.changed or one.problem for one in self.further)


@dataclass(frozen=True)
class Reading:
    """What a form says: the levers that differ from the base, and what cannot be read, by field."""

    pairs: Pairs
    texts: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)


def groups_of(base: Base, pairs: Pairs, reading: Reading | None = None) -> list[Group]:
    """Return the fields of all levers of a scenario, as they stand after some were pulled.

    Parameters
    ----------
    base
        The scenario whose levers they are.
    pairs
        The levers that are pulled.
    reading
        A form that could not be taken, whose texts and problems are shown.
    """
    pulled = dict(pairs)
    by_group: dict[str, list[Field]] = {title: [] for title, _ in GROUPS}
    locks: list[Field] = []
    for lever in base.levers.values():
        if lever.name.startswith(LOCK):
            if lever.name in pulled or not math.isnan(lever.now) or (reading and reading.problems.get(lever.name)):
                locks.append(_field(base, lever, pulled, reading))
            continue
        title = next((title for title, starts in GROUPS if lever.name.startswith(starts)), GROUPS[0][0])
        by_group[title].append(_field(base, lever, pulled, reading))
    groups = [Group(title, *_split(fields)) for title, fields in by_group.items() if fields]
    return [*groups, Group("Areas whose grant is fixed", tuple(locks), locks=True)]


def _split(fields: Iterable[Field]) -> tuple[tuple[Field, ...], tuple[Field, ...]]:
    shown: list[Field] = []
    further: list[Field] = []
    for one in fields:
        most = FURTHER_DOTS.get(one.name.partition(".")[0], 9)
        (further if one.name.count(".") > most or one.name.startswith("priority") else shown).append(one)
    return tuple(shown), tuple(further)


def _field(base: Base, lever: Lever, pulled: Mapping[str, float | str], reading: Reading | None) -> Field:
    standing = _standing(lever)
    text = _written(lever, pulled[lever.name]) if lever.name in pulled else standing
    problem = ""
    if reading is not None:
        text, problem = reading.texts.get(lever.name, text), reading.problems.get(lever.name, "")
    unit, hint = _unit(lever, base.money)
    return Field(
        lever.name, _label(base, lever), text, unit, hint, lever.kind == "switch", lever.name in pulled, problem
    )


def _label(base: Base, lever: Lever) -> str:
    equity = base.scenario.settings.equity
    if lever.name == "equity" and equity is not None:
        return f"Areas of low {plain(equity.attribute)} weigh more"
    if lever.name in WORDS:
        return WORDS[lever.name]
    if lever.name.startswith("give."):
        return f"How far other aims may worsen {stage_words(lever.name.removeprefix('give.'))}"
    if lever.name.startswith(LOCK):
        return lever.label.removeprefix("grant lock of ")
    return lever.label[:1].upper() + lever.label[1:]


def in_per_cent(lever: Lever) -> bool:
    """Whether a field shows a lever in per cent."""
    return lever.kind == "factor" or lever.unit == SHARE or lever.name.startswith(SHARES_OF_STAGES)


def _unit(lever: Lever, money: str) -> tuple[str, str]:
    if lever.kind == "factor":
        if math.isnan(lever.now):
            return "% of what it is", ""
        amount = spoken(lever.now, money) if lever.unit == MONEY else f"{lever.now:,.6g} {lever.unit}".strip()
        return f"% of {amount}", ""
    if lever.name in OF_WHAT:
        return OF_WHAT[lever.name], ""
    if lever.name.startswith(LOCK):
        return "% of its bid", ""
    if in_per_cent(lever):
        return "percentage points", ""
    if lever.name.startswith("give."):
        return short_unit(money), ""
    if lever.name.startswith("priority."):
        return "", "1 is served first"
    return lever.unit, ""


def _standing(lever: Lever) -> str:
    """Write what stands there without any lever."""
    if lever.kind == "switch":
        return "on"
    if lever.kind == "factor":
        return "100"
    return "" if math.isnan(lever.now) else _number(lever, lever.now)


def _written(lever: Lever, value: float | str) -> str:
    """Write the value of a lever that was pulled."""
    if value == OFF:
        return ""
    return value if isinstance(value, str) else _number(lever, value)


def _number(lever: Lever, value: float) -> str:
    return f"{100 * value if in_per_cent(lever) else value:.10g}"


def read_form(base: Base, form: Mapping[str, str]) -> Reading:
    """Read a form: what differs from the base is pulled.

    Parameters
    ----------
    base
        The scenario whose levers they are.
    form
        Text of each field; a box that is not ticked is not there, and of others what is not there is left alone.
    """
    pairs: list[tuple[str, float | str]] = []
    texts, problems = {}, {}
    given = {**form, **_new_lock(form)}
    for lever in base.levers.values():
        text = given.get(lever.name, "" if lever.kind == "switch" and "levers" in form else None)
        if text is None or text.strip() == _standing(lever):
            continue
        texts[lever.name] = text
        try:
            pairs.append((lever.name, _read(lever, text, base.money)))
        except UnreadableValueError:
            comma = " Write a point for decimals." if "," in without_commas(text) else ""
            problems[lever.name] = _expected(lever) + comma
    return Reading(tuple(pairs), texts, problems)


def _new_lock(form: Mapping[str, str]) -> Mapping[str, str]:
    area, share = form.get(NEW_AREA, ""), form.get(NEW_SHARE, "").strip()
    return {LOCK + area: share or "100"} if area else {}


def _read(lever: Lever, text: str, money: str) -> float | str:
    """Read what stands in a field: ``90`` of one in per cent is nine tenths."""
    text = without_commas(text.strip().replace("\N{MINUS SIGN}", "-"))
    if not text:
        text = OFF
    number_alone = re.fullmatch(r"(\d+\.?\d*|\.\d+)\s*%?", text)
    if number_alone and in_per_cent(lever):
        number = float(number_alone[1]) / 100
        read_value(lever, number, money)
        return round(number, 12)
    if number_alone and lever.kind == "value" and not text.endswith("%"):
        read_value(lever, number_alone[1], money)
        return float(number_alone[1])
    if lever.kind == "factor" and re.fullmatch(r"[+-]\s*[\d.]+", text):
        text += "%"
    read_value(lever, text, money)
    return text


def _expected(lever: Lever) -> str:
    """Say what a field takes."""
    if lever.kind == "factor":
        total = ", or a total such as £9.5bn" if lever.table == "pot" else ""
        return f"Write a percentage of what it is, such as 90, or a change such as \N{MINUS SIGN}10%{total}."
    if in_per_cent(lever):
        least, most = 100 * lever.least, 100 * lever.most
        ends = f"{least:g} or more" if math.isinf(most) else f"from {least:g} to {most:g}"
        return f"Write a percentage, {ends}{', or nothing for no limit' if lever.can_be_off else ''}."
    whole = "a whole number" if lever.whole else "a number"
    ends = f"{lever.least:g} or more" if math.isinf(lever.most) else f"from {lever.least:g} to {lever.most:g}"
    return f"Write {whole}, {ends}{', or nothing for none' if lever.can_be_off else ''}."
