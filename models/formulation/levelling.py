"""Coefficients of convergence and inclusion over areas, for the terms and for what follows from decisions."""

from __future__ import annotations

import numpy as np

from ..scenario.array_types import Floats
from ..scenario.arrays import Arrays
from ..scenario.levelling import NOWHERE, Gaps, Together


def weights_of_areas(gaps: Gaps) -> Floats:
    """How much one unit of an area counts for each aim, A×R: 1 inside the place, less its part in a moving line."""
    inside = gaps.places.of != NOWHERE
    weight = ((gaps.places.of[:, None] == gaps.place) & inside[:, None]).astype(np.float64)
    if gaps.moving:
        weight -= gaps.share * ((gaps.compared.of[:, None] == gaps.against) & (gaps.compared.of != NOWHERE)[:, None])
    return np.asarray(weight)


def aim_weights(data: Arrays, gaps: Gaps) -> Floats:
    r"""ω / (Σω ΣA) of each aim, R: its part in the stage for one unit that is missed."""
    weight = np.where(data.levelling.weighted, data.objective_weight, 0.0)
    aims = np.bincount(gaps.objective, weights=gaps.aim, minlength=len(weight))
    total = weight.sum()
    if total <= 0:
        return np.zeros(len(gaps.aim))
    return np.asarray(weight[gaps.objective] / total / aims[gaps.objective])


def together_scale(data: Arrays, aim: Together, year: int | None = None) -> Floats:
    """S of both objectives, 2: the national target of the year, without one the sum of the proposed targets."""
    when = aim.year if year is None else year
    return np.asarray([_national(data, objective, when) for objective in (aim.prosperity, aim.inclusion)])


def _national(data: Arrays, objective: int, year: int) -> float:
    rows = data.national
    of_year = (rows.objective == objective) & (rows.first == year) & (rows.last == year)
    return float(rows.target[of_year].sum() if of_year.any() else data.proposed[:, objective, year].sum())


def outcome_spread(data: Arrays, year: int) -> Floats:
    """How far all options together could move each area's targets of a year, A×K, without a sign."""
    options, cells = data.options, data.options.outcome
    spread = np.zeros(data.proposed.shape[:2])
    at = cells.year == year
    change = np.abs(cells.value[at]) * options.limit[cells.option[at]]
    np.add.at(spread, (options.area[cells.option[at]], cells.across[at]), change)
    return spread
