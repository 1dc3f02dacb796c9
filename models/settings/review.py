"""The sections ``[review]`` and ``[public]`` of the settings: how years that are over are looked back on, and shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field

from .frozen import FrozenMapping
from .strict import Strict


@dataclass(frozen=True)
class ReviewTerms:
    """What is agreed about reviews, and how far one has come.

    Parameters
    ----------
    underspend_kept
        Share of what an area did not spend that it keeps, outside the pot.
    carry
        Share of its next grant that it may keep at most.
    pool
        Share of an area's agreed grant that is paid as a reward where all its targets are met.
    threshold
        Share of a target from which on it is rewarded.
    until
        Last year that was reviewed; empty before the first review. A review writes it.
    kept
        Area → money that it keeps from years that were reviewed. A review writes it.
    """

    underspend_kept: float = 0.0
    carry: float = 0.1
    pool: float = 0.025
    threshold: float = 0.6
    until: str = ""
    kept: Mapping[str, float] = field(default_factory=FrozenMapping)

    def as_dict(self) -> dict[str, Any]:
        """Return the section as ``scenario.toml`` nests it: what is empty is left out."""
        content: dict[str, Any] = {**vars(self), "kept": dict(self.kept)}
        return {key: value for key, value in content.items() if value not in ("", {})}


@dataclass(frozen=True)
class PublicTerms:
    """What the public is shown.

    Parameters
    ----------
    kpis
        Largest number of key performance indicators of an area.
    """

    kpis: int = 10

    def as_dict(self) -> dict[str, Any]:
        """Return the section as ``scenario.toml`` nests it."""
        return dict(vars(self))


REVIEW_EXPLAINED = {
    "underspend_kept": "Share of what an area did not spend that it keeps, outside the pot: 0.5 is half. Default: 0.",
    "carry": f"Share of its next grant that it keeps at most. Default: {ReviewTerms.carry}.",
    "pool": f"Share of its grant that an area is paid where it meets every target. Default: {ReviewTerms.pool}.",
    "threshold": f"Share of a target from which on it is rewarded. Default: {ReviewTerms.threshold}.",
    "until": "Last year that was reviewed; a review writes it.",
    "kept": "Money that areas keep from years that were reviewed, by code; a review writes it.",
}
"""Explanation of each key of ``[review]``."""

PUBLIC_EXPLAINED = {
    "kpis": f"Largest number of key performance indicators of an area. Default: {PublicTerms.kpis}.",
}
"""Explanation of each key of ``[public]``."""

_Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
_Money = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class ReviewSection(Strict):
    """The section ``[review]``."""

    underspend_kept: _Share = ReviewTerms.underspend_kept
    carry: _Share = ReviewTerms.carry
    pool: _Share = ReviewTerms.pool
    threshold: _Share = ReviewTerms.threshold
    until: str = ""
    kept: dict[str, _Money] = Field(default={})


class PublicSection(Strict):
    """The section ``[public]``."""

    kpis: Annotated[int, Field(ge=1)] = PublicTerms.kpis


def review_of(section: ReviewSection | None) -> ReviewTerms | None:
    """Make the settings' value of a checked section."""
    if section is None:
        return None
    return ReviewTerms(**{**section.model_dump(), "kept": FrozenMapping(section.kept)})


def public_of(section: PublicSection | None) -> PublicTerms | None:
    """Make the settings' value of a checked section."""
    return None if section is None else PublicTerms(**section.model_dump())
