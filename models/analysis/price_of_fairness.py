"""Fairness has a price: what ``give`` and ``bands`` cost in shortfall, and who sits on a limit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from singlepot.solver import Control, Progress, minimise_in_turn

from ..formulation.formulation import formulate
from ..scenario.scenario import Scenario
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
    scenario = settlement.scenario
    stages = scenario.settings.stages
    actual = _shortfalls(settlement)
    without_give = without_bands = actual
    if any(give > 0 for give in stages.give.values()):
        without_give = _minimised(
            scenario.with_(stages={"give": dict.fromkeys(stages.give, 0.0), "limits": None}), control
        )
        without_bands = _minimised(scenario.with_(stages={"bands": {"ends": [], "slopes": [1]}}), control)
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


def _minimised(scenario: Scenario, control: Control) -> dict[str, float]:
    """Shortfall stages of a scenario at the end of the stages that can move them: nothing is shared or tabulated."""
    formulation = formulate(scenario)
    stages = formulation.stages
    if not any(stage.give > 0 for stage in stages):
        stages = stages[: 1 + max(k for k, stage in enumerate(stages) if stage.name.startswith(SHORTFALL))]
    staged = by_techniques(
        lambda technique, _: minimise_in_turn(
            formulation.programme, stages, control, technique=technique, values_only=True
        )
    )
    x = staged.x * staged.scaled.column_scale
    return {stage.name: float(stage.cost @ x) + stage.constant for stage in stages if stage.name.startswith(SHORTFALL)}


def _shortfalls(settlement: Settlement) -> dict[str, float]:
    stages = settlement.stages
    chosen = stages[stages["name"].str.startswith(SHORTFALL)]
    return dict(zip(chosen["name"], chosen["final"].astype(float), strict=True))
