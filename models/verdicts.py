"""Which stage decided how far an option is used, and what stopped it there: used up, too dear, a rule, or a tie."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .arrays import Floats
from .at_limit import HELD
from .prices import RULE_ROWS
from .stops import UNUSED, Parts
from .workings import Workings

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


def judge(workings: Workings, parts: tuple[Parts, ...]) -> tuple[Verdict, ...]:
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
    size = [_size(each) for each in deciding]
    return tuple(_verdict(j, float(share[j]), bool(shared[j]), deciding, nothing, size) for j in range(options.size))


def _size(parts: Parts) -> Floats:
    """The largest part of each option."""
    each = [np.abs(parts.money), np.abs(parts.own), np.abs(parts.outcome).max(axis=1, initial=0.0)]
    return np.asarray(np.max([*each, *(np.abs(part) for part in parts.rules.values())], axis=0))


def _verdict(
    j: int, share: float, shared: bool, parts: tuple[Parts, ...], nothing: list[bool], size: list[Floats]
) -> Verdict:
    """The first stage in which the option is not at the margin decides.

    A stage that stands at zero cannot be bettered: no rule keeps an option from that, it can only be too dear.
    """
    stage, partly = "", UNUSED < share < 1 - WHOLE
    margin = Verdict("", TIED if shared else LAST, ())
    for each, at_zero, sizes in zip(parts, nothing, size, strict=True):
        least = MATTERS * float(sizes[j])
        if least == 0:
            continue
        if at_zero:
            dear = float(each.total[j]) > least and share <= UNUSED
            stop, rules = (DEARER, _tight(each, j)) if dear else ("", ())
        else:
            stop, rules = _in_stage(each, j, share, least)
        if stop == HELD and margin.stage:
            return margin
        if stop:
            return Verdict(each.stage.name, stop, rules)
        stage = each.stage.name
        if partly and not at_zero and not margin.stage:
            margin = replace(margin, stage=stage)
    if share >= 1 - WHOLE:
        return Verdict(stage, USED_UP, ())
    if shared or partly:
        return margin if margin.stage else replace(margin, stage=stage)
    return Verdict(stage, DEARER, _tight(parts[-1], j) if parts else ())


def _in_stage(parts: Parts, j: int, share: float, least: float) -> tuple[str, tuple[str, ...]]:
    """What stops an option in a stage, and every rule that holds it back; nothing where it is at the margin.

    Of the rules that hold it back the one is named without which it would be used further, the strongest first;
    where it would be only without several at once, the strongest of them.
    """
    total = float(parts.total[j])
    free = total - sum(float(part[j]) for part in parts.rules.values())
    against = sorted(((float(part[j]), kind) for kind, part in parts.rules.items() if part[j] > least), reverse=True)
    tight = _tight(parts, j)
    if share >= 1 - WHOLE:
        own = sum(part for part, kind in against if kind in OWN_LIMIT)
        if total - own < -least:
            return USED_UP, tuple(kind for kind in tight if kind not in OWN_LIMIT)
        against = [(part, kind) for part, kind in against if kind not in OWN_LIMIT]
    held = tuple(kind for _, kind in against)
    rules = (*held, *(kind for kind in tight if kind not in held))
    alone = [kind for part, kind in against if total - part < -least]
    if alone:
        return alone[0], rules
    if total > least and share <= UNUSED:
        return (held[0], rules) if held and free < -least else (DEARER, rules)
    return "", ()


def _tight(parts: Parts, j: int) -> tuple[str, ...]:
    """Rules at their limit, without a price, that are in an option's way."""
    return tuple(kind for kind, options in parts.in_the_way.items() if options[j])
