"""Every reason is proved by relaxation: let off what it names, the option moves; let off another rule, it does not.

An option is let off a rule by a second column that the rule does not see
(:mod:`tests.models.explanation.relaxing`); the stage of which the reason speaks is then solved again by another
program. ``SINGLEPOT_SCENARIOS=300`` looks at 300 scenarios.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest

from singlepot.models.explanation.merit_order import MeritOrders
from singlepot.models.explanation.prices import RULE_ROWS
from singlepot.models.explanation.take_up_limits import CEILING, FLOOR
from singlepot.models.explanation.verdicts import DEARER, LAST, TIED, USED_UP, Verdict
from singlepot.solver import Control, minimise_in_turn
from singlepot.solver.lexicographic.stage import Stage

from ...steered import MANY, SCENARIOS, settled
from .relaxing import SMALL, Relaxation, StageProblem

OWN_LIMITS = (RULE_ROWS["link"], RULE_ROWS["group"], RULE_ROWS["scheme"])
"""Rules that say the same as the largest take-up where an option is used in full."""

LOCKS = ("grant lock", "target lock")

WANTED = (
    USED_UP,
    DEARER,
    TIED,
    LAST,
    "grant floor",
    "grant ceiling",
    "grant step",
    "grant lock",
    "target floor",
    "target ceiling",
    "target lock",
    "own-cost ceiling",
    "group",
    "requirement",
    "joint scheme",
    "link to the scaled-back programme",
    "the next band",
)
"""Kinds of reasons of which there must be many."""

UNPROVED = 0.04
"""Largest share of reasons that no relaxation proves: several limits are reached at once, and duals name some."""

FALSE = 0.01
"""Largest share of other rules whose relaxation moves the option although no reason names them."""


@dataclass
class Tally:
    """What was proved, by kind of reason."""

    alone: Counter[str] = field(default_factory=Counter)
    together: Counter[str] = field(default_factory=Counter)
    unproved: Counter[str] = field(default_factory=Counter)
    others: Counter[str] = field(default_factory=Counter)
    false: Counter[str] = field(default_factory=Counter)
    other_end: int = 0

    def proved(self, kind: str) -> int:
        return self.alone[kind] + self.together[kind]


class Proof:
    """Tries to move the options of one settlement."""

    def __init__(self, orders: MeritOrders) -> None:
        self.orders, self.solved = orders, orders.solved
        self.stages = {stage.name: stage for stage in self.solved.marginals}
        self.parts = {parts.stage.name: parts for parts in orders.parts}
        self.problems: dict[str, tuple[StageProblem, Relaxation]] = {}

    def at(self, stage: str) -> tuple[StageProblem, Relaxation]:
        if stage not in self.problems:
            problem = StageProblem(self.solved, self.stages[stage])
            self.problems[stage] = problem, Relaxation(problem)
        return self.problems[stage]

    def count(self, tally: Tally) -> None:
        for j, verdict in enumerate(self.orders.verdicts):
            if verdict.stop in (TIED, LAST):
                self.count_margin(tally, j, verdict)
            elif verdict.stage in self.stages:
                how = self.how(j, verdict)
                tally.other_end += how == "other end"
                {"alone": tally.alone, "other end": tally.alone, "together": tally.together, "": tally.unproved}[how][
                    verdict.stop
                ] += 1
                for kind in self.others(j, verdict):
                    tally.others[verdict.stop] += 1
                    tally.false[verdict.stop] += self.moves(j, verdict, [kind])

    def how(self, j: int, verdict: Verdict) -> str:
        """Whether the rule named alone holds the option, or only together with the others that are listed."""
        if verdict.stop == DEARER:
            return self.how_dear(j, verdict)
        if verdict.stop == FLOOR:
            return self.how_asked(j, verdict)
        named = list(OWN_LIMITS) if verdict.stop == USED_UP else [verdict.stop]
        if self.moves(j, verdict, named):
            return "alone"
        rest = set(verdict.rules) - {verdict.stop}
        if rest and self.moves(j, verdict, [*named, *rest]):
            return "together"
        locked = set(LOCKS) & set(verdict.rules)
        return "together" if locked and self.at(verdict.stage)[1].opened(j, LOCKS) else ""

    def how_asked(self, j: int, verdict: Verdict) -> str:
        """With a floor a little lower, less of it is used, and the stage is bettered."""
        problem, column = self.at(verdict.stage)[0], int(self.solved.formulation.model.take_up[j])
        columns = problem.columns.copy()
        columns[column, 0] -= self.most(j)
        return "alone" if problem.moves(column, columns) else ""

    def how_dear(self, j: int, verdict: Verdict) -> str:
        """At a cost just below the price it is taken; where the price has two ends, below the lower one."""
        problem, relaxation = self.at(verdict.stage)
        most, size = self.most(j), max(abs(problem.stage.value), problem.size)
        for rules, how in (([], "alone"), (list(verdict.rules), "together")):
            needed = problem.forced(relaxation.copy_of(j, rules), most)
            if needed is not None:
                cheaper = max(needed / most, 0.0) * (1 + 1e-3) + 1e-6 * size
                taken = problem.gain(relaxation.copy_of(j, rules, cheaper), most) - problem.own_gain
                assert taken > 0
                by_table = float(self.parts[verdict.stage].total[j]) * (1 + 1e-3) + 1e-6 * size
                return how if how == "together" or needed / most <= by_table else "other end"
        return ""

    def count_margin(self, tally: Tally, j: int, verdict: Verdict) -> None:
        """What is shared can move both ways at no stage's cost; the last that was needed cannot move at all."""
        low, high = self.range_on_the_face(j)
        limit = float(self.solved.formulation.data.options.limit[j])
        tied = high - low > 1e-7 * limit
        (tally.alone if tied == (verdict.stop == TIED) else tally.unproved)[verdict.stop] += 1

    def range_on_the_face(self, j: int) -> tuple[float, float]:
        """How far a take-up can go while every stage stays at its optimum."""
        formulation = self.solved.formulation
        rows = []
        for sign in (1.0, -1.0):
            cost = np.zeros(formulation.programme.shape[1])
            cost[formulation.model.take_up[j]] = sign
            asked = [*formulation.stages, Stage("take-up", "", cost)]
            rows.append(sign * minimise_in_turn(formulation.programme, asked, Control()).results[-1].value)
        return rows[0], rows[1]

    def others(self, j: int, verdict: Verdict) -> Iterator[str]:
        """Kinds of rules that the option touches and the reason does not name."""
        named = {*verdict.rules, verdict.stop, *(OWN_LIMITS if verdict.stop == USED_UP else ())}
        yield from sorted(self.at(verdict.stage)[1].kinds(j) - named)

    def moves(self, j: int, verdict: Verdict, kinds: list[str]) -> bool:
        """Whether the stage is bettered by using more of the option when these kinds do not see it."""
        problem, relaxation = self.at(verdict.stage)
        limits = {USED_UP: OWN_LIMITS, CEILING: (CEILING,)}.get(verdict.stop)
        own = limits is not None and not set(kinds) & set(limits)
        copy = relaxation.instead(j, kinds) if own else relaxation.copy_of(j, kinds)
        gained = problem.gain(copy, self.most(j)) - problem.own_gain
        parts = self.parts[verdict.stage]
        size = sum(abs(float(part[j])) for part in (parts.money, parts.own, parts.served, *parts.rules.values()))
        return gained > 1e-6 * self.most(j) * size and gained > 1e-13 * problem.size

    def most(self, j: int) -> float:
        return SMALL * float(self.solved.formulation.data.options.limit[j])


@pytest.fixture(scope="module")
def tally() -> Tally:
    result = Tally()
    for seed in range(SCENARIOS):
        Proof(settled(seed).merit_orders).count(result)
    return result


def test_reasons_are_proved_by_letting_options_off(tally: Tally, capsys: pytest.CaptureFixture[str]) -> None:
    """Let off the rule that is named, or all that are listed, the option moves; where it is too dear, when cheaper."""
    proved, unproved = (sum(item.values()) for item in (tally.alone + tally.together, tally.unproved))
    with capsys.disabled():
        print(f"\n{SCENARIOS} scenarios: alone, together with others listed, unproved; other rules, that moved it")
        for kind in sorted({*tally.alone, *tally.together, *tally.unproved}):
            counts = [item[kind] for item in (tally.alone, tally.together, tally.unproved, tally.others, tally.false)]
            print(f"  {kind:<36}" + "".join(f"{count:>6}" for count in counts))
        print(f"  {tally.other_end} are too dear only below the other end of a range of prices")
    assert unproved <= UNPROVED * (proved + unproved)
    assert sum(tally.alone.values()) >= 0.9 * proved


def test_letting_an_option_off_another_rule_does_not_move_it(tally: Tally) -> None:
    assert sum(tally.others.values()) > 10 * SCENARIOS
    assert sum(tally.false.values()) <= FALSE * sum(tally.others.values())


def test_every_kind_of_reason_occurs_and_is_proved(tally: Tally) -> None:
    """Each at least twenty times in 300 scenarios."""
    missing = {kind: tally.proved(kind) for kind in WANTED if tally.proved(kind) < (20 if MANY >= 300 else 1)}
    assert not missing
