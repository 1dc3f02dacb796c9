"""Monte Carlo summary: probabilities of meeting targets, quantiles of grants, sensitivity indices and regret.

The table ``summary`` has a row for each figure: ``kind``, ``item`` (what it is about), ``input`` (for drivers),
``statistic`` and ``value``.

- ``draws``: how many have each status.
- ``target``, by objective and year: the share of draws in which it is ``met``; mean and quantiles of its shortfall as a
  share of the target.
- ``grant``, by area: ``central``, mean and quantiles, money over all years.
- ``stage`` and ``regret``, by stage: mean and quantiles; in how many draws the regret was ``not possible`` to settle.
- ``driver``, by outcome and input, for the inputs that matter most: ``S1``, the share of the outcome's variance that
  the input explains (SALib's RBD-FAST, which takes any sample), and the rank correlation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

if TYPE_CHECKING:
    from singlepot.models.settlement.settlement import Settlement

    from .plan import Plan

Floats = npt.NDArray[np.float64]
Figure = tuple[str, str, str, str, float]

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles in the summary."""

MET = 1e-9
"""Shortfall, as a share of its target, below which a target is met."""

STILL = 1e-6
"""Range of an outcome, relative to its natural size, below which it has no variance to explain."""

FEWEST = 64
"""Settled draws below which no sensitivity is estimated."""

DRIVERS = 10
"""Inputs in the summary for each outcome."""

RESAMPLES = 20
"""Bootstrap resamples of the sensitivity index's confidence interval, which is not printed."""


def summarise(plan: Plan, central: Settlement, draws: pd.DataFrame, grants: pd.DataFrame) -> pd.DataFrame:
    """Summarise an ensemble in the table described above."""
    settled = draws[draws["status"] == "settled"]
    figures: list[Figure] = [
        ("draws", str(status), "", "count", float(count))
        for status, count in sorted(draws["status"].value_counts().items())
    ]
    figures += _targets(central, settled)
    figures += _grants(central, grants)
    for prefix in ("stage", "regret"):
        for column in _named(settled, prefix):
            figures += _spread(prefix, column, settled[f"{prefix} {column}"].to_numpy(dtype=np.float64))
    if len(settled) >= FEWEST:
        figures += _drivers(plan, settled)
    return pd.DataFrame(figures, columns=["kind", "item", "input", "statistic", "value"])


def _named(table: pd.DataFrame, prefix: str) -> list[str]:
    return [name.removeprefix(prefix + " ") for name in table.columns if name.startswith(prefix + " ")]


def _spread(kind: str, item: str, values: Floats) -> Iterator[Figure]:
    known = values[np.isfinite(values)]
    if kind == "regret":
        yield kind, item, "", "not possible", float(len(values) - len(known))
    if not len(known):
        return
    yield kind, item, "", "mean", float(known.mean())
    for quantile, value in zip(QUANTILES, np.quantile(known, QUANTILES), strict=True):
        yield kind, item, "", f"q{100 * quantile:02.0f}", float(value)


def _targets(central: Settlement, settled: pd.DataFrame) -> Iterator[Figure]:
    for row in central.national.to_dict("records"):
        item = f"{row['objective']} {row['year']}"
        if f"shortfall {item}" in settled:
            share = settled[f"shortfall {item}"].to_numpy(dtype=np.float64) / float(row["target"])
            yield "target", item, "", "met", float((share <= MET).mean()) if len(share) else 0.0
            yield from _spread("target", item, share)


def _grants(central: Settlement, grants: pd.DataFrame) -> Iterator[Figure]:
    by_area = grants.groupby(["draw", "area"])["grant"].sum().unstack("area")
    middle = central.grants.groupby("area")["grant"].sum()
    for area in sorted(by_area.columns):
        yield "grant", str(area), "", "central", float(middle.get(area, 0.0))
        yield from _spread("grant", str(area), by_area[area].to_numpy(dtype=np.float64))


def _drivers(plan: Plan, settled: pd.DataFrame) -> Iterator[Figure]:
    """Estimate first-order sensitivity indices of the inputs with the largest rank correlations."""
    names = _named(settled, "input")
    inputs = settled[[f"input {name}" for name in names]].to_numpy(dtype=np.float64)
    moving = np.flatnonzero(np.ptp(inputs, axis=0) > 0)
    outcomes = [f"stage {name}" for name in _named(settled, "stage") if name.startswith("shortfall.total")]
    scale = {"left": max(float(settled["granted"].max()), 1.0)}
    for outcome in [*outcomes, "left"]:
        values = settled[outcome].to_numpy(dtype=np.float64)
        if np.ptp(values) <= STILL * scale.get(outcome, 1.0) or not len(moving):
            continue
        item = outcome.removeprefix("stage ")
        rank = np.asarray([stats.spearmanr(inputs[:, j], values).statistic for j in moving])
        likely = moving[np.argsort(-np.abs(rank), kind="stable")[:DRIVERS]]
        indices = _sensitivity(inputs[:, likely], values, [names[j] for j in likely], plan.seed)
        for position, j in enumerate(likely):
            yield "driver", item, names[j], "S1", float(indices["S1"][position])
            yield "driver", item, names[j], "rank correlation", float(rank[moving.tolist().index(j)])


def _sensitivity(inputs: Floats, values: Floats, names: Iterable[str], seed: int) -> Any:
    from SALib.analyze import rbd_fast

    problem = {"num_vars": inputs.shape[1], "names": list(names), "bounds": [[0, 1]] * inputs.shape[1]}
    with np.errstate(divide="ignore", invalid="ignore"):  # resamples in which nothing moves
        return rbd_fast.analyze(problem, inputs, values, num_resamples=RESAMPLES, seed=seed)
