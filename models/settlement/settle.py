"""Lexicographic settlement of a scenario: formulate, minimise in stages, share, certify, round."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib.metadata import version
from typing import Any

from singlepot.solver import Backend, Control, Extra, Halt, Progress, Staged, Start, ended_early

from ..discounting.present_value import IN_FORCE, present_value_record
from ..explanation.merit_order import rank_options
from ..explanation.solved_stages import SolvedStages
from ..formulation.formulation import Formulation, formulate
from ..scenario.scenario import Scenario
from ..tables.copies import Deferred
from .settlement import Settlement
from .solving import Outcome, settle_programme
from .tabulating import tables_of


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
        Where the first stage of a scenario like it ended; the settlement is the same to 1e-9. See
        :func:`~singlepot.models.settlement.solving.first_start`.

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
    begun = time.process_time()
    formulation = formulate(scenario, extra)
    formulated = time.process_time() - begun
    outcome = settle_programme(formulation, control, extra=extra, backend=backend, start=start)
    return _settlement(formulation, outcome, {"formulate": formulated, **outcome.seconds})


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
        "present_value": present_value_record(IN_FORCE, scenario.settings.years[0], scenario.settings.price_base),
        "versions": dict(_versions()),
    }


@cache
def _versions() -> Mapping[str, str]:
    return {name: version(name) for name in ("singlepot", "highspy", "clarabel", "numpy", "scipy", "pandas")}
