"""Self-test: every part is tried for itself, and a part that fails keeps none of the others from being tried."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from singlepot.models.extras import ExtraNotInstalledError
from singlepot.models.settlement.settlement import Settlement
from singlepot.scenarios.reading.settling import settle
from singlepot.solver import Control, Halt, Progress, SinglepotError, StoppedError, ended_early

from .documents import extra_checks, format_checks, output_checks
from .outcome import FAILED, LEFT_OUT, PASSED, REPORT_IT, SelfTest, SelfTestCheck, versions
from .published_cases import Check, published_cases
from .solvers import SCENARIO, certificate_checks, solver_checks


def run_selftest(
    *,
    time_limit_s: float | None = None,
    progress: Callable[[Progress], object] | None = None,
) -> SelfTest:
    """Try on this machine what singlepot promises: about half a minute.

    Published cases have their printed answers, every solver keeps its contract and settles alike, a settlement is
    proved and verified, what is false is found out, every format comes back as it was, workbook and report hold the
    figures, and parts that are not installed are named with the command that installs them. What is written goes
    into a temporary folder, which is removed. Nothing is fetched from anywhere.

    Parameters
    ----------
    time_limit_s
        Seconds of wall time.
    progress
        Called with a :class:`~singlepot.Progress` before each check; returning False stops the run.

    Returns
    -------
    SelfTest
        With every check. An error in one of them is a result, and is not raised.

    Raises
    ------
    NotProvenError, StoppedError
        The time limit or the caller ended the run.

    Examples
    --------
    >>> import singlepot as sp
    >>> sp.run_selftest().passed  # doctest: +SKIP
    True
    """
    control = Control(time_limit_s, progress)
    with tempfile.TemporaryDirectory(prefix="singlepot-", ignore_cleanup_errors=True) as folder:
        checks = list(_checks(Path(folder)))
        made = []
        try:
            for number, (part, what, check) in enumerate(checks):
                control.enter(part, number / len(checks))
                made.append(_carried_out(part, what, check))
        except Halt as halt:
            raise ended_early(halt, ()) from halt
    return SelfTest(versions(), tuple(made))


def _checks(folder: Path) -> Iterator[tuple[str, str, Check]]:
    settlement: Callable[[], Settlement] = cache(lambda: settle(SCENARIO))
    parts = {
        "published case": published_cases(),
        "solver": solver_checks(settlement),
        "proof": certificate_checks(settlement, folder),
        "format": format_checks(settlement, folder),
        "output": output_checks(settlement),
        "optional part": extra_checks(),
    }
    for part, checks in parts.items():
        yield from ((part, what, check) for what, check in checks)


def _carried_out(part: str, what: str, check: Check) -> SelfTestCheck:
    """Carry a check out; whatever a broken installation raises is its result."""
    start = time.monotonic()
    remedy = ""
    try:
        state, detail = PASSED, check()
    except ExtraNotInstalledError as absent:
        state, detail, remedy = LEFT_OUT, absent.cause, absent.remedy
    except StoppedError:
        raise
    except SinglepotError as error:
        state, detail, remedy = FAILED, error.cause, error.remedy or REPORT_IT
    except Exception as error:  # noqa: BLE001  # a library that is broken raises what it likes
        state, detail, remedy = FAILED, f"{type(error).__name__}: {error}", REPORT_IT
    return SelfTestCheck(part, what, state, " ".join(detail.split()), remedy, time.monotonic() - start)
