"""Solution of a settlement's programme: stages in turn, sharing, decisions, whole pounds and their certificate."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from singlepot.solver import (
    Backend,
    Control,
    Extra,
    Halt,
    InfeasibleError,
    SolverFailedError,
    Staged,
    Start,
    Technique,
    VerificationFailedError,
    ended_early,
    find_start,
    minimise_in_turn,
    share,
)
from singlepot.solver.infeasibility.farkas import is_possible

from ..formulation.formulation import Formulation, formulate
from ..infeasibility.explain import explain_conflict
from ..scenario.scenario import Scenario
from .certificate import Certificate, certify, insist
from .decisions import Decisions, decisions_from_columns
from .pounds import Pounds, in_pounds

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


@dataclass(frozen=True, eq=False)
class Outcome:
    """The end of the stages of a programme, the decisions that the sharing step takes there, and their certificate.

    ``seconds`` of CPU time by phase.
    """

    staged: Staged
    decisions: Decisions
    pounds: Pounds
    certificate: Certificate
    seconds: Mapping[str, float]


def settle_programme(
    formulation: Formulation,
    control: Control,
    *,
    extra: Extra | None = None,
    backend: tuple[Backend, str | None] = ("highs", None),
    start: Start | None = None,
) -> Outcome:
    """Settle a programme without laying out a table.

    Parameters
    ----------
    extra
        What added rows to the programme.
    backend
        Interface and solver, as for :func:`~singlepot.models.settlement.settle.settle_scenario`.
    start
        See :func:`~singlepot.solver.minimise_in_turn`; left out where it leads to nothing that can be proved.

    Raises
    ------
    NoSettlementError, NotProvenError, StoppedError, SolverFailedError, VerificationFailedError
        As :func:`~singlepot.models.settlement.settle.settle_scenario`.
    """
    clock = _Clock()
    if formulation.rules.of_rates and not is_possible(formulation.programme, control):
        raise explain_conflict(formulation, control, extra)  # plain feasibility is proved long before any stage

    def attempt(technique: Technique, start: Start | None) -> Outcome:
        return _certified(formulation, extra, control, (*backend, technique), clock, start)

    return by_techniques(attempt, start)


def first_start(scenario: Scenario, control: Control) -> Start | None:
    """Return where the first stage of a scenario ends, a start for scenarios like it; None without a settlement."""
    formulation = formulate(scenario)
    try:
        return find_start(formulation.programme, formulation.stages, control)
    except (InfeasibleError, SolverFailedError):
        return None
    except Halt as halt:
        if halt.by_limit:
            return None
        raise ended_early(halt, ()) from halt
    except KeyboardInterrupt as interrupt:
        raise ended_early(Halt(by_limit=False), ()) from interrupt


def by_techniques(attempt: Callable[[Technique, Start | None], Result], start: Start | None = None) -> Result:
    """Return what the first of :data:`WAYS` leads to whose answer can be proved; before them, from the start if any.

    Raises
    ------
    SolverFailedError, VerificationFailedError
        The last one failed too.
    """
    tries: list[tuple[Technique, Start | None]] = [] if start is None else [(WAYS[0], start)]
    tries += [(technique, None) for technique in WAYS]
    *others, last = tries
    for technique, beginning in others:
        try:
            return attempt(technique, beginning)
        except (SolverFailedError, VerificationFailedError) as failure:
            LOG.info("%s; trying another technique", failure.cause)
    return attempt(*last)


def _certified(
    formulation: Formulation,
    extra: Extra | None,
    control: Control,
    way: tuple[Backend, str | None, Technique],
    clock: _Clock,
    start: Start | None,
) -> Outcome:
    """Settle once; raise where the certificate does not hold."""
    with clock("solve"):
        staged = _stages(formulation, control, way, extra, start)
    with clock("share"):
        try:
            shared = share(staged, formulation.curvature, control, idle=formulation.idle)
        except Halt as halt:
            raise ended_early(halt, staged.results) from halt
    with clock("certify"):
        decisions = decisions_from_columns(formulation.model, shared.x)
        pounds = in_pounds(formulation.data, formulation.rules, decisions, formulation.scenario.settings.money)
        certificate = certify(formulation, decisions, staged.results, shared.residual, pounds)
        insist(certificate)
    return Outcome(staged, decisions, pounds, certificate, clock.seconds)


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


class _Clock:
    """Stopwatch of CPU seconds by phase."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, phase: str) -> Iterator[None]:
        start = time.process_time()
        try:
            yield
        finally:
            self.seconds[phase] = self.seconds.get(phase, 0.0) + time.process_time() - start
