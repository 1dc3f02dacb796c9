"""The sections ``[convergence]`` and ``[inclusion]`` of the settings: levelling up as aims of a settlement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from .frozen import FrozenMapping
from .strict import Strict, fault

CONVERGENCE_STAGE, INCLUSION_STAGE = "convergence.total", "inclusion.total"
"""The stages that these sections are needed for."""

COMPARISONS = (("area", "nation"), ("area", "region"), ("region", "nation"))
"""Whose gap may be measured, and against whose rate."""

LINES = ("start", "end")
"""Whether the line that places are compared with stands still, or moves with what is agreed."""

PLACES = ("area", "recipient", "region")
"""Places in which prosperity and inclusion may be brought together."""


@dataclass(frozen=True)
class Convergence:
    """Aims of convergence: how much of its gap to a line each place should make up.

    Parameters
    ----------
    aims
        Objective → share of each gap to be made up by the year.
    places
        Whose gap it is: ``area`` or ``region``.
    compared_with
        Whose rate is the line: ``nation`` or ``region``.
    line
        ``start``: the rate of today; ``end``: today's rate and what all who are compared add to it.
    rates
        Objective → a published rate of the nation that is the line, instead of the rate of the areas that bid.
    year
        The year; empty for the last.
    """

    aims: Mapping[str, float] = field(default_factory=FrozenMapping)
    places: str = "area"
    compared_with: str = "nation"
    line: str = "start"
    rates: Mapping[str, float] = field(default_factory=FrozenMapping)
    year: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the section as ``scenario.toml`` nests it: what is empty is left out."""
        content = {
            "aims": dict(self.aims),
            "places": self.places,
            "compared_with": self.compared_with,
            "line": self.line,
            "rates": dict(self.rates),
            "year": self.year,
        }
        return {key: value for key, value in content.items() if value not in ("", {})}


@dataclass(frozen=True)
class Inclusion:
    """Aim of inclusive growth: prosperity and inclusion in the same places.

    Parameters
    ----------
    prosperity, inclusion
        The two objectives.
    together
        Share of both national aims that shall be met in the same places; None where only rules use the section.
    places
        ``area``, ``recipient`` or ``region``.
    year
        The year; empty for the last.
    """

    prosperity: str
    inclusion: str
    together: float | None = None
    places: str = "area"
    year: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the section as ``scenario.toml`` nests it: what is empty is left out."""
        return {key: value for key, value in vars(self).items() if value not in ("", None)}


CONVERGENCE_EXPLAINED = {
    "aims": "Share of its gap that each place below the line should make up, by objective: 0.2 is 20%.",
    "places": "Whose gap it is: `area` or `region`.",
    "compared_with": "Whose rate is the line: `nation`, or `region` for areas.",
    "line": "`start`: the line is the rate of today; `end`: it moves with what is agreed.",
    "rates": "A published rate of the nation that is the line, by objective; else the rate of the areas that bid.",
    "year": "Year of the aims. Default: the last.",
}
"""Explanation of each key of ``[convergence]``."""

INCLUSION_EXPLAINED = {
    "prosperity": "Objective that stands for prosperity.",
    "inclusion": "Objective that stands for inclusion.",
    "together": "Share of the two national aims that shall be met in the same places: 0.8 is 80%.",
    "places": "What counts as a place: `area`, `recipient` or `region`.",
    "year": "Year of both. Default: the last.",
}
"""Explanation of each key of ``[inclusion]``."""

_Aim = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
_Rate = Annotated[float, Field(gt=0, allow_inf_nan=False)]


def _one_of(value: str, words: tuple[str, ...]) -> None:
    if value not in words:
        raise fault("SP-S004", "one of " + ", ".join(words))


class ConvergenceSection(Strict):
    """The section ``[convergence]``."""

    aims: dict[str, _Aim] = Field(default={})
    places: str = "area"
    compared_with: str = "nation"
    line: str = "start"
    rates: dict[str, _Rate] = Field(default={})
    year: str = ""

    @model_validator(mode="after")
    def _comparable(self) -> Self:
        if (self.places, self.compared_with) not in COMPARISONS:
            pairs = "; ".join(f'places = "{one}", compared_with = "{other}"' for one, other in COMPARISONS)
            raise fault("SP-S004", pairs)
        _one_of(self.line, LINES)
        return self


class InclusionSection(Strict):
    """The section ``[inclusion]``."""

    prosperity: str
    inclusion: str
    together: _Aim | None = None
    places: str = "area"
    year: str = ""

    @model_validator(mode="after")
    def _two_objectives(self) -> Self:
        _one_of(self.places, PLACES)
        if self.prosperity == self.inclusion:
            raise fault("SP-S004", "two different objectives for prosperity and inclusion")
        return self


def convergence_of(section: ConvergenceSection | None) -> Convergence | None:
    """Make the settings' value of a checked section."""
    if section is None:
        return None
    content = section.model_dump()
    return Convergence(**{**content, "aims": FrozenMapping(section.aims), "rates": FrozenMapping(section.rates)})


def inclusion_of(section: InclusionSection | None) -> Inclusion | None:
    """Make the settings' value of a checked section."""
    return None if section is None else Inclusion(**section.model_dump())
