"""Fairness has a price: what ``give`` and ``bands`` cost in shortfall, and who sits on a limit."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from singlepot.solver import Control, Progress, Stage, Start, minimise_in_turn
from singlepot.solver.lexicographic.stages import with_stage_rows

from ..formulation.formulation import Formulation, formulate
from ..formulation.stage_costs import stages
from ..settlement.settlement import Settlement
from ..settlement.solving import by_techniques
from .spread import spread

SHORTFALL = "shortfall."
"""The stages in which the price is told."""


@dataclass(frozen=True)
class PriceOfFairness:
    """What fairness costs in shortfall, and how often limits decide.

    Attributes
    ----------
    shortfall
        Each shortfall stage at the settlement, as a share of the targets.
    without_give, without_bands
        The same for the scenario with no ``give``, and for the scenario with every percent weighing the same.
    areas, on_floor, on_ceiling
        Areas with a bid, and how many of them sit on a grant floor or ceiling in some year.
    lowest, median, highest
        Grant over bid across those areas.
    """

    shortfall: Mapping[str, float]
    without_give: Mapping[str, float]
    without_bands: Mapping[str, float]
    areas: int
    on_floor: int
    on_ceiling: int
    lowest: float
    median: float
    highest: float

    @property
    def give_costs(self) -> Mapping[str, float]:
        """What ``give`` adds to each shortfall stage; a later stage can gain from what an earlier one gives."""
        return {name: value - self.without_give[name] for name, value in self.shortfall.items()}

    @property
    def bands_cost(self) -> Mapping[str, float]:
        """What ``bands`` add to each shortfall stage."""
        return {name: value - self.without_bands[name] for name, value in self.shortfall.items()}

    @property
    def on_limit(self) -> int:
        """Areas on a floor or a ceiling."""
        return self.on_floor + self.on_ceiling


def price_fairness(
    settlement: Settlement,
    *,
    time_limit_s: float | None = None,
    progress: Callable[[Progress], object] | None = None,
) -> PriceOfFairness:
    """Minimise the stages again without ``give`` and without ``bands``, where they can matter, and compare.

    Without ``give`` nothing can be taken from the shortfall stages, so neither costs anything there.

    Parameters
    ----------
    settlement
        What the others are compared with.
    time_limit_s
        Seconds of wall time for both together.
    progress
        Called with a :class:`~singlepot.Progress` of both; returning False stops the run.

    Raises
    ------
    NotProvenError, StoppedError
        The time limit or the caller ended the run.
    """
    control = Control(time_limit_s, progress)
    settings = settlement.scenario.settings.stages
    actual = _shortfalls(settlement)
    without_give = without_bands = actual
    if any(give > 0 for give in settings.give.values()):
        formulation, start = _programme(settlement, control)
        without_give = _minimised(
            formulation, [replace(stage, give=0.0, limit=math.inf) for stage in formulation.stages], start, control
        )
        bands = replace(settings.bands, slopes=(1.0,) * len(settings.bands.slopes))
        level = stages(replace(formulation.model, bands=bands), formulation.programme, settings)
        without_bands = _minimised(formulation, level, start, control)
    distribution = spread(settlement)
    return PriceOfFairness(
        shortfall=actual,
        without_give=without_give,
        without_bands=without_bands,
        areas=distribution.areas,
        on_floor=len(distribution.floored),
        on_ceiling=len(distribution.ceiled),
        lowest=distribution.lowest,
        median=distribution.median,
        highest=distribution.highest,
    )


def _programme(settlement: Settlement, control: Control) -> tuple[Formulation, Start | None]:
    """Return the programme that a settlement solved, and where its first stage ended.

    Without further constraints of a program where a settlement that was read back has lost them.
    """
    if settlement.stored_orders is None and settlement.has_extra_rows:
        return formulate(settlement.scenario), None
    solved = settlement.solve_stages(control)
    return solved.formulation, solved.staged.start


def _minimised(
    formulation: Formulation, changed: Sequence[Stage], start: Start | None, control: Control
) -> dict[str, float]:
    """Shortfall stages at the end of the changed stages that can move them: nothing is shared or tabulated."""
    programme = formulation.programme
    if not any(stage.give > 0 for stage in changed):
        changed = changed[: 1 + max(k for k, stage in enumerate(changed) if stage.name.startswith(SHORTFALL))]
        programme, _ = with_stage_rows(programme, formulation.stages)  # the rows of the start
    staged = by_techniques(
        lambda technique, begin: minimise_in_turn(
            programme, changed, control, technique=technique, start=begin, values_only=True
        ),
        start,
    )
    x = staged.x * staged.scaled.column_scale
    return {stage.name: float(stage.cost @ x) + stage.constant for stage in changed if stage.name.startswith(SHORTFALL)}


def _shortfalls(settlement: Settlement) -> dict[str, float]:
    stages = settlement.stages
    chosen = stages[stages["name"].str.startswith(SHORTFALL)]
    return dict(zip(chosen["name"], chosen["final"].astype(float), strict=True))
