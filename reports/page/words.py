"""What the first screen says in words: money left, shortfalls, the price of fairness, the certificate, how real it is."""

from __future__ import annotations

from collections.abc import Iterator

from singlepot.models.fairness import PriceOfFairness
from singlepot.models.money import spoken
from singlepot.reports.lines import count, number

from .chart_sums import shown_rows
from .figures import Figures

ILLUSTRATIVE = "illustrative"
"""The word by which a scenario says that its figures are not real."""

LOUD_ABOVE = 1 / 3
"""Share of areas on a limit above which it is said loudly."""


def illustrative(figures: Figures) -> str:
    """Return the scenario's own words if it calls itself illustrative, else nothing."""
    settings = figures.settlement.scenario.settings
    for said in (settings.title, *settings.notes.values()):
        if ILLUSTRATIVE in said.casefold():
            inside = said.partition("(")[2].rpartition(")")[0]
            words = inside if ILLUSTRATIVE in inside.casefold() else said
            return words[0].upper() + words[1:]
    return ""


def money_words(figures: Figures) -> Iterator[str]:
    """The sum of money before and after."""
    settlement = figures.settlement
    money = settlement.scenario.settings.money
    pot, bid = float(settlement.pot["amount"].sum()), float(settlement.grants["bid"].sum())
    grant, left = float(settlement.grants["grant"].sum()), float(settlement.pot["reserve"].sum())
    way = "more than" if bid > pot else "within"
    yield f"Bids add up to {spoken(bid, money)}, {way} the pot of {spoken(pot, money)}; grants add up to {spoken(grant, money)}."
    yield f"Money left: {spoken(left, money)}."


def national_words(figures: Figures) -> Iterator[str]:
    """The sums of outcomes before and after, one sentence for each row that is shown."""
    for row in shown_rows(figures).to_dict("records"):
        name, unit = (figures.objectives.loc[row["objective"], column] for column in ("name", "unit"))
        target, agreed, proposed = (number(row[column]) for column in ("target", "agreed", "proposed"))
        end = f"short by {number(row['shortfall'])} ({row['shortfall'] / row['target']:.1%})" if row["shortfall"] > 0 else "met"
        yield f"{name} {row['year']}: proposed {proposed}, agreed {agreed} of {target} {unit}; {end}."


def fairness_words(price: PriceOfFairness) -> Iterator[str]:
    """What fairness cost, and who sits on a limit."""
    for what, each in (
        ("What later stages may give (give)", price.give_costs),
        ("Weighing large losses more (bands)", price.bands_cost),
    ):
        said = ", ".join(f"{100 * cost:+.3f} percentage points of {name}" for name, cost in each.items() if abs(cost) > 0)
        if said:
            yield f"{what} cost {said}."
    if not any(abs(cost) > 0 for each in (price.give_costs, price.bands_cost) for cost in each.values()):
        yield "Fairness cost no shortfall: nothing was given up for it in the stages of shortfall."
    if price.areas:
        yield (
            f"Grants are {price.lowest:.1%} to {price.highest:.1%} of bids, the median area {price.median:.1%}; "
            f"{count(price.on_floor, 'area', 'sit')} on a floor, {count(price.on_ceiling, 'area', 'sit')} on a ceiling."
        )
        if price.on_limit > LOUD_ABOVE * price.areas:
            yield "More than a third of the areas sit on a limit: the rules decide, not the programme."


def certificate_words(figures: Figures) -> str:
    """How well the evidence holds."""
    certificate = figures.settlement.certificate
    gap = max((stage.gap for stage in certificate.stages), default=0.0)
    return (
        f"Certificate {'holds' if certificate.passed else 'FAILS'}: largest violation {certificate.violation:.1e}, "
        f"largest duality gap {gap:.1e}, both at most {certificate.tolerance:.0e}; whole pounds fit every pot."
    )
