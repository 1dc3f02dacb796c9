"""The log of assumptions: what the modeller says of each, and its effect on the result as far as it can be computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from singlepot.models.money import spoken

if TYPE_CHECKING:
    import pandas as pd

    from singlepot.models.analysis.first_order import Effect
    from singlepot.models.settlement.settlement import Settlement

COLUMNS = ("assumption", "what", "value", "unit", "source", "confidence", "effect")
"""Columns of the log."""

INSIDE = "not computed: it is inside the tables; change them in a what-if or an ensemble to see its effect"
"""Said of an assumption that nothing of the programme is proportional to."""

NOT_SAID = "not said"
"""What stands where the modeller says nothing."""


def assumptions(settlement: Settlement) -> pd.DataFrame:
    """The assumptions that the scenario names, then pots and national targets that none of them covers.

    Returns
    -------
    Columns :data:`COLUMNS`, texts.
    """
    import pandas as pd

    said = settlement.scenario.settings.log.get("assumptions", {})
    rows = []
    for name, entry in said.items():
        scaled = entry.get("bears_on", "")
        effect = effect_text(settlement, scaled) if scaled else INSIDE
        written = [entry.get(column, "") for column in COLUMNS[1:-1]]
        rows.append((name, *(text or NOT_SAID for text in written), effect))
    covered = {entry.get("bears_on", "") for entry in said.values()}
    rows += [
        (name, what, value, unit, f"table {name.partition('.')[0]}", NOT_SAID, effect_text(settlement, name))
        for name, what, value, unit in _of_tables(settlement)
        if name not in covered and not (name.startswith("national.") and "national" in covered)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)


def _of_tables(settlement: Settlement) -> list[tuple[str, str, str, str]]:
    """The pot and each national objective: name, what it is, value and unit."""
    scenario = settlement.scenario
    total = float(settlement.pot["amount"].sum())
    found = [("pot", "the pot, all years and envelopes", spoken(total, scenario.settings.money), "")]
    for row in scenario.filled("objectives").to_dict("records"):
        mine = settlement.national[settlement.national["objective"] == row["key"]]
        if len(mine):
            values = ", ".join(
                f"{year}: {value:,.6g}" for year, value in zip(mine["year"], mine["target"], strict=True)
            )
            what = f"national objective, {row['name'] or row['key']}"
            found.append((f"national.{row['key']}", what, values, row["unit"]))
    return found


def effect_text(settlement: Settlement, name: str) -> str:
    """Say what one percent more of something does, computed from the duals, or why that is not known."""
    from singlepot.models.analysis.first_order import first_order

    return said_effect(first_order(settlement, name))


def said_effect(effect: Effect) -> str:
    """Say an effect.

    Examples
    --------
    >>> from singlepot.models.analysis.first_order import Effect
    >>> said_effect(Effect("shortfall.largest[1]", -0.00788, 0.0495, "share of the target"))
    '1% more: shortfall.largest[1] falls by 0.788 percentage points, from 4.95%'
    >>> said_effect(Effect("burden", 12.5, 400.0, "money, weighted"))
    '1% more: burden rises by 12.5, from 400 (money, weighted)'
    >>> said_effect(Effect())
    '1% more: no stage moves'
    """
    if effect.why_not:
        return f"not computed: {effect.why_not}"
    if not effect.stage:
        return "1% more: no stage moves"
    moves = "rises" if effect.change > 0 else "falls"
    if effect.unit.startswith("share"):
        size = f"{_digits(100 * abs(effect.change))} percentage points, from {_digits(100 * effect.value)}%"
        return f"1% more: {effect.stage} {moves} by {size}"
    size = f"{_digits(abs(effect.change))}, from {_digits(effect.value)} ({effect.unit})"
    return f"1% more: {effect.stage} {moves} by {size}"


def _digits(value: float) -> str:
    """Three digits that count, no exponent for numbers that people meet."""
    if value == 0 or 1e-6 <= abs(value) < 1e12:
        short = f"{float(f'{value:.3g}'):,.10f}".rstrip("0").rstrip(".")
        return "0" if short == "-0" else short
    return f"{value:.3g}"
