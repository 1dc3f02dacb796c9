"""The log of assumptions gives their sources and confidence, and their first-order effect on the result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from singlepot.models.money import spoken
from singlepot.models.scenario.titles import Titles
from singlepot.models.tables.stage_words import stage_words

if TYPE_CHECKING:
    from singlepot.models.analysis.first_order import Effect
    from singlepot.models.settlement.settlement import Settlement

COLUMNS = ("assumption", "what", "value", "unit", "source", "confidence", "effect")
"""Columns of the log."""

INSIDE = "not computed: it is inside the tables; change them in a what-if or an ensemble to see its effect"
"""Effect of an assumption that nothing of the programme is proportional to."""

NOT_STATED = "not said"
"""Entry where the modeller states nothing."""


def assumptions(settlement: Settlement) -> list[tuple[str, ...]]:
    """List the assumptions that the scenario names, then pots and national targets that none of them covers.

    Returns
    -------
    Rows of :data:`COLUMNS`.
    """
    stated = {**settlement.scenario.assumptions, **settlement.scenario.settings.log.get("assumptions", {})}
    rows: list[tuple[str, ...]] = []
    for name, entry in stated.items():
        scaled = entry.get("bears_on", "")
        effect = effect_text(settlement, scaled) if scaled else INSIDE
        written = [entry.get(column, "") for column in COLUMNS[1:-1]]
        rows.append((name, *(text or NOT_STATED for text in written), effect))
    titles = Titles(settlement.scenario)
    covered = {entry.get("bears_on", "") for entry in stated.values()}
    rows += [
        (
            titles.lever(name).label,
            what,
            value,
            unit,
            f"table {name.partition('.')[0]}",
            NOT_STATED,
            effect_text(settlement, name),
        )
        for name, what, value, unit in _table_rows(settlement)
        if name not in covered and not (name.startswith("national.") and "national" in covered)
    ]
    return rows


def _table_rows(settlement: Settlement) -> list[tuple[str, str, str, str]]:
    """List the pot and each national objective: name, what it is, value and unit."""
    scenario, titles = settlement.scenario, Titles(settlement.scenario)
    total = float(settlement.pot["amount"].sum())
    rows = [("pot", "the pot, all years and envelopes", spoken(total, scenario.settings.money), "")]
    for row in scenario.filled("objectives").to_dict("records"):
        targets = settlement.national[settlement.national["objective"] == row["key"]]
        if len(targets):
            values = ", ".join(
                f"{year}: {value:,.6g}" for year, value in zip(targets["year"], targets["target"], strict=True)
            )
            what = f"national objective, {titles.objectives[row['key']]}"
            rows.append((f"national.{row['key']}", what, values, row["unit"]))
    return rows


def effect_text(settlement: Settlement, name: str) -> str:
    """Describe what one percent more of a quantity does, by the duals, or why that is not known."""
    from singlepot.models.analysis.first_order import first_order

    return describe_effect(first_order(settlement, name))


def describe_effect(effect: Effect) -> str:
    """Describe a first-order effect in words.

    Examples
    --------
    >>> from singlepot.models.analysis.first_order import Effect
    >>> describe_effect(Effect("shortfall.largest[1]", -0.00788, 0.0495, "share of the target"))
    '1% more: lowers the largest shortfall by 0.788 percentage points, from 4.95%'
    >>> describe_effect(Effect("burden", 12.5, 400.0, "money, weighted"))
    '1% more: raises what areas lose or pay themselves by 12.5, from 400 (money, weighted)'
    >>> describe_effect(Effect())
    '1% more: no stage moves'
    """
    if effect.why_not:
        return f"not computed: {effect.why_not}"
    if not effect.stage:
        return "1% more: no stage moves"
    moves = "raises" if effect.change > 0 else "lowers"
    if effect.unit.startswith("share"):
        size = f"{_digits(100 * abs(effect.change))} percentage points, from {_digits(100 * effect.value)}%"
    else:
        size = f"{_digits(abs(effect.change))}, from {_digits(effect.value)} ({effect.unit})"
    return f"1% more: {moves} {stage_words(effect.stage)} by {size}"


def _digits(value: float) -> str:
    """Write three significant digits, without an exponent from a millionth to a million million."""
    if value == 0 or 1e-6 <= abs(value) < 1e12:
        short = f"{float(f'{value:.3g}'):,.10f}".rstrip("0").rstrip(".")
        return "0" if short == "-0" else short
    return f"{value:.3g}"
