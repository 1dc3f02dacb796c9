"""Latin hypercube and Sobol sampling: the factors of every draw, and the rows that share a factor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from singlepot.models.checks.deriving import DERIVED
from singlepot.models.diagnostics.problems import Diagnostic, Report, did_you_mean, shown
from singlepot.models.tables.schema import TABLES

from .plan import Plan, Uncertain, columns_of
from .uncertain_tables import BEFORE, DERIVE, labels_of, settings_of, table_of

if TYPE_CHECKING:
    from singlepot.models.scenario.scenario import Scenario

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

TAIL = 1e-9
"""Distance of a probability from 0 and 1 at least, so that normal scores stay finite."""


@dataclass(frozen=True, eq=False)
class Block:
    """Cells of one uncertain quantity, and the factor that multiplies each row.

    ``rows`` R positions in the table; ``factor_of`` R: which factor, by its column in the sample, multiplies the row.
    """

    table: str
    columns: tuple[str, ...]
    rows: Integers
    factor_of: Integers


@dataclass(frozen=True, eq=False)
class Sample:
    """Sample of a plan: one vector of factors for each draw.

    Attributes
    ----------
    base
        The scenario without uncertainty.
    blocks
        The cells that the factors multiply.
    names
        One for each factor: ``unit costs: E06000060``.
    factors
        Draws × factors.
    """

    base: Scenario
    blocks: tuple[Block, ...]
    names: tuple[str, ...]
    factors: Floats

    def scenario(self, draw: int) -> Scenario:
        """Build the scenario of one draw, checked like any other."""
        before = self._changed(draw, [block for block in self.blocks if block.table in BEFORE], self.base)
        if DERIVE in before:
            before[DERIVE] = settings_of(before[DERIVE])
        after = [block for block in self.blocks if block.table not in BEFORE]
        made = self.base.with_(**before) if before else self.base
        if not after:
            return made
        made = made.derived()
        return made.with_(**self._changed(draw, after, made))

    def _changed(self, draw: int, blocks: Sequence[Block], scenario: Scenario) -> dict[str, Any]:
        """Multiply the cells of some blocks; a row that the scenario of the draw does not derive is passed over."""
        changed: dict[str, Any] = {}
        for block in blocks:
            columns = [name for other in blocks if other.table == block.table for name in other.columns]
            table = changed.setdefault(block.table, table_of(scenario, block.table, columns))
            rows, factor = block.rows, self.factors[draw][block.factor_of]
            if scenario is not self.base and block.table in DERIVED:
                keys = list(TABLES[block.table].key)
                here = pd.MultiIndex.from_frame(scenario.filled(block.table)[keys])
                there = pd.MultiIndex.from_frame(self.base.filled(block.table)[keys].iloc[rows])
                position = here.get_indexer(there)
                rows, factor = position[position >= 0], factor[position >= 0]
            for column in block.columns:
                values = table[column].to_numpy(dtype=np.float64, copy=True)
                values[rows] *= factor
                table[column] = values
        return changed


def draw_sample(plan: Plan, base: Scenario) -> Sample:
    """Sample every factor of a plan, once.

    Raises
    ------
    BadInputError
        A column, or the unit of a factor, is not in the scenario, or a quantity matches no row.
    """
    report = Report()
    blocks, names, scores = [], [], []
    groups: list[Integers] = []
    correlations: list[float] = []
    first = 0
    for number, uncertain in enumerate(plan.uncertain):
        block = _block(uncertain, number, base, report)
        if block is None:
            continue
        rows, units, group_of_unit, columns = block
        labels, factor_of = np.unique(units, return_inverse=True)
        blocks.append(Block(uncertain.table, columns, rows, factor_of.astype(np.int64) + first))
        names += [f"{uncertain.name}: {label}" for label in labels]
        groups.append(group_of_unit)
        correlations.append(uncertain.correlation)
        scores.append((uncertain, len(labels)))
        first += len(labels)
    report.stop_if_any()
    return Sample(base, tuple(blocks), tuple(names), _factors(plan, scores, groups, correlations))


def _factors(
    plan: Plan, scores: list[tuple[Uncertain, int]], groups: list[Integers], correlations: list[float]
) -> Floats:
    """Transform uniform points into factors, draws × factors; a Gaussian copula correlates those of one group."""
    independent = sum(count for _, count in scores)
    shared = [int(group.max(initial=-1)) + 1 for group in groups]
    uniform = _uniform(plan, independent + sum(shared))
    normal = stats.norm.ppf(np.clip(uniform, TAIL, 1 - TAIL))
    columns, at, at_shared = [], 0, independent
    for (uncertain, count), group, together, rho in zip(scores, groups, shared, correlations, strict=True):
        score = normal[:, at : at + count]
        if together:
            common = normal[:, at_shared : at_shared + together][:, group]
            score = np.sqrt(rho) * common + np.sqrt(1 - rho) * score
        columns.append(_quantile(uncertain, stats.norm.cdf(score)))
        at, at_shared = at + count, at_shared + together
    return np.hstack(columns)


def _uniform(plan: Plan, dimensions: int) -> Floats:
    generator = np.random.default_rng(plan.seed)
    if plan.sampler == "sobol":
        power = int(np.ceil(np.log2(max(plan.draws, 1))))
        return np.asarray(stats.qmc.Sobol(dimensions, rng=generator).random_base2(power)[: plan.draws])
    return np.asarray(stats.qmc.LatinHypercube(dimensions, rng=generator).random(plan.draws))


def _quantile(uncertain: Uncertain, probability: Floats) -> Floats:
    """Evaluate the quantile function of a quantity's distribution."""
    probability = np.clip(probability, TAIL, 1 - TAIL)
    if uncertain.distribution == "empirical":
        values = np.sort(np.asarray(uncertain.values))
        return np.asarray(values[np.minimum((probability * len(values)).astype(int), len(values) - 1)])
    spread, low, mode, high = (getattr(uncertain, key) or 0.0 for key in ("spread", "low", "mode", "high"))
    chosen: Any = {
        "lognormal": lambda: stats.lognorm(s=spread),
        "normal": lambda: stats.truncnorm(-1 / spread, np.inf, loc=1, scale=spread),
        "uniform": lambda: stats.uniform(low, high - low),
        "triangular": lambda: stats.triang((mode - low) / (high - low), loc=low, scale=high - low),
    }[uncertain.distribution]()
    return np.asarray(chosen.ppf(probability))


def _block(
    uncertain: Uncertain, number: int, base: Scenario, report: Report
) -> tuple[Integers, npt.NDArray[np.object_], Integers, tuple[str, ...]] | None:
    """Select rows, the unit of each row's factor, the group of each unit, and columns; None after a problem."""
    table = table_of(base, uncertain.table, uncertain.columns)
    quantity = f"uncertain {number + 1}"

    def complain(key: str, value: str, expected: str, remedy: str) -> None:
        report.add(Diagnostic("SP-E006", "ensemble", "plan", quantity, key, value, expected, remedy), row=number)

    columns = columns_of(uncertain, list(table.columns))
    numeric = [name for name in table.columns if table[name].dtype.kind == "f"]
    for name in columns:
        if name not in numeric:
            complain("columns", shown(name), f"a column of numbers of {uncertain.table}", did_you_mean(name, numeric))
    labels = labels_of(base, uncertain.table, table)
    for key, name in (
        ("each", uncertain.each),
        ("correlate", uncertain.correlate),
        *(("where", k) for k in uncertain.where),
    ):
        if name and name not in labels:
            complain(key, shown(name), f"one of {', '.join(labels)}", did_you_mean(name, labels))
    if len(report):
        return None
    chosen = np.ones(len(table), dtype=bool)
    for name, wanted in uncertain.where.items():
        chosen &= np.isin(labels[name].astype(str), wanted if isinstance(wanted, list) else [wanted])
    if uncertain.table in BEFORE:  # most of whose cells are empty
        chosen &= table[columns].notna().any(axis=1).to_numpy()
    rows = np.flatnonzero(chosen)
    if not len(rows):
        wanted = ", ".join(f"{name} = {shown(values)}" for name, values in uncertain.where.items())
        complain("where", wanted, f"rows of {uncertain.table} that match", "look at the table")
        return None
    units = labels[uncertain.each][rows].astype(str).astype(object)
    if not uncertain.correlate:
        return rows, units, np.zeros(0, dtype=np.int64), tuple(columns)
    first = pd.DataFrame({"unit": units, "group": labels[uncertain.correlate][rows].astype(str)})
    within = first.drop_duplicates().groupby("unit", sort=True)["group"]
    if (within.size() > 1).any():
        complain("correlate", shown(uncertain.correlate), f"one {uncertain.correlate} for each {uncertain.each}", "")
        return None
    _, group = np.unique(within.first().to_numpy(dtype=str), return_inverse=True)
    return rows, units, group.astype(np.int64), tuple(columns)
