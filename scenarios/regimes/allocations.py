"""Claims rules: each shares the pot of every envelope and year by itself and gives a grant for every area."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from singlepot.models.claims import RULES, estimate
from singlepot.models.money import POUNDS_PER, spoken
from singlepot.models.scenario.arrays import Arrays

from .plan import Arrival

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Allocation:
    """Allocation of a regime.

    Attributes
    ----------
    grants
        A×E×T, money.
    take_up
        Take-up of the options that the regime selects, J; None where it selects none.
    notes
        Remarks for the reader, a sentence each.
    """

    grants: Floats
    take_up: Floats | None = None
    notes: tuple[str, ...] = ()


def by_claims(data: Arrays, rule: str) -> Allocation:
    """Share the pot of each envelope and year among the bids for it by a claims rule.

    No area gets more than its bid of that envelope and year; a pot that holds all bids pays them, and what is left
    stays in the pot. Nothing is carried over or vired.
    """
    share = RULES[rule]
    grants = np.zeros(data.bid.shape)
    for envelope, year in np.ndindex(data.pot.shape):
        claims, pot = data.bid[:, envelope, year], float(data.pot[envelope, year])
        grants[:, envelope, year] = claims if pot >= claims.sum() else share(claims, pot)
    return Allocation(grants)


def by_arrival(data: Arrays, plan: Arrival, money: str) -> Allocation:
    """Share each pot by random arrival, the Shapley value of the bankruptcy game; the note gives its standard error."""
    grants = np.zeros(data.bid.shape)
    errors, drawn = np.zeros(data.bid.shape), 0
    for envelope, year in np.ndindex(data.pot.shape):
        shares = estimate(
            data.bid[:, envelope, year], float(data.pot[envelope, year]), orders=plan.orders, seed=plan.seed
        )
        grants[:, envelope, year], errors[:, envelope, year] = shares.awards, shares.error
        drawn = max(drawn, shares.orders)
    if not drawn:
        return Allocation(grants, notes=("The mean over all orders is exact: none were drawn.",))
    largest = spoken(float(errors.max()) * POUNDS_PER[money], "GBP")
    worst = float((errors / np.where(data.bid > 0, data.bid, np.inf)).max())
    note = (
        f"{drawn:,} orders were drawn for each pot; no grant of a year has a standard error "
        f"above {largest} or {worst:.2%} of its bid."
    )
    return Allocation(grants, notes=(note,))
