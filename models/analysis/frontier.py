"""The trade-off between two things the nation wants: every corner, proved, and what a settlement there looks like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from singlepot.solver import (
    DEPTH,
    BadOptionError,
    Control,
    Explorer,
    ExtraRows,
    InfeasibleError,
    LinearProgramme,
    Progress,
    Stage,
    TradeOff,
    trade_off,
)

from ..formulation.formulation import Formulation
from ..infeasibility.explain import explain_conflict
from ..scenario.array_types import Floats
from ..scenario.scenario import Scenario
from ..settlement.decisions import columns_of, decisions_of
from ..settlement.settle import settle_scenario
from ..settlement.settlement import Settlement
from ..tables.copies import CopiedTables
from .trade_off_axes import TradeOffMeasure, measures, no_more

Others = Literal["held", "free"]

MAIN = 0.005
"""Depth from which a corner is a main one: what a drawing would show to be missing."""

SLACK = 1e-5
"""Room, as a share of the ranges, that a settlement on the frontier has: the rest of it needs some to be shared in."""

LEAST_RANGE = 0.1
"""Range, as a share of a measure's size, below which that room is no smaller: else rounding would fill it."""

ROUNDING = 1e-9
"""Room, as a share of its target, above the settlement's shortfall of an objective that is held."""


@dataclass(frozen=True, eq=False, repr=False)
class Frontier(CopiedTables):
    """The least of one measure for each value of another.

    Attributes
    ----------
    scenario
        What was asked about.
    first, second
        The two measures.
    others
        ``held``: other objectives fall short by no more than in the settlement; ``free``: they may. Between two
        stages, ``held`` keeps the stages before both at their optimum and what they give.
    corners
        first, second (values), rate (by how much ``second`` falls for one more of ``first`` up to the next corner; NaN
        at the last), depth (how far the corner lies below the line between the two from which it was found, as a share
        of both ranges; 1 for the ends), main (an end, or that depth is at least 0.005), knee.
    settled
        Where the settlement stands: its two values.
    gap
        How far below the edges the truth can lie, as a share of the ranges, by the duals.
    """

    scenario: Scenario
    first: TradeOffMeasure
    second: TradeOffMeasure
    others: Others
    corners: pd.DataFrame
    settled: tuple[float, float]
    gap: float

    @property
    def knee(self) -> tuple[float, float] | None:
        """The corner farthest below the line between both ends, each measure in shares of its range; None for a line.

        Das, "On characterizing the 'knee' of the Pareto curve", Structural Optimization 18 (1999).
        """
        knees = self.corners[self.corners["knee"]]
        return None if knees.empty else (float(knees["first"].iloc[0]), float(knees["second"].iloc[0]))

    def at(self, first: float) -> float:
        """The least of the second measure where the first is at most this; NaN where that is not possible.

        Raises no error beyond the end: the second measure is smallest there.
        """
        known = self.corners["first"].to_numpy()
        if first < known[0]:
            return float("nan")
        return float(np.interp(first, known, self.corners["second"].to_numpy()))

    def settle(self, first: float, *, time_limit_s: float | None = None) -> Settlement:
        """Settle the scenario at a point of the frontier: everything else is decided as ever.

        Parameters
        ----------
        first
            The most of the first measure that is allowed.

        Raises
        ------
        BadOptionError
            The first measure cannot be as small.
        """
        low, high = (float(self.corners["first"].iloc[end]) for end in (0, -1))
        if not first >= low:
            raise BadOptionError(f"{self.first.name} cannot be {first:.6g}", f"choose {low:.6g} or more")
        formulation, _, stages = measures(self.scenario, (self.first.key, self.second.key))
        ranges = (high - low, float(np.ptp(self.corners["second"])))
        room = [SLACK * max(r, LEAST_RANGE * stage.size) for r, stage in zip(ranges, stages, strict=True)]
        limits = (first + room[0], self.at(first) + room[1])
        most = _most(formulation, self) if self.others == "held" else None

        def further(rows: ExtraRows) -> None:
            for measure, stage, limit in zip((self.first, self.second), stages, limits, strict=True):
                no_more(rows, f"frontier {measure.key}", stage, limit)
            if most is not None:
                for column in np.flatnonzero(np.isfinite(most)):
                    label = formulation.programme.column_label(int(formulation.model.shortfall[column]))
                    rows.at_most(f"held {label}", [formulation.model.shortfall[column]], 1.0, float(most[column]))

        return settle_scenario(formulation.scenario, extra=further, time_limit_s=time_limit_s)

    def __repr__(self) -> str:
        """One line."""
        return f"<Frontier of {self.first.key} and {self.second.key}: {len(self.corners)} corners>"


def trace_frontier(
    scenario: Scenario,
    first: str,
    second: str,
    *,
    others: Others = "held",
    depth: float = DEPTH,
    time_limit_s: float | None = None,
    progress: Callable[[Progress], object] | None = None,
) -> Frontier:
    """Find the exact trade-off between two measures under every rule of a scenario.

    Parameters
    ----------
    scenario
        What to look at.
    first, second
        An objective (its mean shortfall, as a share of its national targets), or a stage: ``shortfall.total`` against
        ``concession.total`` is what fairness costs. Of several priorities, ``shortfall.total[2]`` names one.
    others
        ``held``: other objectives fall short by no more than in the settlement. Between two stages: the stages before
        both keep their optimum and what they give. ``free``: nothing but the rules holds.
    depth
        Corners that lie less than this below the line beside them, as a share of the ranges, are left out; a larger
        one saves time where there are thousands.
    time_limit_s
        Seconds of wall time for everything.
    progress
        Called with a :class:`~singlepot.Progress`; returning False stops the run.

    Raises
    ------
    BadOptionError
        No such measure, or the same one twice.
    NoSettlementError
        The rules cannot hold together.
    NotProvenError, StoppedError
        The run ended early.

    Examples
    --------
    >>> import singlepot as sp
    >>> found = sp.trace_frontier(sp.read_scenario("bucks-and-burnley"), "carbon", "burden")
    >>> found.corners[["first", "second", "rate", "knee"]].round(6)
          first  second        rate   knee
    0  0.000000    17.0  954.000000  False
    1  0.012579     5.0  190.176471   True
    2  0.017837     4.0         NaN  False
    """
    if first == second:
        raise BadOptionError(f"{first!r} cannot be traded against itself", "name two measures")
    if others not in ("held", "free"):
        raise BadOptionError(f"others cannot be {others!r}", "say held or free")
    if not DEPTH <= depth < 1:
        raise BadOptionError(f"the depth {depth!r} is no share of the ranges", f"choose {DEPTH:g} or more, below 1")
    control = Control(time_limit_s, progress)
    formulation, (one, two), stages = measures(scenario, (first, second))
    settlement = settle_scenario(scenario, time_limit_s=control.remaining_s, progress=progress)
    settled = _values(formulation, settlement, stages)
    draft = Frontier(scenario, one, two, others, pd.DataFrame(), settled, 0.0)
    programme, earlier = formulation.programme, []
    if others == "held":
        programme = _held(formulation, draft, settlement)
        earlier = _earlier(formulation, draft, stages)
    try:
        frontier = trade_off(Explorer(programme, earlier, control), stages[0], stages[1], depth)
    except InfeasibleError:
        raise explain_conflict(formulation, control, None) from None
    return replace(draft, corners=_table(frontier), gap=frontier.gap)


def _values(formulation: Formulation, settlement: Settlement, stages: list[Stage]) -> tuple[float, float]:
    """The measures of a settlement, worked out from its take-ups."""
    data, options = formulation.data, formulation.data.options
    used = settlement.take_up.set_index(["area", "option"])["take_up"]
    keys = list(zip(data.labels("areas", options.area), options.name, strict=True))
    moved = np.zeros(data.pot.shape), np.zeros((len(data.envelopes), *data.pot.shape))
    decisions = decisions_of(data, np.asarray(used.reindex(keys), dtype=np.float64), *moved)
    x = columns_of(formulation.model, formulation.programme, decisions)
    first, second = (float(stage.cost @ x) + stage.constant for stage in stages)
    return first, second


def _most(formulation: Formulation, traced: Frontier, settlement: Settlement | None = None) -> Floats | None:
    """The largest shortfall of each national row that is held; inf where it is free, None where none is held."""
    axes = [axis.key for axis in (traced.first, traced.second) if axis.objective]
    if not axes:
        return None
    settlement = settlement or settle_scenario(traced.scenario)
    rows = formulation.data.national
    short = settlement.national["shortfall"].to_numpy(dtype=np.float64)
    keys = np.asarray(formulation.data.objectives, dtype=object)[rows.objective]
    return np.where(np.isin(keys, axes), np.inf, short + ROUNDING * rows.target)


def _held(formulation: Formulation, traced: Frontier, settlement: Settlement) -> LinearProgramme:
    most = _most(formulation, traced, settlement)
    if most is None:
        return formulation.programme
    upper = formulation.programme.column_upper.copy()
    upper[formulation.model.shortfall] = most
    return replace(formulation.programme, column_upper=upper)


def _earlier(formulation: Formulation, traced: Frontier, stages: list[Stage]) -> list[Stage]:
    """Between two stages, those before both."""
    if traced.first.objective or traced.second.objective:
        return []
    return list(formulation.stages[: min(formulation.stages.index(stage) for stage in stages)])


def _table(curve: TradeOff) -> pd.DataFrame:
    first, second, depth = (
        np.asarray([getattr(corner, name) for corner in curve.corners]) for name in ("first", "second", "depth")
    )
    rate = np.full(len(first), np.nan)
    rate[:-1] = -np.diff(second) / np.diff(first)
    below = _below(first, second)
    knee = np.zeros(len(first), dtype=bool)
    if len(first) > 2:
        knee[below.argmax()] = True
    main = (depth >= MAIN) | knee
    return pd.DataFrame({"first": first, "second": second, "rate": rate, "depth": depth, "main": main, "knee": knee})


def _below(first: Floats, second: Floats) -> Floats:
    """How far each corner lies below the line between the ends, each measure in shares of its range."""
    if len(first) < 3:
        return np.zeros(len(first))
    across, down = np.ptp(first), np.ptp(second)
    return np.asarray(1 - (first - first[0]) / across - (second - second[-1]) / down)
