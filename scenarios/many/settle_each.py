"""Sequential settlement of many scenarios: one without a settlement does not end the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from singlepot.models.scenario.scenario import Scenario
from singlepot.models.settlement.settle import settle_scenario
from singlepot.models.settlement.settlement import Settlement
from singlepot.models.settlement.solving import first_start
from singlepot.solver import BadOptionError, Control, Progress, RunOfMany, SinglepotError, StoppedError

Outcome = Settlement | SinglepotError
"""Settlement of a scenario, or the error that says why there is none."""

SettleMany = Callable[[Iterable[Scenario]], Iterable[Outcome]]
"""Function that settles scenarios, each by itself, and returns the outcomes in the same order."""


def settle_each(
    scenarios: Iterable[Scenario],
    *,
    time_limit_s: float | None = None,
    progress: Callable[[Progress], object] | None = None,
    count: int = 0,
    like: Scenario | None = None,
) -> Iterator[Outcome]:
    """Settle scenarios one after another.

    Comparisons, sweeps and stability take any function of this kind in its place, for instance one that settles
    several at a time.

    Parameters
    ----------
    scenarios
        What to settle; taken one by one, so that many need not be held at once.
    time_limit_s
        Seconds of wall time for each scenario.
    progress
        Called with a :class:`~singlepot.Progress`; returning False stops the run.
    count
        How many scenarios there are, for ``progress``; 0 where that is not known.
    like
        A scenario that they resemble: each starts where its first stage ends, which saves most of that stage. Never
        from a neighbour, so that a settlement does not depend on the others.

    Yields
    ------
    For each scenario its settlement, or the error that says why there is none.

    Raises
    ------
    StoppedError
        The user or ``progress`` ended the run.
    """
    many = RunOfMany(progress, count)
    start = None if like is None else first_start(like, Control(time_limit_s, lambda _: many.report(0)))
    for done, scenario in enumerate(scenarios):
        outcome: Outcome
        try:
            outcome = settle_scenario(scenario, time_limit_s=time_limit_s, progress=many.within(done), start=start)
        except StoppedError:
            raise
        except SinglepotError as reason:
            outcome = reason
        if not many.report(done + 1):
            raise StoppedError(f"stopped: {done + 1} of {count or 'many'} scenarios are settled")
        yield outcome


def runner(
    run: SettleMany | None,
    time_limit_s: float | None,
    progress: Callable[[Progress], object] | None,
    count: int,
    like: Scenario | None = None,
) -> SettleMany:
    """Select the function that settles many scenarios: the caller's, or :func:`settle_each` with these options.

    Raises
    ------
    BadOptionError
        The caller's function is given together with options that it cannot take.
    """
    if run is None:
        return partial(settle_each, time_limit_s=time_limit_s, progress=progress, count=count, like=like)
    if time_limit_s is not None or progress is not None:
        raise BadOptionError("run settles without time_limit_s and progress", "give these to what run calls")
    return run
