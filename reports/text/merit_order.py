"""The merit order in words: pounds for each natural unit, or pence given up for each pound saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from singlepot.models.explanation.amounts import natural, pence, pot_of_unit, price_words, spoken_price
from singlepot.models.explanation.merit_order import CUTS
from singlepot.models.money import POUNDS_PER
from singlepot.models.tables.stage_words import stage_words

from .lines import number


def merit_title(row: Mapping[str, Any], money: str) -> str:
    """Write the unit of a merit order's costs and its price, from any of its rows.

    Of cuts only what the stage counts that ranks them is given up: a cost of nothing says no more than that.

    Examples
    --------
    >>> row = {"need": "carbon", "unit": "GBP million of 2026-27 per tCO2", "price": 0.002074}
    >>> merit_title(row, "GBP million")
    'the last cost £2,074 per tCO2, in money of 2026-27'
    """
    if row["need"] == CUTS:
        return f"given up for each £1 saved, measured by {stage_words(row['ranked_by'])} alone"
    return f"the last cost {price_words(row['price'], row['unit'], money)}"


def merit_cost(row: Mapping[str, Any], money: str) -> str:
    """Write the cost of one option of a merit order.

    Examples
    --------
    >>> merit_cost({"need": "cuts", "unit": "", "cost": 0.92}, "GBP million")
    '92p'
    >>> merit_cost({"need": "carbon", "unit": "GBP million of 2026-27 per tCO2", "cost": 0.002074}, "GBP million")
    '£2,074'
    """
    cost = float(row["cost"])
    if row["need"] == CUTS:
        return pence(cost)[0]
    if not pot_of_unit(row["unit"], money):
        return number(cost)
    units, _ = natural(row["unit"].partition(" per ")[2])
    return spoken_price(cost * POUNDS_PER[money] / units)
