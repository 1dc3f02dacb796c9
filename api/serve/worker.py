"""Worker process of the server: it checks, settles and makes reports, so that what breaks it leaves the server up."""

from __future__ import annotations

import gc
import signal
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Any

from singlepot.models.scenario.scenario import Scenario
from singlepot.models.settlement.settlement import Settlement
from singlepot.scenarios.reading.checking import Findings
from singlepot.solver import Progress, SinglepotError

from .errors import UnexpectedError

Report = Callable[[Progress], object]
"""Callback of a job's progress."""

MEMORY = 8_000_000_000
"""Bytes of address space of a worker; England takes less than one tenth."""

ENDLESS_S = 10**8
"""CPU seconds of a worker, which are not limited: each job has a limit of wall time."""


def check(path: str, time_limit_s: float, progress: Report) -> Findings:
    """Check a file that was uploaded."""
    from singlepot.scenarios.reading.checking import check_scenario

    return check_scenario(path)


def settle(scenario: Scenario, time_limit_s: float, progress: Report) -> Settlement:
    """Settle a scenario."""
    from singlepot.models.settlement.settle import settle_scenario

    return settle_scenario(scenario, time_limit_s=time_limit_s, progress=progress)


def report(settlement: Settlement, time_limit_s: float, progress: Report) -> bytes:
    """Make the HTML report of a settlement; those without fairness, and without aims, are made for it."""
    from singlepot.models.analysis.price_of_convergence import price_convergence
    from singlepot.models.analysis.price_of_fairness import price_fairness
    from singlepot.reports.logs.logs import logs
    from singlepot.reports.page import report_html

    cost = price_convergence(settlement, progress=progress)
    fairness = price_fairness(settlement, progress=progress)
    return report_html(settlement, fairness, logs(settlement), cost=cost).encode()


def workbook(settlement: Settlement, time_limit_s: float, progress: Report) -> bytes:
    """Make the workbook of a settlement."""
    from singlepot.reports.logs.logs import logs
    from singlepot.reports.workbooks.settlement_workbook import settlement_workbook

    return settlement_workbook(settlement, logs(settlement))


JOBS: dict[str, Callable[[Any, float, Report], object]] = {
    "check": check,
    "settle": settle,
    "report": report,
    "workbook": workbook,
}
"""What a worker can be asked for."""

DRAWING = ("report",)
"""Jobs that draw: the engine that draws reserves far more address space than it uses, so it runs without that limit."""

LOADED = (
    "singlepot.models.settlement.settle",
    "singlepot.models.formulation.formulation",
    "singlepot.scenarios.reading.checking",
)
"""Modules that a worker loads before it is asked."""


def answer(connection: Connection, limited: bool, made_between_searches: int) -> None:
    """Carry out jobs one after another until the server closes the connection.

    Parameters
    ----------
    connection
        Takes the name of a job, what it is about, and its time limit; gives ``("progress", Progress)`` any number of
        times, then ``("done", value)`` or ``("failed", error)``.
    limited
        Whether memory is limited.
    made_between_searches
        Objects made between two searches for circles of references, as in the server's process.
    """
    from singlepot.scenarios.workbooks.limits import limit

    gc.set_threshold(made_between_searches)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if limited:
        limit(MEMORY, ENDLESS_S)
    for module in LOADED:
        import_module(module)
    with suppress(EOFError, ConnectionError):  # the server has ended, perhaps while it was being answered
        while True:
            job, about, time_limit_s = connection.recv()
            connection.send(_outcome(job, about, time_limit_s, lambda event: connection.send(("progress", event))))


def _outcome(job: str, about: Any, time_limit_s: float, progress: Report) -> tuple[str, object]:
    try:
        return "done", JOBS[job](about, time_limit_s, progress)
    except SinglepotError as error:
        return "failed", error
    except MemoryError:
        return "failed", UnexpectedError("this needs more memory than a run may take", "make the scenario smaller")
    except Exception as error:  # noqa: BLE001  # said to the user by the server, which must not end by it
        return "failed", UnexpectedError(f"the program has a fault ({type(error).__name__}: {error})", "report it")
