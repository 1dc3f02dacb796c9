"""Many scenarios settled one after another, where one without a settlement does not end the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from singlepot.models.scenario.scenario import Scenario
from singlepot.models.settlement.settle import settle
from singlepot.models.settlement.settlement import Settlement
from singlepot.solver import SinglepotError, StoppedError

Outcome = Settlement | SinglepotError
"""A settlement, or why there is none."""

Run = Callable[[Iterable[Scenario]], Iterable[Outcome]]
"""Settles scenarios, each by itself, and gives the outcomes in the same order."""


def settle_each(scenarios: Iterable[Scenario], *, time_limit: float | None = None) -> Iterator[Outcome]:
    """Settle scenarios one after another.

    Comparisons, sweeps and stability take any function of this kind in its place, for instance one that settles
    several at a time.

    Parameters
    ----------
    scenarios
        What to settle; taken one by one, so that many need not be held at once.
    time_limit
        Seconds of wall time for each.

    Yields
    ------
    For each scenario its settlement, or the error that says why there is none.

    Raises
    ------
    StoppedError
        The user ended the run.
    """
    for scenario in scenarios:
        try:
            yield settle(scenario, time_limit=time_limit)
        except StoppedError:
            raise
        except SinglepotError as reason:
            yield reason
