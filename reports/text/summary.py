"""The summary of a settlement gives national sums, the largest asks, the price of fairness, and ends with the story."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from singlepot.models.money import spoken
from singlepot.models.scenario.titles import Titles
from singlepot.models.tables.plain_words import assumed_words, plain
from singlepot.models.tables.stage_words import stage_words

from .levelling import levelling_section
from .lines import count, join_sections, lay_out, signed_money, wrap
from .story import last_national, proof_words, story

if TYPE_CHECKING:
    from singlepot.models.analysis.price_of_fairness import PriceOfFairness
    from singlepot.models.settlement.settlement import Settlement

LARGEST_ASKS = 10
"""Number of asks that are shown."""

WARN_ABOVE = 1 / 3
"""Share of areas on a floor or ceiling above which the summary warns."""


def summary(settlement: Settlement, price: PriceOfFairness, *, verbose: bool = False) -> str:
    """Write the summary of a settlement.

    Parameters
    ----------
    settlement
        What to tell.
    price
        What fairness cost, from :func:`singlepot.price_fairness`.
    verbose
        Whether the figures of the proof are told.
    """
    return join_sections(
        [
            wrap(settlement.scenario.settings.title),
            _money_section(settlement),
            _national_section(settlement),
            levelling_section(settlement),
            _asks_section(settlement),
            _assumed_section(settlement),
            [line for sentence in fairness_words(price) for line in wrap(sentence)],
            _certificate_section(settlement) if verbose else [],
            [*wrap(story(settlement)), *wrap(proof_words(settlement))],
        ]
    )


def _money_section(settlement: Settlement) -> list[str]:
    pot, grants = settlement.pot, settlement.grants
    bids = grants.groupby(["envelope", "year"])["bid"].sum()
    several, moves = pot["envelope"].nunique() > 1, bool((pot["vired_in_pounds"] != pot["vired_pounds"]).any())
    rows = [
        (
            f"{plain(row['envelope'])} {row['year']}" if several else str(row["year"]),
            _money(settlement, row["amount"]),
            _money(settlement, float(bids.get((row["envelope"], row["year"]), 0.0))),
            _money(settlement, row["allocated"]),
            _money(settlement, row["carried"]),
            *([_money(settlement, row["vired_in"] - row["vired"])] if moves else []),
            _money(settlement, row["reserve"]),
        )
        for row in pot.to_dict("records")
    ]
    total = (
        "all",
        _money(settlement, pot["amount"].sum()),
        _money(settlement, grants["bid"].sum()),
        _money(settlement, pot["allocated"].sum()),
        *[""] * (2 if moves else 1),
        _money(settlement, pot["reserve"].sum()),
    )
    header = ("year", "pot", "bids", "grants", "carried on", *(["moved in"] if moves else []), "left")
    return ["Money", *lay_out(header, [*rows, total])]


def _national_section(settlement: Settlement) -> list[str]:
    national = settlement.national
    if not len(national):
        return []
    titles = Titles(settlement.scenario)
    rows = [
        (
            titles.objectives[row["objective"]],
            str(row["year"]),
            _number(row["target"]),
            _number(row["proposed"]),
            _number(row["agreed"]),
            _number(row["shortfall"]),
            f"{row['shortfall'] / row['target']:.1%}",
            titles.units[row["objective"]],
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


def _asks_section(settlement: Settlement) -> list[str]:
    asks = settlement.asks
    if not len(asks):
        return ["Nothing was asked of anybody: bids and targets stand as they are."]
    titles = Titles(settlement.scenario)
    order = asks["grant_change"].abs().sort_values(ascending=False, kind="stable").index
    rows = [
        (
            titles.areas[row["area"]],
            titles.option(row["area"], row["option"]),
            signed_money(row["grant_change"], settlement.scenario.settings.money),
        )
        for row in asks.loc[order].head(LARGEST_ASKS).to_dict("records")
    ]
    areas = asks["area"].nunique()
    title = f"{count(len(asks), 'ask')} of {count(areas, 'area')}; the largest by money, over all years"
    return [*wrap(title), *lay_out(("area", "ask", "grant"), rows, left=(0, 1))]


def _assumed_section(settlement: Settlement) -> list[str]:
    """Say how many options rest on assumptions; nothing where none does."""
    assumed, options = settlement.scenario.assumed_options
    return wrap(f"{assumed_words(assumed, options)}; see the log of assumptions.") if assumed else []


LEAST = 5e-6
"""Cost of fairness, as a share of a target, below which it counts as none."""


def fairness_words(price: PriceOfFairness) -> Iterator[str]:
    """Write what fairness cost in each stage, and how many areas sit on a limit."""
    for what, costs in (
        ("Sharing losses more fairly", price.give_costs),
        ("Letting large losses weigh more", price.bands_cost),
    ):
        costing = [
            f"{points(cost)} points of {stage_words(name)}" for name, cost in costs.items() if abs(cost) >= LEAST
        ]
        if costing:
            yield f"{what}: {', '.join(costing)}."
    if price.areas:
        yield (
            f"Grants are {price.lowest:.1%} to {price.highest:.1%} of bids, the median area {price.median:.1%}; "
            f"{count(price.on_floor, 'area', 'sit')} on a floor, "
            f"{count(price.on_ceiling, 'other', 'sit')} on a ceiling."
        )
        if price.on_limit > WARN_ABOVE * price.areas:
            yield "More than a third of the areas sit on a limit: the rules decide, not the programme."


def points(cost: float) -> str:
    """Write a cost of fairness in percentage points, with its sign."""
    return ("−" if cost < 0 else "+") + f"{abs(100 * cost):.2f}"


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


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.1f}"
