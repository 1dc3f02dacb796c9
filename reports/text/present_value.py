"""The present value of grants in a sentence: what it is, in which year and prices it is counted, and by which rates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from singlepot.models.discounting.present_value import schedules
from singlepot.models.money import spoken

if TYPE_CHECKING:
    from singlepot.models.settlement.settlement import Settlement


def present_value_words(settlement: Settlement) -> str:
    """Write the present value of all grants; empty for a settlement that an earlier version wrote.

    Examples
    --------
    >>> import singlepot as sp
    >>> present_value_words(sp.settle("bucks-and-burnley"))[:72]
    'In present value the grants are £192.7m: counted in 2026-27, in prices o'
    """
    record: Any = settlement.provenance.get("present_value")
    if record is None or "present_value" not in settlement.grants:
        return ""
    amount = spoken(float(settlement.grants["present_value"].sum()), settlement.scenario.settings.money)
    prices = (
        f"prices of {record['prices']}" if record["prices"] else "the scenario's prices, of a year it does not state"
    )
    used = schedules()[record["schedule"]]
    return (
        f"In present value the grants are {amount}: counted in {record['year']}, in {prices}, discounted by the "
        f"{used.title} ({float(used.spans[0][2]):.1%} a year for the first {used.spans[0][1]} years)."
    )
