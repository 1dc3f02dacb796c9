"""The log of decisions lists every rule, stage and setting that was chosen, and by whom and why where it is stated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from singlepot.models.diagnostics.problems import list_words
from singlepot.models.settings.settings import DEFAULT_ORDER, Bands
from singlepot.models.tables.plain_words import plain
from singlepot.models.tables.rule_kinds import RULES, names_of
from singlepot.models.tables.stage_words import stage_words

from ..text.lines import setting_words
from .assumptions import NOT_STATED, effect_text

if TYPE_CHECKING:
    from singlepot.models.settlement.settlement import Settlement

COLUMNS = ("decision", "what", "value", "by", "date", "why", "effect")
"""Columns of the log."""

BY_PROGRAM = "singlepot"
"""Decision-maker of what the program does by itself."""

Row = tuple[str, str, str, str]
"""Name, meaning, value, and the decision-maker unless the scenario states another."""


def decisions(settlement: Settlement) -> list[tuple[str, ...]]:
    """List every decision, those that only the scenario's log names last.

    Returns
    -------
    Rows of :data:`COLUMNS`.
    """
    stated = dict(settlement.scenario.settings.log.get("decisions", {}))
    rows: list[tuple[str, ...]] = []
    for name, what, value, by in _settings_rows(settlement):
        entry = stated.pop(name, {})
        effect = effect_text(settlement, name) if name.startswith("rules.") else ""
        rows.append(
            (
                setting_words(name),
                what,
                value,
                entry.get("by") or by,
                entry.get("date", ""),
                entry.get("why", ""),
                effect,
            )
        )
    for name, entry in stated.items():
        written = [entry.get(column, "") for column in COLUMNS[1:-1]]
        rows.append((name, *written[:2], written[2] or NOT_STATED, *written[3:], ""))
    return rows


def _settings_rows(settlement: Settlement) -> Iterator[Row]:
    scenario, settings = settlement.scenario, settlement.scenario.settings
    yield "years", "Years that are settled", settings.period, NOT_STATED
    yield "money", "Unit of money", settings.money, NOT_STATED
    yield "price_base", "Prices of the year", settings.price_base or NOT_STATED, NOT_STATED
    table = scenario.filled("rules")
    rows: Mapping[str, int] = Counter(names_of(table["rule"], table["level"]))
    for name, rule in RULES.items():
        general, particular = settings.rules.get(name), int(rows.get(name, 0))
        if general is None and not particular:
            continue
        parts = [f"{general:g}"] if general is not None else []
        if particular:
            parts.append(f"{particular} rows of the table rules" if particular > 1 else "a row of the table rules")
        yield f"rules.{name}", rule.explanation, ", and ".join(parts), NOT_STATED
    equity, value = settings.equity, "all alike"
    if equity is not None:
        value = f"(median / {plain(equity.attribute)}) to the power {equity.elasticity:g}"
    yield "equity", "How areas weigh", value, NOT_STATED
    yield from _stage_rows(settlement)
    provenance = settlement.provenance
    solver = f"{provenance.get('backend', '')} {provenance.get('backend_version', '')}".strip()
    yield "solver", "Who solved the stages", solver or NOT_STATED, NOT_STATED
    yield (
        "sharing",
        "What is left to choose after the stages",
        "shared so that equal areas are treated equally; the answer is unique",
        BY_PROGRAM,
    )
    rounding = "to the nearest pound where the pot has room, else by largest remainder; a tie goes by area code"
    yield "rounding", "How grants become whole pounds", rounding, BY_PROGRAM
    for label in provenance.get("extra") or ():  # type: ignore[attr-defined]
        yield f"extra {label}", "A constraint that a program added", label, NOT_STATED


def _stage_rows(settlement: Settlement) -> Iterator[Row]:
    stages = settlement.scenario.settings.stages
    by = "default of singlepot" if stages.order == DEFAULT_ORDER else NOT_STATED
    yield "stages.order", "What is minimised, in this order", list_words(map(stage_words, stages.order)), by
    given = ", ".join(f"{stage_words(name)} {value:g}" for name, value in stages.give.items())
    by = NOT_STATED if given else BY_PROGRAM
    yield "stages.give", "How much of a stage later ones may use", given or "nothing", by
    if stages.limits:
        limits = ", ".join(f"{stage_words(name)} {value:g}" for name, value in stages.limits.items())
        yield "stages.limits", "Up to where later stages may use one that gives", limits, NOT_STATED
    bands = stages.bands
    ends = [f"{slope:g} up to {end:.4g}" for slope, end in zip(bands.slopes, bands.ends, strict=False)]
    value = ", ".join([*ends, f"{bands.slopes[-1]:g} beyond" if ends else f"{bands.slopes[-1]:g}"])
    by = "default of singlepot" if bands == Bands() else NOT_STATED
    yield "stages.bands", "How concessions and burdens weigh as they grow", value, by
