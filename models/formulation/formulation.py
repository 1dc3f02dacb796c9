"""Scenario in, labelled linear programme out: the terms in order, the stages, the weights of sharing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from singlepot.solver import Extra, ExtraRows, LinearProgramme, Stage

from ..scenario.array_types import Floats
from ..scenario.arrays import Arrays, arrays
from ..scenario.scenario import Scenario
from .model import Model
from .rules import Rules, resolve
from .sharing_weights import curvature
from .stage_costs import stages
from .terms import ALWAYS, FOR_STAGE


@dataclass(frozen=True, eq=False)
class Formulation:
    """A scenario as a programme: ``model`` knows where each column stands."""

    scenario: Scenario
    model: Model
    programme: LinearProgramme
    stages: tuple[Stage, ...]
    curvature: Floats

    @property
    def data(self) -> Arrays:
        """The scenario as arrays."""
        return self.model.data

    @property
    def rules(self) -> Rules:
        """The limits that bind each cell."""
        return self.model.rules


def formulate(scenario: Scenario, extra: Extra | None = None) -> Formulation:
    """Write the programme of a scenario.

    Everything is assembled from arrays; there is no loop over options, areas or years. ``extra`` may add rows.
    """
    data = arrays(scenario)
    return write(scenario, data, resolve(scenario, data), extra)


def write(
    scenario: Scenario, data: Arrays, rules: Rules, extra: Extra | None = None, *, staged: bool = True
) -> Formulation:
    """Write the programme of a scenario under limits that need not be those of its own rules.

    Without ``staged`` there are no stages and none of their terms, only what a settlement must satisfy.
    """
    settings = scenario.settings.stages
    model = Model(data, rules, settings.bands)
    needed = [term for name in settings.order if staged for term in FOR_STAGE.get(name, ())]
    for term in dict.fromkeys([*ALWAYS, *needed]):
        term(model)
    programme = model.build.build()
    if extra is not None:
        further = ExtraRows(programme)
        extra(further)
        programme = further.extended()
    return Formulation(
        scenario,
        model,
        programme,
        tuple(stages(model, programme, settings)) if staged else (),
        np.asarray(curvature(model, programme.shape[1])),
    )
