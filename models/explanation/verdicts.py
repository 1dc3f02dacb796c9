"""Which stage decided how far an option is used, and what stopped it there: used up, too dear, a rule, or a tie."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np

from ..scenario.array_types import Booleans, Floats, Integers, Texts
from .prices import RULE_ROWS
from .reduced_costs import UNUSED, Parts
from .solved_stages import SolvedStages
from .tight_rules import HELD

MATTERS = 1e-6
"""Size of a part, relative to the largest part of its option, above which it counts."""

WHOLE = 1e-9
"""How near its limit, as a share, a take-up is used up."""


@dataclass(frozen=True)
class Verdict:
    """Why an option stands where it does.

    Attributes
    ----------
    stage
        The stage that decided.
    stop
        ``used up``, ``dearer than the price``, ``tie shared`` (as dear as others that are used in part),
        ``the last that was needed`` (alone in that), or the rule that holds it back most.
    rules
        Every rule that holds it back in that stage, the strongest first.
    """

    stage: str
    stop: str
    rules: tuple[str, ...]


OWN_LIMIT = (RULE_ROWS["link"], RULE_ROWS["group"])
"""Rules that say the same as the largest take-up where an option is used in full."""

SHARED_BEYOND = 1e-7
"""Share of its limit by which the sharing step moves an option that others are as dear as."""

USED_UP, DEARER, TIED, LAST = "used up", "dearer than the price", "tie shared", "the last that was needed"


NOBODY = -1
"""In place of a stage or of the parts that list rules: none."""


class Verdicts(Sequence[Verdict]):
    """A verdict for each option; the rules listed with it are looked up when they are asked for.

    Parameters
    ----------
    parts
        Of the stages that decide.
    nothing
        Which of them stand at zero.
    share
        Take-ups as shares of their limits.
    shared
        Which options the sharing step moved.

    Attributes
    ----------
    stop
        What stopped each option.
    """

    def __init__(self, parts: tuple[Parts, ...], nothing: Sequence[bool], share: Floats, shared: Booleans) -> None:
        self._parts, self._share = parts, share
        self._size = [_size(each) for each in parts]
        self.stop: Texts = np.full(len(share), "", dtype=object)
        self._stage: Integers = np.full(len(share), NOBODY)
        self._listed: Integers = np.full(len(share), NOBODY)
        self._every = np.zeros(len(share), dtype=bool)
        self._decide(nothing, shared)

    def __len__(self) -> int:
        """Number of options."""
        return len(self.stop)

    @overload
    def __getitem__(self, j: int) -> Verdict: ...
    @overload
    def __getitem__(self, j: slice) -> tuple[Verdict, ...]: ...
    def __getitem__(self, j: int | slice) -> Verdict | tuple[Verdict, ...]:
        """The verdict on one option, or on several."""
        if isinstance(j, slice):
            return tuple(self[i] for i in range(*j.indices(len(self))))
        stage = "" if self._stage[j] == NOBODY else self._parts[self._stage[j]].stage.name
        return Verdict(stage, str(self.stop[j]), tuple(self._rules(j)))

    def _rules(self, j: int) -> Iterator[str]:
        """Every rule that holds an option back, the strongest first, then those at their limit without a price."""
        if self._listed[j] == NOBODY:
            return
        at = int(self._listed[j])
        parts, whole = self._parts[at], self._share[j] >= 1 - WHOLE
        held: list[str] = []
        if self._every[j] and self.stop[j] != USED_UP:
            least = MATTERS * self._size[at][j]
            against = sorted(((part[j], kind) for kind, part in parts.rules.items() if part[j] > least), reverse=True)
            held = [kind for _, kind in against if not (whole and kind in OWN_LIMIT)]
        yield from held
        for kind, options in parts.in_the_way.items():
            if options[j] and kind not in held and not (self.stop[j] == USED_UP and kind in OWN_LIMIT):
                yield kind

    def _decide(self, nothing: Sequence[bool], shared: Booleans) -> None:
        """Go through the stages; the first in which an option is not at the margin decides.

        A stage that stands at zero cannot be bettered: no rule keeps an option from that, it can only be too dear.
        """
        share, at_margin = self._share, np.where(shared, TIED, LAST).astype(object)
        unused, whole = share <= UNUSED, share >= 1 - WHOLE
        partly = (share > UNUSED) & ~whole
        before: Integers = np.full(len(self), NOBODY)
        open_, margin = np.ones(len(self), dtype=bool), before.copy()
        for at, (parts, at_zero) in enumerate(zip(self._parts, nothing, strict=True)):
            least = MATTERS * self._size[at]
            counts = open_ & (least != 0)
            if at_zero:
                stop = np.where((parts.total > least) & unused, DEARER, "").astype(object)
            else:
                stop = _in_stage(parts, share, least)
            stopped = counts & (stop != "")
            again = stopped & (stop == HELD) & (margin != NOBODY)
            self._settle(again, margin, at_margin)
            self._settle(stopped & ~again, at, stop, listed=at, every=not at_zero)
            open_ &= ~stopped
            passed = counts & ~stopped
            before[passed] = at
            if not at_zero:
                margin[passed & partly & (margin == NOBODY)] = at
        open_whole, open_rest = open_ & whole, open_ & ~whole
        self._settle(open_whole, before, USED_UP)
        self._settle(open_rest & (shared | partly), np.where(margin != NOBODY, margin, before), at_margin)
        self._settle(open_rest & ~(shared | partly), before, DEARER, listed=len(self._parts) - 1)

    def _settle(
        self, which: Booleans, stage: int | Integers, stop: str | Texts, listed: int = NOBODY, every: bool = False
    ) -> None:
        for mine, value in ((self._stage, stage), (self.stop, stop)):
            mine[which] = value[which] if isinstance(value, np.ndarray) else value
        self._listed[which], self._every[which] = listed, every


def judge(workings: SolvedStages, parts: tuple[Parts, ...]) -> Verdicts:
    """Say for every option which stage decided it and what stopped it there.

    A stage that may give decides nothing: what it may give is a rule of the later stages.
    """
    options = workings.formulation.data.options
    stages = workings.formulation.stages
    deciding = tuple(each for each in parts if stages[each.stage.position].give == 0)
    share = workings.take_up / options.limit
    ended = workings.staged.x[workings.formulation.model.take_up]
    ended = ended * workings.staged.scaled.column_scale[workings.formulation.model.take_up] / options.limit
    shared = np.abs(share - ended) > SHARED_BEYOND
    nothing = [each.stage.value <= WHOLE * stages[each.stage.position].size for each in deciding]
    return Verdicts(deciding, nothing, share, shared)


def _size(parts: Parts) -> Floats:
    """The largest part of each option."""
    size = np.maximum(np.abs(parts.money), np.abs(parts.own))
    for part in (*parts.outcome.T, *parts.rules.values()):
        np.maximum(size, np.abs(part), out=size)
    return size


def _in_stage(parts: Parts, share: Floats, least: Floats) -> Texts:
    """What stops each option in a stage; nothing where it is at the margin.

    Of the rules that hold it back the one is named without which it would be used further, the strongest first;
    where it would be only without several at once, the strongest of them.
    """
    whole = share >= 1 - WHOLE
    named: Texts = np.full(len(share), "", dtype=object)
    strongest, own = np.full(len(share), -np.inf), np.zeros(len(share))
    for kind in sorted(parts.rules, reverse=True):
        part = parts.rules[kind]
        counts = part > least
        if kind in OWN_LIMIT:
            own += np.where(counts, part, 0.0)
            counts = counts & ~whole
        stronger = counts & (part > strongest)
        strongest[stronger], named[stronger] = part[stronger], kind
    free = parts.total - sum(parts.rules.values())
    alone = parts.total - strongest < -least
    dear = (parts.total > least) & (share <= UNUSED)
    stop = np.where(alone | (free < -least), named, "")
    stop = np.where(alone, stop, np.where(dear, np.where(stop == "", DEARER, stop), ""))
    return np.where(whole & (parts.total - own < -least), USED_UP, stop)
