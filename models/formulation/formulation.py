"""Formulation of a scenario as a labelled linear programme: terms in order, costs of the stages, sharing weights."""

from __future__ import annotations

from dataclasses import dataclass

from singlepot.solver import Extra, ExtraRows, LinearProgramme, Stage

from ..scenario.array_types import Booleans, Floats
from ..scenario.arrays import Arrays, arrays
from ..scenario.scenario import Scenario
from .model import Model
from .rules import Rules, resolve
from .sharing_weights import sharing_weights
from .stage_costs import stages
from .terms import ALWAYS, FOR_STAGE


@dataclass(frozen=True, eq=False)
class Formulation:
    """A scenario as a linear programme with labelled rows and columns, and the stages that it is minimised in.

    Parameters
    ----------
    scenario
        What is formulated.
    model
        Internal: where each quantity stands among the columns.
    programme
        Rows and columns with their bounds, and the matrix between them.
    stages
        What is minimised, in order; ``cost`` has one coefficient for each column of the programme.
    curvature
        One non-negative number for each column: the weights of the sharing step, which chooses among the optima.
    idle
        Internal: the columns of options that change nothing, which are used as far as others require.
    """

    scenario: Scenario
    model: Model
    programme: LinearProgramme
    stages: tuple[Stage, ...]
    curvature: Floats
    idle: Booleans

    @property
    def data(self) -> Arrays:
        """Internal: the scenario as arrays."""
        return self.model.data

    @property
    def rules(self) -> Rules:
        """Internal: the limits that bind each cell."""
        return self.model.rules


def formulate(scenario: Scenario, extra: Extra | None = None) -> Formulation:
    """Write a scenario as a linear programme, without solving it.

    Parameters
    ----------
    scenario
        What to formulate.
    extra
        As for :func:`singlepot.settle`: called once to add rows over the labelled columns.

    Returns
    -------
    Formulation
        The programme, and the stages that a settlement minimises in turn.

    Raises
    ------
    BadExtraRowsError
        The rows that ``extra`` adds cannot be used.

    Examples
    --------
    >>> import singlepot as sp
    >>> sp.formulate(sp.read_scenario("bucks-and-burnley")).programme.shape
    (70, 98)
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
    curvature, idle = sharing_weights(model, programme.shape[1])
    return Formulation(
        scenario,
        model,
        programme,
        tuple(stages(model, programme, settings)) if staged else (),
        curvature,
        idle,
    )
