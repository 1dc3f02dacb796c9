"""The summary of a settlement gives national sums, the largest asks, the price of fairness, the certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from singlepot.models.money import spoken

from .lines import join_sections, lay_out, wrap

if TYPE_CHECKING:
    import pandas as pd

    from singlepot.models.analysis.price_of_fairness import PriceOfFairness
    from singlepot.models.settlement.settlement import Settlement

LARGEST_ASKS = 10
"""Number of asks that are shown."""

WARN_ABOVE = 1 / 3
"""Share of areas on a floor or ceiling above which the summary warns."""


def summary(settlement: Settlement, price: PriceOfFairness) -> str:
    """Write the summary of a settlement.

    Parameters
    ----------
    settlement
        What to tell.
    price
        What fairness cost, from :func:`singlepot.price_fairness`.
    """
    return join_sections(
        [
            wrap(settlement.scenario.settings.title),
            _money_section(settlement),
            _national_section(settlement),
            _asks_section(settlement),
            _fairness_section(price),
            _certificate_section(settlement),
        ]
    )


def _money_section(settlement: Settlement) -> list[str]:
    pot, grants = settlement.pot, settlement.grants
    bids = grants.groupby(["envelope", "year"])["bid"].sum()
    several = pot["envelope"].nunique() > 1
    rows = [
        (
            f"{row['envelope']} {row['year']}" if several else str(row["year"]),
            _money(settlement, row["amount"]),
            _money(settlement, float(bids.get((row["envelope"], row["year"]), 0.0))),
            _money(settlement, row["allocated"]),
            _money(settlement, row["carried"]),
            _money(settlement, row["reserve"]),
        )
        for row in pot.to_dict("records")
    ]
    total = (
        "all",
        _money(settlement, pot["amount"].sum()),
        _money(settlement, grants["bid"].sum()),
        _money(settlement, pot["allocated"].sum()),
        "",
        _money(settlement, pot["reserve"].sum()),
    )
    return ["Money", *lay_out(("year", "pot", "bids", "grants", "carried on", "left"), [*rows, total])]


def _national_section(settlement: Settlement) -> list[str]:
    national = settlement.national
    if not len(national):
        return []
    objectives = settlement.scenario.filled("objectives").set_index("key")
    rows = [
        (
            str(objectives.loc[row["objective"], "name"] or row["objective"]),
            str(row["year"]),
            _number(row["target"]),
            _number(row["proposed"]),
            _number(row["agreed"]),
            _number(row["shortfall"]),
            f"{row['shortfall'] / row['target']:.1%}",
            str(objectives.loc[row["objective"], "unit"]),
        )
        for row in last_national(national).to_dict("records")
    ]
    header = ("objective", "year", "national", "proposed", "agreed", "short", "", "unit")
    missed = int((national["shortfall"] > 0).sum())
    return [
        "National objectives, last year and ranges",
        *lay_out(header, rows, left=(0, 1, 7)),
        f"{missed} of {len(national)} national targets are missed.",
    ]


def last_national(national: pd.DataFrame) -> pd.DataFrame:
    """Select the national targets of the last year that has any, and those of ranges of years."""
    years = national["year"]
    last = max((year for year in years if ":" not in year), default="")
    return national[years.isin([last, *(year for year in years if ":" in year)])]


def _asks_section(settlement: Settlement) -> list[str]:
    asks = settlement.asks
    if not len(asks):
        return ["Nothing was asked of anybody: bids and targets stand as they are."]
    names = settlement.scenario.filled("areas").set_index("code")["name"]
    options = settlement.scenario.filled("options").set_index(["area", "option"])["name"]
    order = asks["grant_change"].abs().sort_values(ascending=False, kind="stable").index
    rows = []
    for row in asks.loc[order].head(LARGEST_ASKS).to_dict("records"):
        name = options.get((row["area"], row["option"]), "") or row["option"]
        rows.append((names[row["area"]], str(name), _signed(settlement, row["grant_change"])))
    areas = asks["area"].nunique()
    title = f"{len(asks)} asks of {areas} areas; the largest by money, over all years"
    return [*wrap(title), *lay_out(("area", "ask", "grant"), rows, left=(0, 1))]


def _fairness_section(price: PriceOfFairness) -> list[str]:
    lines = [
        f"Grants are {price.lowest:.1%} to {price.highest:.1%} of bids, the median area {price.median:.1%}; "
        f"{price.on_floor} of {price.areas} areas sit on a floor, {price.on_ceiling} others on a ceiling."
    ]
    if price.areas and price.on_limit > WARN_ABOVE * price.areas:
        lines.append("WARNING: more than a third of the areas sit on a limit: the rules decide, not the programme.")
    for what, costs in (("give", price.give_costs), ("bands", price.bands_cost)):
        points = ", ".join(f"{100 * cost:+.3f} percentage points of {name}" for name, cost in costs.items())
        if points:
            lines.append(f"Fairness cost: {what} {points}.")
    return [line for sentence in lines for line in wrap(sentence)]


def _certificate_section(settlement: Settlement) -> list[str]:
    certificate = settlement.certificate
    gap = max((stage.gap for stage in certificate.stages), default=0.0)
    drift = max((stage.drift for stage in certificate.stages), default=0.0)
    sentences = [
        f"Certificate {'holds' if certificate.passed else 'FAILS'} at {certificate.tolerance:.0e}: largest violation "
        f"{certificate.violation:.1e}, duality gap {gap:.1e}, drift of a stage {drift:.1e}, "
        f"sharing {certificate.sharing:.1e}; whole pounds fit every pot.",
        *(f"Note: {note}." for note in certificate.notes),
    ]
    return [line for sentence in sentences for line in wrap(sentence)]


def _money(settlement: Settlement, amount: float) -> str:
    return spoken(amount, settlement.scenario.settings.money)


def _signed(settlement: Settlement, amount: float) -> str:
    return ("-" if amount < 0 else "+") + _money(settlement, abs(amount))


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.1f}"
