"""Monte Carlo run of an ensemble: draws are sampled, settled, stored, resumed after an interruption and summarised."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from os import PathLike
from typing import TYPE_CHECKING

import pandas as pd

from singlepot.models.extras import insist_on
from singlepot.models.files.csv_text import csv_text
from singlepot.models.notebook_display import rich, rich_table
from singlepot.models.settlement.settle import settle_scenario
from singlepot.models.settlement.settlement import Settlement
from singlepot.models.tables.copies import CopiedTables
from singlepot.solver import Progress, RunOfMany, StoppedError

from ..reading.inputs import input_paths
from ..reading.reading import read_scenario
from ..results.settlement_folder import read_settlement
from .drawing import Work, make_work
from .executors import Batch, Cluster, Executor, Processes, leave_if_starting, versions
from .plan import Plan, make_plan, read_plan
from .sampling import draw_sample
from .store import CENTRAL, EnsembleRefusedError, Store, read_table

if TYPE_CHECKING:
    from singlepot.models.scenario.scenario import Scenario

BATCH = 4
"""Draws in a batch, which one worker settles and one part stores."""


@dataclass(frozen=True, eq=False, repr=False)
class Ensemble(CopiedTables):
    """Finished ensemble.

    Attributes
    ----------
    plan
        The plan of the draws.
    central
        The settlement of the base scenario.
    draws
        A row for each draw: ``status``, ``reason``, ``input …`` (factors), ``stage …`` (values at the end),
        ``shortfall …`` (objective units), ``granted`` and ``left`` (money), ``regret …``.
    grants
        draw, area, envelope, year, grant (money), pounds.
    summary
        kind, item, input, statistic, value; see :mod:`~singlepot.scenarios.ensemble.summing`.
    """

    plan: Plan
    central: Settlement
    draws: pd.DataFrame
    grants: pd.DataFrame
    summary: pd.DataFrame

    def __repr__(self) -> str:
        """One line."""
        settled = int((self.draws["status"] == "settled").sum())
        return f"<Ensemble {self.plan.title or self.plan.base!r}: {settled} of {len(self.draws)} draws settled>"

    def _repr_html_(self) -> str:
        """Show how far national targets are missed, over all draws, in a notebook."""
        settled = int((self.draws["status"] == "settled").sum())
        national = self.summary[self.summary["kind"] == "target"]
        wide = national.pivot_table(index="item", columns="statistic", values="value", sort=False).reset_index()
        return rich(
            f"Ensemble: {self.plan.title or self.plan.base}",
            f"{settled} of {len(self.draws)} draws settled, seed {self.plan.seed}, {self.plan.sampler}",
            rich_table("National targets over all draws", wide, most=25),
        )


def run_ensemble(
    plan: Plan | str | PathLike[str],
    path: str | PathLike[str],
    *,
    draws: int | None = None,
    seed: int | None = None,
    workers: int = 1,
    cluster: str | None = None,
    time_limit_s: float | None = 600.0,
    restart: bool = False,
    progress: Callable[[Progress], object] | None = None,
) -> Ensemble:
    """Settle every draw of a plan and write the draws and their summary.

    A run that was interrupted goes on where it was when it is called again with the same plan and folder.

    Parameters
    ----------
    plan
        A plan, or the path of its file.
    path
        Folder to write, or to go on in.
    draws, seed
        Instead of the plan's.
    workers
        Processes of this machine.
    cluster
        Address of a Dask scheduler, instead of processes of this machine.
    time_limit_s
        Seconds of wall time for one draw; one that takes longer has the status ``not proven``.
    restart
        Begin again where the folder holds an ensemble.
    progress
        Called with a :class:`~singlepot.Progress`, in which draws are counted; returning False stops the run.

    Raises
    ------
    BadInputError
        With everything that is wrong with the plan or its base.
    EnsembleRefusedError
        The folder or the cluster cannot be used, or the calling script is not safe to be read by workers.
    ExtraNotInstalledError
        A package of the extra ``ensemble`` is not installed, or of ``dask`` with a cluster.
    StoppedError
        The run was ended; finished draws are kept.
    """
    leave_if_starting()
    insist_on("ensemble", "an ensemble")
    if cluster is not None:
        insist_on("dask", "a cluster", "leave --cluster out")
    inputs = [] if isinstance(plan, Plan) else input_paths(plan)
    plan = plan if isinstance(plan, Plan) else read_plan(plan)
    changes = {key: value for key, value in (("draws", draws), ("seed", seed)) if value is not None}
    plan = plan.with_(**changes) if changes else plan
    base = read_scenario(plan.base)
    sample = draw_sample(plan, base)
    store = Store(path)
    with store.locked_for(_identity(plan, base), restart=restart, inputs=inputs):
        if store.finished:
            return read_ensemble(path)
        central = _central(store, base)
        executor: Executor = Cluster(cluster) if cluster is not None else Processes(workers)
        make = partial(make_work, sample, central, time_limit_s, regret=plan.regret)
        _settle_all(store, make, plan.draws, executor, progress)
        _finish(store, plan, central)
    return read_ensemble(path)


def _identity(plan: Plan, base: Scenario) -> dict[str, object]:
    """Collect everything that determines the bytes of the result."""
    content = plan.model_dump(by_alias=True, exclude_none=True, mode="json")
    return {"plan": content, "scenario_sha256": base.sha256, "versions": versions()}


def _central(store: Store, base: Scenario) -> Settlement:
    """Settle the base scenario, once for all runs in the folder."""
    folder = store.folder / CENTRAL
    if not (folder / "manifest.json").is_file():
        settle_scenario(base).write(folder)
    return read_settlement(folder)


def _settle_all(
    store: Store,
    make: Callable[[], Work],
    count: int,
    executor: Executor,
    progress: Callable[[Progress], object] | None,
) -> None:
    many = RunOfMany(progress, count, "draws")
    done = store.done()
    batches = [Batch(range(first, min(first + BATCH, count))) for first in range(0, count, BATCH)]
    waiting = [batch for batch in batches if not set(batch.draws) <= done]
    finished = len(done)

    def tick() -> None:
        if not many.report(finished):
            raise KeyboardInterrupt

    try:
        tick()
        for batch, drawn in executor.run(make(), waiting, tick) if waiting else ():
            if len(drawn) == len(batch.draws):
                store.keep(batch.number, drawn)
                finished += len(drawn)
                tick()
    except KeyboardInterrupt as interrupt:
        message = f"stopped: {finished} of {count} draws are done and kept"
        raise StoppedError(message, "run the same command again: it goes on from there") from interrupt


def _finish(store: Store, plan: Plan, central: Settlement) -> None:
    from .summing import summarise

    draws, grants = store.gather()
    if len(draws) != plan.draws:
        raise StoppedError(
            f"stopped: {len(draws)} of {plan.draws} draws are done and kept", "run the same command again"
        )
    summary = summarise(plan, central, draws, grants)
    store.finish(draws, grants, {"summary.csv": csv_text(summary)})


def read_ensemble(path: str | PathLike[str]) -> Ensemble:
    """Read a finished ensemble.

    Parameters
    ----------
    path
        The folder that :func:`singlepot.run_ensemble` wrote.

    Raises
    ------
    EnsembleRefusedError
        The folder holds none, an unfinished one, or one with a file that is damaged or was changed.
    """
    store = Store(path)
    identity = store.identity()
    if not store.finished:
        raise EnsembleRefusedError(f"{path} holds an unfinished ensemble", "run the same command again to go on")
    store.check()
    return Ensemble(
        make_plan(identity["plan"], "plan"),
        read_settlement(store.folder / CENTRAL),
        read_table(store.folder / "draws.parquet"),
        read_table(store.folder / "grants.parquet"),
        pd.read_csv(store.folder / "summary.csv", keep_default_na=False),
    )
