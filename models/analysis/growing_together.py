"""Whether prosperity and inclusion grow in the same areas, and whether poorer areas catch up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from singlepot.solver import BadOptionError

from ..formulation.rate_limits import member_rates
from ..scenario.array_types import Floats
from ..scenario.arrays import Arrays, arrays
from ..settlement.settlement import Settlement
from ..tables.copies import CopiedTables
from .inequality.measures import mean_log_deviation
from .inequality.pairing import above_medians, pairing

KINDS = ("neither", "prosperous", "inclusive", "both")
"""Kinds of areas: above the median in neither, in prosperity alone, in inclusion alone, in both."""


@dataclass(frozen=True, eq=False, repr=False)
class Growth(CopiedTables):
    """Growth of areas by what is proposed (before) and agreed (after), in the year of the aims.

    Attributes
    ----------
    areas
        area, prosperity_before, inclusion_before, prosperity_after, inclusion_after (contribution over baseline),
        kind_before, kind_after: one of :data:`KINDS`.
    together
        when, areas, rank_correlation, both, prosperous, inclusive, neither (shares of the people), and the growth of
        all areas together in ``prosperity`` and ``inclusion``.
    convergence
        objective, areas, beta (slope of the growth of rates on the logarithm of today's, weighted by people; below zero
        poorer areas grow faster), sigma_before, sigma_after (standard deviation of the logarithms), mld_before,
        mld_after (mean log deviation).
    """

    areas: pd.DataFrame
    together: pd.DataFrame
    convergence: pd.DataFrame

    def __repr__(self) -> str:
        """One line."""
        return f"<Growth of {len(self.areas)} areas>"


def measure_growth(
    settlement: Settlement, *, prosperity: str = "productivity", inclusion: str = "inclusiveness"
) -> Growth:
    """Measure whether prosperity and inclusion grow in the same areas, and whether rates converge.

    Parameters
    ----------
    settlement
        What was agreed.
    prosperity, inclusion
        The two objectives; where the scenario has the section ``[inclusion]``, those that it names.

    Raises
    ------
    BadOptionError
        The scenario does not have them, or they have no rates.
    """
    data, section = arrays(settlement.scenario), settlement.scenario.settings.inclusion
    if section is not None:
        prosperity, inclusion = section.prosperity, section.inclusion
    for key in (prosperity, inclusion):
        if key not in data.objectives or not data.levelling.member[:, data.objectives.index(key)].any():
            raise BadOptionError(f"{key!r} is no objective with rates", "name two with baseline and per")
    pair = [data.objectives.index(key) for key in (prosperity, inclusion)]
    year = data.levelling.year if data.levelling.together is None else data.levelling.together.year
    agreed = _agreed(settlement, data)
    member = data.levelling.member[:, pair].all(axis=1) & (data.levelling.level[:, pair] > 0).all(axis=1)
    level = data.levelling.level[member][:, pair]
    people = np.nan_to_num(data.population[member])
    people = people if people.sum() > 0 else np.ones(len(people))
    columns: dict[str, object] = {"area": data.labels("areas", np.flatnonzero(member))}
    rows = []
    for when, targets in (("before", data.proposed), ("after", agreed)):
        growth = targets[member][:, pair, year] / level
        columns |= {f"prosperity_{when}": growth[:, 0], f"inclusion_{when}": growth[:, 1]}
        above = above_medians(growth[:, 0], growth[:, 1], people)
        columns[f"kind_{when}"] = np.asarray(KINDS, dtype=object)[above[0] + 2 * above[1].astype(int)]
        whole = targets[member][:, pair, year].sum(axis=0) / level.sum(axis=0)
        rows.append(
            {"when": when, "areas": int(member.sum()), **pairing(growth[:, 0], growth[:, 1], people)}
            | {"prosperity": whole[0], "inclusion": whole[1]}
        )
    rates = [
        _convergence(data, agreed, k) for k in range(len(data.objectives)) if data.levelling.member[:, k].sum() > 1
    ]
    return Growth(pd.DataFrame(columns), pd.DataFrame(rows), pd.DataFrame(rates))


def _agreed(settlement: Settlement, data: Arrays) -> Floats:
    """Agreed targets, A×K×T."""
    table, agreed = settlement.targets, np.zeros(data.proposed.shape)
    axes = (("area", data.areas), ("objective", data.objectives), ("year", data.years))
    at = tuple(pd.Index(labels).get_indexer(pd.Index(table[name])) for name, labels in axes)
    agreed[at] = table["agreed"].to_numpy()
    return agreed


def _convergence(data: Arrays, agreed: Floats, objective: int) -> dict[str, object]:
    start = member_rates(data, objective)
    slope = data.levelling.sign[objective] / data.levelling.per[start.area, objective]
    end = start.rate + slope * agreed[start.area, objective, data.levelling.year]
    people = start.people if start.people.sum() > 0 else np.full(len(start.area), 1 / len(start.area))
    row: dict[str, object] = {"objective": data.objectives[objective], "areas": len(start.area)}
    if not ((start.rate > 0) & (end > 0)).all():
        return row | dict.fromkeys(("beta", "sigma_before", "sigma_after", "mld_before", "mld_after"), np.nan)
    log = np.log(start.rate)
    spread = log - people @ log
    width = float(people @ spread**2)
    beta = float(people @ (spread * (end / start.rate - 1))) / width if width > 0 else np.nan
    row |= {"beta": beta, "sigma_before": np.sqrt(width), "sigma_after": _deviation(np.log(end), people)}
    return row | {
        "mld_before": mean_log_deviation(start.rate, people),
        "mld_after": mean_log_deviation(end, people),
    }


def _deviation(values: Floats, people: Floats) -> float:
    return float(np.sqrt(people @ (values - people @ values) ** 2))
