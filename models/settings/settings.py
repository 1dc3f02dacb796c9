"""The settings of a scenario: what ``scenario.toml`` says, as frozen values."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .derive import Derive
from .frozen import FrozenMapping, thawed
from .levelling import Convergence, Inclusion
from .review import PublicTerms, ReviewTerms

SCHEMA = 1
"""Version of the format."""

STAGES = (
    "shortfall.largest",
    "shortfall.total",
    "concession.largest",
    "concession.total",
    "burden",
    "cost",
    "convergence.total",
    "inclusion.total",
)
"""The stages that ``order`` may name."""

DEFAULT_ORDER = ("shortfall.largest", "shortfall.total", "concession.total", "burden", "cost")
"""The order where ``[stages]`` names none."""

MONEY = ("GBP", "GBP thousand", "GBP million")
"""Units of money."""


@dataclass(frozen=True)
class Equity:
    """Equity weights: the weight of an area is (median / its value) ** elasticity.

    Parameters
    ----------
    attribute
        The numeric column of the table areas whose value it is.
    elasticity
        How strongly areas of a low value weigh more; 0 weighs all alike.
    """

    attribute: str
    elasticity: float


@dataclass(frozen=True)
class Bands:
    """The convex piecewise linear weight of concessions and burdens.

    Parameters
    ----------
    ends
        Where the pieces end, shares of a target or a bid, ascending.
    slopes
        The slope up to each end, and the last one beyond; ascending, one more than ``ends``.
    """

    ends: tuple[float, ...] = (0.05, 0.15, 0.35)
    slopes: tuple[float, ...] = (1.0, 3.0, 7.0, 15.0)


@dataclass(frozen=True)
class Stages:
    """The objectives of the lexicographic hierarchy.

    Parameters
    ----------
    order
        The stages, the first of which is minimised first.
    give
        Stage → by how much later stages may worsen it, in its unit.
    bands
        How concessions and burdens weigh.
    limits
        Stage with its priority, ``shortfall.largest[1]`` → value up to which later stages may use it, if that is less
        than it gives.
    """

    order: tuple[str, ...] = DEFAULT_ORDER
    give: Mapping[str, float] = field(default_factory=FrozenMapping)
    bands: Bands = Bands()
    limits: Mapping[str, float] = field(default_factory=FrozenMapping)

    def limit_of(self, stage: str) -> float:
        """The limit of a stage, named with its priority; infinite where there is none."""
        return float(self.limits.get(stage, math.inf))


@dataclass(frozen=True)
class Settings:
    """What ``scenario.toml`` says.

    Parameters
    ----------
    years
        Consecutive financial years, ``2026-27``.
    title
        What the scenario is called.
    money
        Unit of all money: one of :data:`MONEY`.
    price_base
        Financial year in whose prices the money is; empty where the scenario does not say.
    attributes
        Numeric columns of the table areas.
    overlapping
        Whether areas may lie within one another by the register, as councils do in their combined authority.
    ring_fenced
        Envelopes into which no money moves from others.
    expect
        Number of rows of a table, or the hash of its content, as the source states them; and of values set.
    rules
        Rules for all areas, only those given.
    equity
        How areas weigh; None for all alike.
    stages
        What is minimised and in which order.
    convergence
        Aims by which places catch up; None where the section is absent.
    inclusion
        Prosperity and inclusion in the same places; None where the section is absent.
    derive
        What is assumed of programme lines where an area states nothing; None where the section is absent.
    review
        What is agreed about reviews, and how far one has come; None where the section is absent.
    public
        What the public is shown; None where the section is absent.
    log
        What the modeller wrote down for assurance: sources, assumptions, decisions (entries by name, each a mapping of
        texts) and transparency; nested as the section ``[log]``, what is empty left out. It changes no settlement.
    notes
        Remarks by key, kept and not read: the column ``note`` of a workbook's sheet ``scenario``.
    schema_version
        Version of the format, key ``schema``.
    """

    years: tuple[str, ...]
    title: str = ""
    money: str = "GBP million"
    price_base: str = ""
    attributes: tuple[str, ...] = ()
    overlapping: bool = False
    ring_fenced: tuple[str, ...] = ()
    expect: Mapping[str, int | str] = field(default_factory=FrozenMapping)
    rules: Mapping[str, float] = field(default_factory=FrozenMapping)
    equity: Equity | None = None
    stages: Stages = Stages()
    convergence: Convergence | None = None
    inclusion: Inclusion | None = None
    derive: Derive | None = None
    review: ReviewTerms | None = None
    public: PublicTerms | None = None
    log: Mapping[str, Any] = field(default_factory=FrozenMapping)
    notes: Mapping[str, str] = field(default_factory=FrozenMapping)
    schema_version: int = SCHEMA

    @property
    def values_set(self) -> int:
        """Number of values that rules, equity and stages set beside their defaults."""
        stages, default = self.stages, Stages()
        changed = (stages.order != default.order, stages.bands.ends != default.bands.ends)
        slopes = stages.bands.slopes != default.bands.slopes
        levelling = 0 if self.convergence is None else len(self.convergence.aims) + len(self.convergence.rates)
        levelling += self.inclusion is not None and self.inclusion.together is not None
        return (
            len(self.rules)
            + 2 * (self.equity is not None)
            + len(stages.give)
            + len(stages.limits)
            + sum(changed)
            + slopes
            + levelling
        )

    @property
    def period(self) -> str:
        """The years in words: ``2026-27 to 2029-30``, or the one."""
        return " to ".join(dict.fromkeys((self.years[0], self.years[-1])))

    @property
    def sections(self) -> dict[str, Convergence | Inclusion]:
        """The sections of levelling up that are there, by name."""
        both = {"convergence": self.convergence, "inclusion": self.inclusion}
        return {name: section for name, section in both.items() if section is not None}

    def as_dict(self) -> dict[str, Any]:
        """Return the content as ``scenario.toml`` nests it; what is empty or absent is left out."""
        content: dict[str, Any] = {
            "schema": self.schema_version,
            "title": self.title,
            "money": self.money,
            "price_base": self.price_base,
            "years": list(self.years),
            "attributes": list(self.attributes),
            "overlapping": self.overlapping or "",
            "ring_fenced": list(self.ring_fenced),
            "expect": dict(self.expect),
            "rules": dict(self.rules),
        }
        if self.equity is not None:
            content["equity"] = {"attribute": self.equity.attribute, "elasticity": self.equity.elasticity}
        bands = {"ends": list(self.stages.bands.ends), "slopes": list(self.stages.bands.slopes)}
        content["stages"] = {"order": list(self.stages.order), "give": dict(self.stages.give)}
        if self.stages.limits:
            content["stages"]["limits"] = dict(self.stages.limits)
        content["stages"]["bands"] = bands
        for name, section in self.sections.items():
            content[name] = section.as_dict()
        if self.derive is not None:
            content["derive"] = self.derive.as_dict()
        for name, terms in (("review", self.review), ("public", self.public)):
            if terms is not None:
                content[name] = terms.as_dict()
        content["log"] = thawed(self.log)
        content["notes"] = dict(self.notes)
        return {key: value for key, value in content.items() if value not in ("", [], {})}


def year_start(label: str) -> int | None:
    """Return the first calendar year of a financial year, 2026 for ``2026-27``; None if it is not one."""
    match = re.fullmatch(r"([0-9]{4})-([0-9]{2})", label)
    if match is None or (int(match[1]) + 1) % 100 != int(match[2]):
        return None
    return int(match[1])


def year_written(text: str) -> str:
    """Return the financial year that a text names by both of its calendar years, as 2026-27; empty where it does not.

    >>> [year_written(text) for text in ("2026-27", "2026/27", "2026\u201327", "2026 to 2027", "FY 2026/2027")]
    ['2026-27', '2026-27', '2026-27', '2026-27', '2026-27']
    >>> year_written("2026"), year_written("2026-29")
    ('', '')
    """
    match = _TWO_YEARS.fullmatch(text.strip())
    if match is None or int(match[2]) not in (int(match[1]) + 1, (int(match[1]) + 1) % 100):
        return ""
    return f"{match[1]}-{(int(match[1]) + 1) % 100:02d}"


_TWO_YEARS = re.compile(r"(?:FY\s?)?([0-9]{4})\s?(?:[-/\u2010-\u2015\u2212]|to)\s?([0-9]{2}|[0-9]{4})", re.IGNORECASE)


def holds_several_years(label: str) -> bool:
    """Whether a text holds more than one financial year, as ``2026-27; 2027-28``."""
    return len(_TWO_YEARS.findall(label)) > 1


def year_meant(label: str) -> str:
    """Guess the financial year meant by ``2026/27``, ``2026-2027`` or ``2026``; empty if there is none."""
    match = re.match(r"\s*((?:19|20)[0-9]{2})(?![0-9])", label)
    return f"{match[1]}-{(int(match[1]) + 1) % 100:02d}" if match else ""
