"""Verdicts from reduced costs: which stage decided an option's take-up, and which bound, price or tie stopped it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np

from ..scenario.array_types import Booleans, Floats, Integers, Texts
from .prices import RULE_ROWS
from .reduced_costs import SCHEME, UNUSED, ReducedCostParts
from .solved_stages import SolvedStages
from .take_up_limits import CEILING, FLOOR, take_up_limits
from .tight_rules import HELD

MATTERS = 1e-6
"""Size of a part of a reduced cost, relative to the largest of its option, above which it counts."""

ZERO = 1e-9
"""Value of a stage, relative to its natural size, up to which it stands at zero."""


@dataclass(frozen=True)
class Verdict:
    """Verdict on one option: why its take-up is what it is.

    Attributes
    ----------
    stage
        The stage that decided.
    stop
        ``used up``, ``dearer than the price``, ``tie shared`` (as dear as others that are used in part),
        ``the last that was needed`` (alone in that), or the rule that holds it back most; ``take-up floor`` where no
        more of it is used than that rule asks.
    rules
        Every rule that holds it back in that stage, the strongest first.
    """

    stage: str
    stop: str
    rules: tuple[str, ...]


OWN_LIMIT = (RULE_ROWS["link"], RULE_ROWS["group"], RULE_ROWS[SCHEME])
"""Rules that say the same as the largest take-up where an option is used in full."""

SHARED_BEYOND = 1e-7
"""Share of its limit by which the sharing step moves an option that others are as dear as."""

USED_UP, DEARER, TIED, LAST = "used up", "dearer than the price", "tie shared", "the last that was needed"


UNDECIDED = -1
"""Index of the stage, or of the parts that list rules, where there is none."""


class Verdicts(Sequence[Verdict]):
    """Sequence of verdicts, one for each option; the rules listed with it are looked up when they are asked for.

    Parameters
    ----------
    parts
        Of the stages that decide.
    nothing
        Which of them stand at zero.
    stands
        Where the take-ups stand.
    shared
        Which options the sharing step moved.

    Attributes
    ----------
    stop
        What stopped each option.
    """

    def __init__(
        self, parts: tuple[ReducedCostParts, ...], nothing: Sequence[bool], stands: Stands, shared: Booleans
    ) -> None:
        self._parts, self._stands = parts, stands
        share = stands.share
        self._size = [_size(part) for part in parts]
        self.stop: Texts = np.full(len(share), "", dtype=object)
        self._stage: Integers = np.full(len(share), UNDECIDED)
        self._listed: Integers = np.full(len(share), UNDECIDED)
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
        stage = "" if self._stage[j] == UNDECIDED else self._parts[self._stage[j]].stage.name
        return Verdict(stage, str(self.stop[j]), tuple(self._rules(j)))

    def _rules(self, j: int) -> Iterator[str]:
        """List every rule that holds an option back, the strongest first, then those at their limit without a price."""
        if self._listed[j] == UNDECIDED:
            return
        at = int(self._listed[j])
        parts, whole = self._parts[at], self._stands.whole[j]
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
        share, whole = self._stands.share, self._stands.whole
        at_margin = np.where(shared, TIED, LAST).astype(object)
        at_margin[self._stands.at_floor], at_margin[self._stands.at_ceiling] = FLOOR, CEILING
        unused = share <= UNUSED
        partly = (share > UNUSED) & ~whole
        before: Integers = np.full(len(self), UNDECIDED)
        open_, margin = np.ones(len(self), dtype=bool), before.copy()
        for at, (parts, at_zero) in enumerate(zip(self._parts, nothing, strict=True)):
            least = MATTERS * self._size[at]
            counts = open_ & (least != 0)
            if at_zero:
                stop = np.where((parts.total > least) & unused, DEARER, "").astype(object)
            else:
                stop = _in_stage(parts, self._stands, least)
            stopped = counts & (stop != "")
            again = stopped & (stop == HELD) & (margin != UNDECIDED)
            self._settle(again, margin, at_margin)
            self._settle(stopped & ~again, at, stop, listed=at, every=not at_zero)
            open_ &= ~stopped
            passed = counts & ~stopped
            before[passed] = at
            if not at_zero:
                margin[passed & partly & (margin == UNDECIDED)] = at
        open_whole, open_rest = open_ & whole, open_ & ~whole
        self._settle(open_whole, before, USED_UP)
        marginal = open_rest & (shared | partly | self._stands.at_ceiling)
        self._settle(marginal, np.where(margin != UNDECIDED, margin, before), at_margin)
        self._settle(open_rest & ~marginal, before, DEARER, listed=len(self._parts) - 1)

    def _settle(
        self, which: Booleans, stage: int | Integers, stop: str | Texts, listed: int = UNDECIDED, every: bool = False
    ) -> None:
        for mine, value in ((self._stage, stage), (self.stop, stop)):
            mine[which] = value[which] if isinstance(value, np.ndarray) else value
        self._listed[which], self._every[which] = listed, every


@dataclass(frozen=True, eq=False)
class Stands:
    """Where take-ups stand: shares of their limits, and which are whole, at the ceiling or at the floor of a rule."""

    share: Floats
    whole: Booleans
    at_ceiling: Booleans
    at_floor: Booleans


def judge(solved: SolvedStages, parts: tuple[ReducedCostParts, ...]) -> Verdicts:
    """Judge every option by complementary slackness: which stage decided it, and what stopped it there.

    A stage that may give decides nothing: what it may give is a rule of the later stages.
    """
    options = solved.formulation.data.options
    stages = solved.formulation.stages
    deciding = tuple(part for part in parts if stages[part.stage.position].give == 0)
    share = solved.take_up / options.limit
    ended = solved.staged.x[solved.formulation.model.take_up]
    ended = ended * solved.staged.scaled.column_scale[solved.formulation.model.take_up] / options.limit
    shared = np.abs(share - ended) > SHARED_BEYOND
    nothing = [part.stage.value <= ZERO * stages[part.stage.position].size for part in deciding]
    at, taken = take_up_limits(solved), solved.take_up
    return Verdicts(deciding, nothing, Stands(share, at.whole(taken), at.at_ceiling(taken), at.at_floor(taken)), shared)


def _size(parts: ReducedCostParts) -> Floats:
    """Largest part of each option's reduced cost."""
    size = np.maximum(np.maximum(np.abs(parts.money), np.abs(parts.own)), np.abs(parts.served))
    for part in (*parts.outcome.T, *parts.rules.values()):
        np.maximum(size, np.abs(part), out=size)
    return size


def _in_stage(parts: ReducedCostParts, stands: Stands, least: Floats) -> Texts:
    """Bound that stops each option in a stage; empty where its reduced cost is zero, at the margin.

    Of the rules that hold it back the one is named without which it would be used further, the strongest first;
    where it would be only without several at once, the strongest of them. A floor or ceiling of the option itself
    stops it before all others, and before the partners in a joint scheme though its price be theirs.
    """
    share, whole = stands.share, stands.whole
    named: Texts = np.full(len(share), "", dtype=object)
    strongest, by_limit = np.full(len(share), -np.inf), np.zeros(len(share))
    for kind in sorted(parts.rules, reverse=True):
        part = parts.rules[kind]
        counts = part > least
        if kind in OWN_LIMIT:
            by_limit += np.where(counts, part, 0.0)
            counts = counts & ~whole
        stronger = counts & (part > strongest)
        strongest[stronger], named[stronger] = part[stronger], kind
    free = parts.total - sum(parts.rules.values())
    alone = parts.total - strongest < -least
    dear = (parts.total > least) & (share <= UNUSED)
    stop = np.where(alone | (free < -least), named, "")
    stop = np.where(alone, stop, np.where(dear, np.where(stop == "", DEARER, stop), ""))
    stop = np.where((stop == RULE_ROWS[SCHEME]) & stands.at_ceiling, CEILING, stop)
    stop = np.where(parts.rules[CEILING] > least, CEILING, np.where(parts.demanded < -least, FLOOR, stop))
    return np.where(whole & (parts.total - by_limit < -least), USED_UP, stop)
