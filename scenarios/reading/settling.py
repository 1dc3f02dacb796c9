"""Entry point ``settle``: its argument is a scenario, or the name or path of one."""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike

from singlepot.models.scenario.scenario import Scenario
from singlepot.models.settlement.settle import settle_scenario
from singlepot.models.settlement.settlement import Settlement
from singlepot.solver import Backend, BadOptionError, Extra, Progress

from .reading import read_scenario

ScenarioSource = Scenario | str | PathLike[str]
"""A scenario, or the shipped name or path of one or of a what-if."""


def scenario_of(source: ScenarioSource) -> Scenario:
    """Return a scenario as it is; read one that is named.

    Raises
    ------
    BadInputError
        Nothing readable has that name.
    BadOptionError
        It is neither a scenario nor a name.
    """
    if isinstance(source, Scenario):
        return source
    given: object = source
    if not isinstance(given, str | PathLike):
        kind = type(given).__name__
        raise BadOptionError(f"a value of type {kind} is no scenario", "give a scenario, or a name or path")
    return read_scenario(source)


def settle(
    scenario: ScenarioSource,
    *,
    backend: Backend = "highs",
    solver: str | None = None,
    extra: Extra | None = None,
    time_limit_s: float | None = None,
    progress: Callable[[Progress], object] | None = None,
) -> Settlement:
    """Settle bids and targets against the pot and the national objectives.

    Bids that fit the pot, break no rule and meet the national objectives come back unchanged.

    Parameters
    ----------
    scenario
        What to settle, or its shipped name or path, as :func:`singlepot.read_scenario` takes it.
    backend
        Which solver interface solves the stages: ``highs``, ``pulp``, ``pyomo``, or a function that opens an
        :class:`~singlepot.solver.Engine` of the caller for a matrix. The settlement is the same to 1e-6; where an
        answer's duals prove nothing, the reference solves the stage again and ``certificate.notes`` says so.
    solver
        Which solver behind the interface: ``highs``, ``cbc``, ``glpk``, or what else is installed.
    extra
        Called once with :class:`~singlepot.ExtraRows`, to add constraints over the labelled columns; they hold at
        every stage and are named in the provenance. Whole pounds are rounded without them.
    time_limit_s
        Seconds of wall time.
    progress
        Called with a frozen :class:`~singlepot.Progress`; returning False stops the run.

    Returns
    -------
    Settlement
        With a certificate that holds.

    Raises
    ------
    BadInputError
        The scenario cannot be read, with everything that is wrong with it.
    BadOptionError, SolverNotFoundError, BadExtraRowsError
        An option cannot be; nothing was solved.
    NoSettlementError
        The rules cannot hold together; the message says which, with the sums.
    NotProvenError, StoppedError
        The time limit or the caller ended the run; both say what was proved by then.
    SolverFailedError, VerificationFailedError
        No answer could be proved.

    Examples
    --------
    >>> settle("bucks-and-burnley").grants.groupby("area")["grant"].sum().round(6).to_dict()
    {'E06000052': 91.0, 'E06000060': 61.0, 'E07000117': 44.0}
    """
    return settle_scenario(
        scenario_of(scenario),
        backend=backend,
        solver=solver,
        extra=extra,
        time_limit_s=time_limit_s,
        progress=progress,
    )
