"""The section ``[derive]`` of the settings: what is assumed of programme lines where an area states nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from pydantic import Field, create_model

from .frozen import FrozenMapping, frozen
from .strict import Strict


@dataclass(frozen=True)
class Derive:
    """Assumptions of derived options.

    Parameters
    ----------
    elasticity
        Per cent of outcome for one per cent of money; between 0 and 1.
    most, least
        Shares of its money that a line could use at most and at least.
    tiers
        Equal steps of each side.
    efficiency
        Share of a line's money that could go with outcomes unchanged.
    stretch
        Share of outcomes that an area could add without grant.
    stretch_price
        Own money of such outcomes, as a multiple of the grant for the same.
    theme
        Any of them for one theme, by its name.
    unit_cost
        Grant of all years for one unit in the last year, by objective: how the rest of a programme is parted.
    """

    elasticity: float = 0.75
    most: float = 1.2
    least: float = 0.8
    tiers: int = 2
    efficiency: float = 0.0
    stretch: float = 0.0
    stretch_price: float = 1.0
    theme: Mapping[str, Mapping[str, float]] = field(default_factory=FrozenMapping)
    unit_cost: Mapping[str, float] = field(default_factory=FrozenMapping)

    def by_theme(self, key: str, themes: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
        """Return the value of a key for lines of these themes."""
        general = float(getattr(self, key))
        of_theme = {name: float(values.get(key, general)) for name, values in self.theme.items()}
        return np.asarray([of_theme.get(name, general) for name in themes], dtype=float)

    def as_dict(self) -> dict[str, Any]:
        """Return the section as ``scenario.toml`` nests it: every general number, themes and unit costs if there."""
        content: dict[str, Any] = {key: getattr(self, key) for key in KEYS}
        if self.theme:
            content["theme"] = {name: dict(values) for name, values in self.theme.items()}
        if self.unit_cost:
            content["unit_cost"] = dict(self.unit_cost)
        return content


KEYS = tuple(part.name for part in fields(Derive) if part.name not in ("theme", "unit_cost"))
"""The numbers of the section."""

DERIVE_EXPLAINED = {
    "elasticity": "Per cent of outcome for one per cent of money; between 0 and 1.",
    "most": "Share of its money that a line could use at most, 1.2 is 120%.",
    "least": "Share of its money that a line could go down to, 0.8 is 80%.",
    "tiers": "Equal steps between the bid and each of the two.",
    "efficiency": "Share of a line's money that could go with outcomes unchanged; 0 unless somebody says so.",
    "stretch": "Share of outcomes that an area could add without grant.",
    "stretch_price": "Own money that such outcomes cost, as a multiple of the grant for the same.",
    "theme": "Any of these for the lines of one theme, in `[derive.theme.NAME]`.",
    "unit_cost": "Grant of all years for one unit in the last year, by objective, in `[derive.unit_cost]`: how the "
    "rest of a programme is parted by objective.",
}
"""Explanation of each key."""


def derived_assumptions(in_use: Mapping[str, float]) -> dict[str, dict[str, str]]:
    """Return entries of ``[log.assumptions]`` for numbers of ``[derive]`` that are in use, by name."""
    return {
        f"derive.{key}": {
            "what": DERIVE_EXPLAINED[_explained(key)].rstrip("."),
            "value": repr(value).removesuffix(".0"),
            "source": "the section [derive], for lines of which an area states nothing",
            "confidence": "low",
        }
        for key, value in in_use.items()
    }


def _explained(key: str) -> str:
    return "unit_cost" if key.startswith("unit_cost.") else key.rpartition(".")[2]


_Elasticity = Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]
_Most = Annotated[float, Field(ge=1, allow_inf_nan=False)]
_Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
_Tiers = Annotated[int, Field(ge=1, le=100)]
_NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
_Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]

_TYPES: Mapping[str, Any] = {
    "elasticity": _Elasticity,
    "most": _Most,
    "least": _Share,
    "tiers": _Tiers,
    "efficiency": _Share,
    "stretch": _NotNegative,
    "stretch_price": _NotNegative,
}


def _with_default(key: str) -> Any:
    return _TYPES[key], getattr(Derive, key)


def _optional(key: str) -> Any:
    return _TYPES[key] | None, None


_Theme = create_model("_Theme", __base__=Strict, **{key: _optional(key) for key in KEYS})
_General = create_model("_General", __base__=Strict, **{key: _with_default(key) for key in KEYS})


class DeriveThemeSection(_Theme):  # type: ignore[misc, valid-type]  # its base is made of the keys at run time
    """A section ``[derive.theme.NAME]``."""


class DeriveSection(_General):  # type: ignore[misc, valid-type]
    """The section ``[derive]``."""

    theme: dict[str, DeriveThemeSection] = Field(default={})
    unit_cost: dict[str, _Positive] = Field(default={})


def derive_of(section: DeriveSection) -> Derive:
    """Make the settings' value of a checked section."""
    content = section.model_dump(exclude_none=True)
    return Derive(**{**content, "theme": frozen(content["theme"]), "unit_cost": FrozenMapping(content["unit_cost"])})
