"""Lexicographic settlement of a scenario: formulate, minimise in stages, share, certify, round."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import version
from typing import Any, TypeVar

from singlepot.solver import (
    Backend,
    Control,
    Extra,
    Halt,
    InfeasibleError,
    NotProvenError,
    Progress,
    SolverFailedError,
    Staged,
    Start,
    Technique,
    VerificationFailedError,
    ended_early,
    minimise_in_turn,
    share,
)
from singlepot.solver.infeasibility.farkas import is_possible

from ..explanation.merit_order import rank_options
from ..explanation.solved_stages import SolvedStages
from ..formulation.formulation import Formulation, formulate
from ..infeasibility.explain import explain_conflict
from ..scenario.scenario import Scenario
from ..tables.copies import Deferred
from .certificate import Certificate, certify, insist
from .decisions import Decisions, decisions_from_columns
from .pounds import Pounds, in_pounds
from .settlement import Settlement
from .tabulating import tables_of

LOG = logging.getLogger("singlepot")

Result = TypeVar("Result")

COARSER = 2.0**-32
"""Terms that are left out where counting them leads nowhere: a certificate to 1e-9 may hold without them."""

FINER = 2.0**12
"""Factor of the tolerances where an amount that solvers leave open is large for a stage whose weights lie far apart."""

WAYS = (
    Technique(),
    Technique(safe=True),
    Technique(finer=FINER),
    Technique(counted=COARSER),
    Technique(safe=True, hold_by_face=False),
)
"""Techniques of the stages, in the order in which they are tried; the certificate decides whether one was good enough.

The first serves all shipped scenarios. The others are for amounts that are many orders of magnitude apart: they end at
other points, with other duals, from which the sharing step may be solved where it was not.
"""


def settle_scenario(
    scenario: Scenario,
    *,
    backend: Backend = "highs",
    solver: str | None = None,
    extra: Extra | None = None,
    time_limit_s: float | None = None,
    progress: Callable[[Progress], object] | None = None,
    start: Start | None = None,
) -> Settlement:
    """Settle bids and targets against the pot and the national objectives.

    Bids that fit the pot, break no rule and meet the national objectives come back unchanged.

    Parameters
    ----------
    scenario
        What to settle; it was checked when it was made.
    backend
        Which solver interface solves the stages: ``highs``, ``pulp``, ``pyomo``, ``interior-point``, or a function
        that opens an :class:`~singlepot.solver.Engine` of your own for a matrix. The settlement is the same to 1e-6;
        where an answer's duals prove nothing, HiGHS solves the stage again and ``certificate.notes`` says so.
    solver
        Which solver behind the interface: ``highs``, ``cbc``, ``glpk``, or what else is installed.
    extra
        Called once with :class:`~singlepot.solver.ExtraRows`, to add constraints of your own over the labelled
        columns; they hold at every stage and are named in the provenance. Whole pounds are rounded without them.
    time_limit_s
        Seconds of wall time.
    progress
        Called with a frozen :class:`~singlepot.solver.Progress`; returning False stops the run.
    start
        Where the stages of a like scenario began, see :func:`first_start`; the settlement is the same to 1e-9.

    Returns
    -------
    Settlement
        With a certificate that holds.

    Raises
    ------
    NoSettlementError
        The rules cannot hold together; the message says which, with the sums.
    NotProvenError, StoppedError
        The time limit or the caller ended the run; both say what was proved by then.
    SolverFailedError, VerificationFailedError
        No answer could be proved.

    Examples
    --------
    >>> import pandas as pd
    >>> scenario = Scenario.from_tables(
    ...     areas=pd.DataFrame({"code": ["A", "B"], "name": ["Aston", "Barton"]}),
    ...     pot=pd.DataFrame({"year": ["2026-27"], "amount": [9.0]}),
    ...     bids=pd.DataFrame({"area": ["A", "B"], "year": ["2026-27"] * 2, "amount": [4.0, 8.0]}),
    ...     years=["2026-27"],
    ... )
    >>> settle_scenario(scenario).grants[["area", "bid", "grant"]].round(9)
      area  bid  grant
    0    A  4.0    3.0
    1    B  8.0    6.0
    """
    control = Control(time_limit_s, progress)
    try:
        return _settle(scenario, extra, control, (backend, solver), start)
    except KeyboardInterrupt as interrupt:
        raise ended_early(Halt(by_limit=False), ()) from interrupt


def _settle(
    scenario: Scenario,
    extra: Extra | None,
    control: Control,
    backend: tuple[Backend, str | None],
    start: Start | None,
) -> Settlement:
    clock = Clock()
    with clock("formulate"):
        formulation = formulate(scenario, extra)
    outcome = settle_programme(formulation, control, extra=extra, backend=backend, start=start, clock=clock)
    return _settlement(formulation, outcome, clock.seconds)


@dataclass(frozen=True, eq=False)
class Outcome:
    """The end of the stages of a programme, the decisions that the sharing step takes there, and their certificate."""

    staged: Staged
    decisions: Decisions
    pounds: Pounds
    certificate: Certificate


def settle_programme(
    formulation: Formulation,
    control: Control,
    *,
    extra: Extra | None = None,
    backend: tuple[Backend, str | None] = ("highs", None),
    start: Start | None = None,
    clock: Clock | None = None,
) -> Outcome:
    """Settle a programme without laying out a table.

    Parameters
    ----------
    extra
        What added rows to the programme.
    backend
        Interface and solver, as for :func:`settle_scenario`.
    start
        See :func:`~singlepot.solver.minimise_in_turn`; left out where it leads to nothing that can be proved.
    clock
        Counts the phases.

    Raises
    ------
    NoSettlementError, NotProvenError, StoppedError, SolverFailedError, VerificationFailedError
        As :func:`settle_scenario`.
    """
    clock = clock or Clock()

    def attempt(technique: Technique, start: Start | None = None) -> Outcome:
        return _certified(formulation, extra, control, (*backend, technique), clock, start)

    if start is not None:
        with suppress(SolverFailedError, VerificationFailedError):
            return attempt(WAYS[0], start)
    return by_techniques(attempt)


def first_start(scenario: Scenario, control: Control) -> Start | None:
    """Return where the first stage of a scenario ends, a start for scenarios like it; None without a settlement."""
    formulation = formulate(scenario)
    try:
        return minimise_in_turn(formulation.programme, formulation.stages, control).start
    except (InfeasibleError, SolverFailedError, NotProvenError):
        return None
    except KeyboardInterrupt as interrupt:
        raise ended_early(Halt(by_limit=False), ()) from interrupt


def by_techniques(attempt: Callable[[Technique], Result]) -> Result:
    """Return what the first of :data:`WAYS` leads to whose answer can be proved.

    Raises
    ------
    SolverFailedError, VerificationFailedError
        The last one failed too.
    """
    *others, last = WAYS
    for technique in others:
        try:
            return attempt(technique)
        except (SolverFailedError, VerificationFailedError) as failure:
            LOG.info("%s; trying another technique", failure.cause)
    return attempt(last)


def _certified(
    formulation: Formulation,
    extra: Extra | None,
    control: Control,
    way: tuple[Backend, str | None, Technique],
    clock: Clock,
    start: Start | None,
) -> Outcome:
    """Settle once; raise where the certificate does not hold."""
    with clock("solve"):
        staged = _stages(formulation, control, way, extra, start)
    with clock("share"):
        try:
            shared = share(staged, formulation.curvature, control)
        except Halt as halt:
            raise ended_early(halt, staged.results) from halt
    with clock("certify"):
        decisions = decisions_from_columns(formulation.model, shared.x)
        pounds = in_pounds(formulation.data, formulation.rules, decisions, formulation.scenario.settings.money)
        certificate = certify(formulation, decisions, staged.results, shared.residual, pounds)
        insist(certificate)
    return Outcome(staged, decisions, pounds, certificate)


def _stages(
    formulation: Formulation,
    control: Control,
    way: tuple[Backend, str | None, Technique],
    extra: Extra | None,
    start: Start | None,
) -> Staged:
    try:
        return minimise_in_turn(
            formulation.programme,
            formulation.stages,
            control,
            backend=way[0],
            solver=way[1],
            technique=way[2],
            start=start,
        )
    except InfeasibleError:
        raise explain_conflict(formulation, control, extra) from None
    except SolverFailedError:  # a solver that gives up may have met rules that clash by little
        if is_possible(formulation.programme, control):
            raise
        raise explain_conflict(formulation, control, extra) from None


def _settlement(formulation: Formulation, outcome: Outcome, seconds: dict[str, float]) -> Settlement:
    """Lay out a settlement whose tables, merit orders and provenance are worked out when they are first asked for."""
    solved = SolvedStages(formulation, outcome.staged, outcome.decisions.take_up)
    orders = cache(partial(rank_options, solved))
    tables: dict[str, Any] = tables_of(solved, orders, outcome.decisions, outcome.pounds, outcome.certificate)
    provenance: Any = Deferred(partial(_provenance, formulation, outcome.staged))
    stored_orders: Any = Deferred(orders)
    return Settlement(
        scenario=formulation.scenario,
        **tables,
        certificate=outcome.certificate,
        provenance=provenance,
        timings=seconds,
        stored_orders=stored_orders,
    )


def _provenance(formulation: Formulation, staged: Staged) -> dict[str, object]:
    scenario, programme = formulation.scenario, formulation.programme
    extra = programme.rows("extra")
    return {
        "scenario": scenario.settings.title,
        "scenario_sha256": scenario.sha256,
        "backend": staged.solver,
        "backend_version": staged.version,
        "methods": {result.stage.name: result.method for result in staged.results},
        "extra": [programme.row_label(i) for i in range(extra.start, extra.stop)],
        "versions": dict(_versions()),
    }


@cache
def _versions() -> Mapping[str, str]:
    return {name: version(name) for name in ("singlepot", "highspy", "clarabel", "numpy", "scipy", "pandas")}


class Clock:
    """Stopwatch of CPU seconds by phase."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, phase: str) -> Iterator[None]:
        """Count what is done inside as a phase."""
        start = time.process_time()
        try:
            yield
        finally:
            self.seconds[phase] = self.seconds.get(phase, 0.0) + time.process_time() - start
