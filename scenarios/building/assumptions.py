"""Assumptions of a scenario that is built from baselines: read, held to their ranges, and written into the log."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from singlepot.solver import BadOptionError

Vector = npt.NDArray[np.float64]

Given: TypeAlias = float | Sequence[float] | Mapping[str, float]
"""An assumption as it is given: one number, one for each year, or one for each objective."""

EXPLAINED = {
    "unit_cost": "grant of all years for one unit a year in the last year",
    "national_share": "share of the pot whose outcome at unit cost is the national objective",
    "national_margin": "a national objective is this share of what its share of the pot buys",
    "over_bid": "sum of bids over the pot",
    "ambition": "sum of the proposed targets over the national objective in the last year",
    "frontier_quantile": "quantile of the areas' rates that is the frontier; mirrored where less is better",
    "headroom_floor": "least headroom as a share of the baseline",
    "headroom_exponent": "unit cost × (headroom of the area relative to the nation's) to this power",
    "spend_profile": "how a bid's money falls over the years",
    "outcome_profile": "how an outcome builds up by year",
}
"""What each assumption says, in the log."""

SOURCE = "an argument of sp.build.from_baselines, or its default"

FLOOR, FLOOR_FALLING = 0.02, 0.05
"""Least headroom as a share of the baseline where nothing is said of an objective; the second where less is better."""

_TINY = 1e-300
_RANGES: Mapping[str, tuple[float, float, str]] = {
    "unit_cost": (_TINY, math.inf, "above 0"),
    "national_share": (_TINY, 1.0, "above 0 and at most 1"),
    "headroom_floor": (0.0, math.inf, "of at least 0"),
    "national_margin": (_TINY, math.inf, "above 0"),
    "over_bid": (_TINY, math.inf, "above 0"),
    "ambition": (_TINY, math.inf, "above 0"),
    "frontier_quantile": (0.0, 1.0, "from 0 to 1"),
    "headroom_exponent": (-10.0, 10.0, "from -10 to 10"),
    "spend_profile": (0.0, 1.0, "from 0 to 1"),
    "outcome_profile": (0.0, 1.0, "from 0 to 1"),
}
"""Least, most and the words for them of each assumption."""

_PROFILES = ("spend_profile", "outcome_profile")
_OF_OBJECTIVES = ("unit_cost", "national_share", "ambition", "headroom_floor")


@dataclass(frozen=True, eq=False)
class Assumptions:
    """What is assumed beside the baselines.

    Parameters
    ----------
    whole_pot
        Pot of all years.
    unit_cost
        Grant of all years for one unit a year in the last year, K.
    national_share
        Share of the pot whose outcome at unit cost is the national objective, K.
    national_margin
        A national objective is this share of what its share of the pot buys.
    over_bid
        Sum of bids over the pot.
    ambition
        Sum of the proposed targets over the national objective, in the last year, K.
    frontier_quantile
        Quantile of the rates that is the frontier; mirrored where less is better.
    headroom_floor
        Least headroom as a share of the baseline, K.
    headroom_exponent
        Power of the relative headroom by which unit costs differ.
    spend_profile, outcome_profile
        Share of a bid in each year, and of a last year's outcome, T.
    """

    whole_pot: float
    unit_cost: Vector
    national_share: Vector
    national_margin: float
    over_bid: float
    ambition: Vector
    frontier_quantile: float
    headroom_floor: Vector
    headroom_exponent: float
    spend_profile: Vector
    outcome_profile: Vector


def read_assumptions(given: Mapping[str, Given], keys: Sequence[str], years: int, whole_pot: float) -> Assumptions:
    """Return assumptions as numbers.

    Parameters
    ----------
    given
        Every assumption by name.
    keys
        The objectives in their order.
    years
        Number of years.
    whole_pot
        Pot of all years.

    Raises
    ------
    BadOptionError
        One is missing or out of range, or names no objective.
    """
    values: dict[str, Vector] = {}
    for name, (least, most, words) in _RANGES.items():
        value = given[name]
        if name in _OF_OBJECTIVES:
            values[name] = _by_objective(name, value, keys)
        else:
            values[name] = np.asarray(value, dtype=float)
        if not ((values[name] >= least) & (values[name] <= most) & np.isfinite(values[name])).all():
            raise BadOptionError(f"{name} {_text(value)} is out of range", f"give numbers {words}")
    for name, end in zip(_PROFILES, ("adding up to 1", "the last of them 1"), strict=True):
        profile = values[name]
        whole = len(profile) == years and (profile.sum() if name == "spend_profile" else profile[-1])
        if not math.isclose(whole, 1.0):
            raise BadOptionError(f"{name} {_text(given[name])} does not fit", f"give {years} shares, {end}")
    numbers = {name: value if name in (*_OF_OBJECTIVES, *_PROFILES) else float(value) for name, value in values.items()}
    return Assumptions(whole_pot=whole_pot, **numbers)  # type: ignore[arg-type]  # by name: numbers and vectors


def _by_objective(name: str, value: Given, keys: Sequence[str]) -> Vector:
    """Return the numbers of the objectives in their order."""
    numbers = value if isinstance(value, Mapping) else dict.fromkeys(keys, value)
    if unknown := sorted(set(numbers) - set(keys)):
        raise BadOptionError(
            f"{name} names {unknown[0]}, which is no objective", f"the objectives are {', '.join(keys)}"
        )
    if missing := [key for key in keys if key not in numbers]:
        raise BadOptionError(f"{name} has no number for {missing[0]}", "give one for each objective")
    return np.asarray([numbers[key] for key in keys], dtype=float)


def log_entries(given: Mapping[str, Given]) -> dict[str, dict[str, str]]:
    """Return entries of ``[log.assumptions]`` by name, one for each objective of unit costs and national shares."""
    entries = {}
    for name, value in given.items():
        parts = value if isinstance(value, Mapping) and name != "headroom_floor" else {"": value}
        for key, part in parts.items():
            entry = {"what": EXPLAINED[name], "value": _text(part), "source": SOURCE, "confidence": "low"}
            entries[f"{name}_{key}" if key else name] = entry
    return entries


def _text(value: Given) -> str:
    """Write an assumption: a number, or several parted by semicolons."""
    if isinstance(value, Mapping):
        return "; ".join(f"{key} {number:.12g}" for key, number in value.items())
    return "; ".join(f"{number:.12g}" for number in np.atleast_1d(np.asarray(value, dtype=float)).tolist())
