"""The rules that limit a settlement: one value of the table holds all that the package reads about a rule.

Settings, JSON Schema, checks, formulation, prices, the search for a clash, repair, regimes, the two-stage programme,
logs and the command line read :data:`RULES`. The independent statement, the verification and the double build in
``models.assurance`` do not: they are written from the design. A new rule is a value here and, unless it is a bound of
columns that a term writes already, a term of its own in ``models/formulation/terms``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

BASES = ("bid", "reference", "least", "amount", "per_head")
"""What the value of a rule is a share or number of; ``least`` is the smaller of bid and reference."""

OF_REFERENCE = ("reference", "least")
"""Bases that need a reference beside every bid."""

SELECTORS = ("area", "region", "type", "recipient", "envelope", "objective", "year", "option")
"""Columns of the table ``rules`` that choose where a row holds; empty matches everything."""

AREA, RECIPIENT = LEVELS = ("area", "recipient")
"""Whether a row limits each area, or the sum over the areas whose grants one recipient holds. Both levels hold."""

POT = "pot"
"""The rows of the national pot: no rule of the table, but a limit that a repair may raise like those of rules."""

Sense = Literal["floor", "ceiling", "lock", "step"]
"""Which bounds a limit sets.

``floor``: the lower one. ``ceiling``: the upper one. ``lock``: both, to one value. ``step``: both, the change from one
year to the next being at most the limit in size.
"""


@dataclass(frozen=True)
class IndexSet:
    """The index set of a rule: for what there is a limit.

    Parameters
    ----------
    axes
        Axes of the array of limits; none where each row of the table is one limit, of a sum.
    selectors
        Columns of the table ``rules`` that may choose where the rule holds.
    of_targets
        Whether the limits are contributions, whose change counts as a share of the proposed target, rather than money.
    of_grants
        Whether the limits hold for grants and pots alone. Where these are settled first, the limits are too: a regime
        that fixes grants drops them, and in a two-stage programme they belong to the first stage.
    of_rates
        Whether values are shares of gaps between rates, or of their inequality at the start, and take no basis. Such
        limits hold in the year of convergence unless a row names one; a repair sets their values, not single limits.
    members
        The index set of the members, where each limit is of a recipient's sum over them.
    """

    axes: tuple[str, ...]
    selectors: tuple[str, ...]
    of_targets: bool = False
    of_grants: bool = False
    of_rates: bool = False
    members: IndexSet | None = None

    @property
    def level(self) -> str:
        """Whether the limits are those of areas, of options and of pots, or of recipients."""
        return AREA if self.members is None else RECIPIENT

    @property
    def of_recipients(self) -> IndexSet:
        """The index set of recipients over these members."""
        axes = tuple(RECIPIENT if axis == AREA else axis for axis in self.axes)
        return replace(self, axes=axes, selectors=axes, members=self)


_PLACES = ("area", "region", "type", "recipient")

GRANTS = IndexSet(("area", "envelope", "year"), (*_PLACES, "envelope", "year"), of_grants=True)
TARGETS = IndexSet(("area", "objective", "year"), (*_PLACES, "objective", "year"), of_targets=True)
AREAS = IndexSet(("area",), _PLACES)
CAPACITIES = IndexSet(("area", "year"), (*_PLACES, "year"), of_grants=True)
"""All envelopes of a year together."""
POTS = IndexSet(("envelope", "year"), ("envelope", "year"), of_grants=True)
SUMS = IndexSet((), (*_PLACES, "envelope", "year"), of_grants=True)
OPTIONS = IndexSet(("option",), (*_PLACES, "option"))
"""A row that names no option holds for all of the table ``options``, and for no scale-back."""
RATES = IndexSet(TARGETS.axes, TARGETS.selectors, of_targets=True, of_rates=True)
NATIONS = IndexSet(("objective", "year"), ("objective", "year"), of_rates=True)
PAIRS = IndexSet(("area", "year"), (*_PLACES, "year"), of_rates=True)


@dataclass(frozen=True)
class Rule:
    """A kind of rule.

    Parameters
    ----------
    name
        The rule, as the table ``rules`` and ``[rules]`` call it.
    explanation
        One sentence for the manual.
    words
        What people call its limit where it has a price.
    over
        For what there is a limit.
    sense
        Which bounds a limit sets.
    term
        The term that writes it, which is also the name of its rows, or of the columns that it bounds.
    bound
        Whether the limits are bounds of the term's columns rather than bounds of its rows.
    summed
        Whether an explanation may add the limits up with bids and pots, in money.
    bases
        What its value may be a share or number of.
    least, most
        Smallest and largest value where the basis is ``bid``, or ``least``.
    percentage_from
        From which value on a share is probably meant as a percentage.
    general
        Whether ``[rules]`` takes it.
    switch
        Whether its value is 1, or 0 for off.
    of_one
        Whether a row must name an objective.
    unit
        Unit of its limits where they are neither money nor contributions.
    both_levels
        Whether rows may also limit the sum of a recipient's members; such limits are a rule of their own here.
    """

    name: str
    explanation: str
    words: str
    over: IndexSet
    sense: Sense
    term: str
    bound: bool = False
    summed: bool = False
    bases: tuple[str, ...] = ("bid", "reference", "amount", "per_head")
    least: float = 0
    most: float = math.inf
    percentage_from: float = math.inf
    general: bool = True
    switch: bool = False
    of_one: bool = False
    unit: str = ""
    both_levels: bool = False

    @property
    def level(self) -> str:
        """Whether it limits areas, or recipients."""
        return self.over.level

    @property
    def written(self) -> str:
        """What the table ``rules`` calls it, beside its level."""
        return self.name if self.level == AREA else self.name.removeprefix(f"{RECIPIENT}_")

    @property
    def of_recipients(self) -> Rule:
        """The rule that limits a recipient's sums as this one limits areas."""
        name = f"{RECIPIENT}_{self.name}"
        return replace(
            self,
            name=name,
            explanation=f"For a recipient's members together: {self.explanation[0].lower()}{self.explanation[1:]}",
            words=f"recipient's {self.words}",
            over=self.over.of_recipients,
            term=name,
            bound=False,
            general=False,
            both_levels=False,
        )

    @property
    def selectors(self) -> tuple[str, ...]:
        """Columns of the table ``rules`` that may choose where the rule holds."""
        return self.over.selectors

    @property
    def lower(self) -> bool:
        """Whether a limit sets a lower bound."""
        return self.sense != "ceiling"

    @property
    def upper(self) -> bool:
        """Whether a limit sets an upper bound."""
        return self.sense != "floor"

    @property
    def kind(self) -> str:
        """What a repair calls it: its name; for sums the term, whose floors and ceilings move together."""
        return self.term if self.over is SUMS else self.name

    @property
    def of_bidders(self) -> bool:
        """Whether only areas with a bid have limits, whatever the basis."""
        return self.over is AREAS or (self.over is GRANTS and self.sense == "step") or self.level == RECIPIENT


_OF_TARGETS = ("bid", "amount", "per_head")
_OF_POT = ("bid", "amount")
_OF_OPTION = ("bid", "amount")
_OF_RATES = ("bid",)
"""No other basis: the cell stays empty."""

_RULES = {
    rule.name: rule
    for rule in (
        Rule(
            "grant_floor",
            explanation="No grant falls below this.",
            words="grant floor",
            over=GRANTS,
            sense="floor",
            term="grant",
            bound=True,
            summed=True,
            bases=BASES,
            most=1,
            both_levels=True,
        ),
        Rule(
            "grant_ceiling",
            explanation="No grant rises above this.",
            words="grant ceiling",
            over=GRANTS,
            sense="ceiling",
            term="grant",
            bound=True,
            summed=True,
            least=1,
            percentage_from=10,
            both_levels=True,
        ),
        Rule(
            "grant_lock",
            explanation="The grant is fixed.",
            words="grant lock",
            over=GRANTS,
            sense="lock",
            term="grant",
            bound=True,
            summed=True,
            general=False,
            both_levels=True,
        ),
        Rule(
            "grant_step",
            explanation="Change of (grant − bid) from one year to the next.",
            words="grant step",
            over=GRANTS,
            sense="step",
            term="grant_step",
            percentage_from=5,
            both_levels=True,
        ),
        Rule(
            "target_floor",
            explanation="No agreed target falls below this.",
            words="target floor",
            over=TARGETS,
            sense="floor",
            term="target",
            bound=True,
            bases=_OF_TARGETS,
            most=1,
            both_levels=True,
        ),
        Rule(
            "target_ceiling",
            explanation="No area is asked for more than this.",
            words="target ceiling",
            over=TARGETS,
            sense="ceiling",
            term="target_ceiling",
            bases=_OF_TARGETS,
            least=1,
            percentage_from=10,
        ),
        Rule(
            "target_lock",
            explanation="The agreed target is fixed.",
            words="target lock",
            over=TARGETS,
            sense="lock",
            term="target",
            bound=True,
            bases=_OF_TARGETS,
            general=False,
        ),
        Rule(
            "own_cost_ceiling",
            explanation="What an area may be asked to spend itself.",
            words="own-cost ceiling",
            over=AREAS,
            sense="ceiling",
            term="own_cost",
            percentage_from=1,
            both_levels=True,
        ),
        Rule(
            "capacity",
            explanation="No area is given more in a year, in all envelopes together, than it can use.",
            words="capacity",
            over=CAPACITIES,
            sense="ceiling",
            term="capacity",
            summed=True,
            least=1,
            percentage_from=10,
            general=False,
            both_levels=True,
        ),
        Rule(
            "take_up_floor",
            explanation="Every option is used at least so far.",
            words="take-up floor",
            over=OPTIONS,
            sense="floor",
            term="take_up",
            bound=True,
            bases=_OF_OPTION,
            most=1,
        ),
        Rule(
            "take_up_ceiling",
            explanation="No option is used further than this.",
            words="take-up ceiling",
            over=OPTIONS,
            sense="ceiling",
            term="take_up",
            bound=True,
            bases=_OF_OPTION,
            most=1,
        ),
        Rule(
            "carry_over",
            explanation="What may move from a year into the next.",
            words="carry-over",
            over=POTS,
            sense="ceiling",
            term="carry_over",
            bound=True,
            summed=True,
            bases=_OF_POT,
            most=1,
        ),
        Rule(
            "virement",
            explanation="What may move from an envelope into others.",
            words="moves between parts of the pot",
            over=POTS,
            sense="ceiling",
            term="virement",
            bases=_OF_POT,
            most=1,
        ),
        Rule(
            "pot_share_floor",
            explanation="Least that areas get together.",
            words="share of the pot",
            over=SUMS,
            sense="floor",
            term="pot_share",
            summed=True,
            bases=_OF_POT,
            most=1,
            general=False,
        ),
        Rule(
            "pot_share_ceiling",
            explanation="Most that areas get together.",
            words="share of the pot",
            over=SUMS,
            sense="ceiling",
            term="pot_share",
            summed=True,
            bases=_OF_POT,
            most=1,
            general=False,
        ),
        Rule(
            "convergence_floor",
            explanation="Every area makes up this share of its gap to the nation's line.",
            words="convergence floor",
            over=RATES,
            sense="floor",
            term="convergence_floor",
            bases=_OF_RATES,
            percentage_from=2,
            general=False,
            of_one=True,
        ),
        Rule(
            "no_worse_than_today",
            explanation="No side effect makes an outcome worse than it is today; 1 is on, 0 off.",
            words="no worse than today",
            over=RATES,
            sense="floor",
            term="no_worse_than_today",
            bases=_OF_RATES,
            most=1,
            switch=True,
        ),
        Rule(
            "gini_ceiling",
            explanation="The Gini coefficient of an objective's rates ends at most at this share of what it is today.",
            words="Gini ceiling",
            over=NATIONS,
            sense="ceiling",
            term="gini_ceiling",
            bases=_OF_RATES,
            percentage_from=2,
            general=False,
            of_one=True,
            unit="mean rate",
        ),
        Rule(
            "inclusion_floor",
            explanation="Every area brings inclusion at least at this ratio to prosperity, each over its national aim.",
            words="inclusion floor",
            over=PAIRS,
            sense="floor",
            term="inclusion_floor",
            bases=_OF_RATES,
            percentage_from=10,
            unit="share of the national target",
        ),
    )
}

RULES = {**_RULES, **{rule.name: rule for rule in (one.of_recipients for one in _RULES.values() if one.both_levels)}}
"""The rules by name, those of recipients behind those of areas.

Where the basis is ``bid``, rules of the pot are shares of the pot, and those of options shares of the largest take-up.
"""

ROW_WORDS = {rule.term: rule.words for rule in RULES.values() if not rule.bound}
"""What people call the limits that are rows, by the name of the rows."""

KINDS = (
    POT,
    *dict.fromkeys(
        rule.kind for rule in sorted(RULES.values(), key=lambda rule: rule.over is POTS) if not rule.over.of_rates
    ),
)
"""Kinds of limits that a repair may relax: the pot, then those of areas, then what moves between pots."""

RATE_KINDS = tuple(rule.name for rule in RULES.values() if rule.over.of_rates)
"""Rules of rates, whose values a repair may set to what can be reached."""


WRITTEN = tuple(name for name, rule in RULES.items() if rule.level == AREA)
"""What a row of the table ``rules`` may be called."""


def name_of(written: str, level: str) -> str:
    """Return the name of the rule of a row of the table ``rules``; what the level does not know is no rule's name.

    Examples
    --------
    >>> name_of("grant_floor", "recipient")
    'recipient_grant_floor'
    """
    return written if level in ("", AREA) else f"{level}_{written}"


def names_of(written: Iterable[str], levels: Iterable[str]) -> list[str]:
    """Return the name of the rule of every row, from the columns ``rule`` and ``level`` of the table ``rules``."""
    return [name_of(str(rule), str(level)) for rule, level in zip(written, levels, strict=True)]


def bounds_of(term: str) -> dict[Sense, Rule]:
    """Return the rules that bound the columns of a term, by sense."""
    return {rule.sense: rule for rule in RULES.values() if rule.bound and rule.term == term}


def names_over(*index_sets: IndexSet) -> tuple[str, ...]:
    """Return the names of the rules over these index sets, in the order of the table."""
    return tuple(rule.name for rule in RULES.values() if rule.over in index_sets)
