"""Sessions of browsers: each has a base, the levers that were pulled one after another, and one run at a time."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from singlepot.models.levers.lever import Lever
from singlepot.models.scenario.scenario import Scenario
from singlepot.models.scenario.titles import Titles
from singlepot.models.settlement.settlement import Settlement
from singlepot.solver import NoSettlementError, SinglepotError, StoppedError

from .runs import Run, Runs

Pairs = tuple[tuple[str, float | str], ...]
"""Levers that are pulled, with their values, in order."""

Outcome = Settlement | SinglepotError
"""A settlement, or why there is none."""

MOST_SESSIONS = 64
"""Sessions that are kept; the one that was used longest ago goes first. More than there are connections at a time."""

MOST_OUTCOMES = 16
"""Settlements that are kept, for all sessions; one of England takes some 12 million bytes."""

MOST_STEPS = 100
"""Steps that can be undone."""


@dataclass(frozen=True)
class Look:
    """What of a result is looked at: the view, the measure of the map, whether by head, and the area."""

    show: str = "sums"
    measure: str = ""
    per_head: bool = False
    area: str = ""


@dataclass(frozen=True, eq=False)
class Base:
    """A scenario whose levers are pulled.

    Parameters
    ----------
    key
        Unique among the bases of the server.
    source
        Shipped name or path, as a what-if names what it builds on.
    scenario
        The scenario.
    warnings
        What may be a mistake in it, a line each.
    uploaded
        Whether it is a file that was uploaded, which is not kept.
    """

    key: str
    source: str
    scenario: Scenario
    warnings: tuple[str, ...] = ()
    uploaded: bool = False

    @cached_property
    def titles(self) -> Titles:
        """Titles of areas and objectives."""
        return Titles(self.scenario)

    @property
    def levers(self) -> Mapping[str, Lever]:
        """Levers by name."""
        return self.titles.levers

    @property
    def money(self) -> str:
        """Unit of the money."""
        return self.scenario.settings.money


State = tuple[Base, Pairs]
"""A base with levers pulled."""


@lru_cache(maxsize=8)
def scenario_of(base: Base, pairs: Pairs) -> Scenario:
    """Return a base with levers pulled; the last ones are kept.

    Raises
    ------
    BadInputError
        It has no such levers, or cannot be with them.
    """
    return base.scenario.with_levers(pairs) if pairs else base.scenario


class Outcomes:
    """Settlements of states, the last used ones."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, Pairs], Outcome] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, state: State) -> Outcome | None:
        """Return the settlement of a state, or why there is none; None where it is not known."""
        key = (state[0].key, state[1])
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def keep(self, state: State, outcome: Outcome) -> None:
        """Keep a settlement, or why there is none."""
        with self._lock:
            self._kept[state[0].key, state[1]] = outcome
            while len(self._kept) > MOST_OUTCOMES:
                self._kept.popitem(last=False)

    def forget(self, state: State) -> None:
        """Let a state be settled again."""
        with self._lock:
            self._kept.pop((state[0].key, state[1]), None)


class Session:
    """What one browser sees.

    Attributes
    ----------
    base
        What its levers move; None before one is chosen.
    steps
        The levers of each step; the last is what is on the screen.
    notice
        A sentence to be shown once.
    look
        What of the result is looked at.
    refused
        Whether the form on the screen shows problems.
    """

    def __init__(self, runs: Runs, outcomes: Outcomes, start: State | None) -> None:
        self._runs, self._outcomes = runs, outcomes
        self.lock = threading.RLock()
        self.base: Base | None = None
        self.steps: list[Pairs] = [()]
        self.notice = ""
        self.look = Look()
        self.refused = False
        self._run: Run | None = None
        self._of: State | None = None
        if start is not None:
            self.open(*start)

    @property
    def now(self) -> Pairs:
        """Levers of what is on the screen."""
        return self.steps[-1]

    def state(self, pairs: Pairs | None = None) -> State:
        """Return the base with the levers on the screen, or with others."""
        assert self.base is not None
        return self.base, self.now if pairs is None else pairs

    def open(self, base: Base, pairs: Pairs = ()) -> None:
        """Begin with another base, perhaps with levers pulled.

        Raises
        ------
        BadInputError
            It has no such levers, or cannot be with them.
        """
        if pairs:
            scenario_of(base, pairs)
            pairs = tuple((base.titles.lever(name).name, value) for name, value in pairs)
        with self.lock:
            self.cancel()
            self.base, self.steps = base, [(), pairs] if pairs else [()]

    def pull(self, pairs: Pairs) -> None:
        """Pull levers in the base; they replace those of a step that is not settled yet.

        Raises
        ------
        BadInputError
            The scenario cannot be with these levers.
        """
        with self.lock:
            assert self.base is not None
            if self.stands(pairs):
                return
            scenario_of(self.base, pairs)
            self.cancel()
            if pairs == self.now:
                self._outcomes.forget(self.state())  # the run ended before its time, and is wanted again
            else:
                self.steps = [*self.steps, pairs][-MOST_STEPS:]

    def stands(self, pairs: Pairs) -> bool:
        """Whether levers are those on the screen, settled or being settled."""
        with self.lock:
            outcome = self._outcomes.of(self.state())
            known = self._run is not None or isinstance(outcome, Settlement | NoSettlementError)
            return pairs == self.now and known

    def undo(self) -> None:
        """Go back one step."""
        with self.lock:
            if not self.cancel() and len(self.steps) > 1:
                self.steps.pop()

    def cancel(self) -> bool:
        """End the run, and go back to the step before where that one is not settled; return whether there was one."""
        with self.lock:
            run, self._run = self._run, None
            if run is None or self._collect(run):
                return False
            run.cancel()
            if self._of == self.state() and len(self.steps) > 1:
                self.steps.pop()
            return True

    def need(self, states: Sequence[State]) -> Run | None:
        """Settle what of some states is not settled, one after another; return the run under way, None when all are.

        Raises
        ------
        BusyError
            The server takes no more runs.
        """
        with self.lock:
            if self._run is not None and self._collect(self._run):
                self._run = None
            if self._run is not None and self._of not in states:
                self._run.cancel()
                self._run = None
            if self._run is not None:
                return self._run
            for state in states:
                if self._outcomes.of(state) is None:
                    self._run, self._of = self._runs.start("settle", scenario_of(*state)), state
                    return self._run
            return None

    def outcome(self, state: State) -> Outcome | None:
        """Return the settlement of a state, or why there is none; None where it is not known."""
        return self._outcomes.of(state)

    def last_settled(self) -> Settlement | None:
        """Return the settlement of the last step that has one, which is shown while the next is settled."""
        for pairs in reversed(self.steps):
            outcome = self._outcomes.of(self.state(pairs))
            if isinstance(outcome, Settlement):
                return outcome
        return None

    def _collect(self, run: Run) -> bool:
        """Keep what came of a run that is over; return whether it is."""
        if not run.ended:
            return False
        outcome: Outcome | None = run.value if run.error is None else run.error
        if self._of is not None and outcome is not None and not isinstance(outcome, StoppedError):
            self._outcomes.keep(self._of, outcome)
        return True


class Sessions:
    """Sessions by their secrets."""

    def __init__(self, runs: Runs, outcomes: Outcomes, start: State | None) -> None:
        self._runs, self._outcomes, self._start = runs, outcomes, start
        self._kept: OrderedDict[str, Session] = OrderedDict()
        self._lock = threading.Lock()

    def enter(self, secret: str) -> str:
        """Return the secret of a session that is there, else begin one."""
        with self._lock:
            if secret in self._kept:
                return secret
            new = secrets.token_urlsafe(32)
            self._kept[new] = Session(self._runs, self._outcomes, self._start)
            while len(self._kept) > MOST_SESSIONS:
                self._kept.popitem(last=False)[1].cancel()
            return new

    def knows(self, secret: str) -> bool:
        """Whether a secret is a session's."""
        return secret in self._kept

    def of(self, secret: str) -> Session:
        """Return the session of a secret."""
        with self._lock:
            self._kept.move_to_end(secret)
            return self._kept[secret]
