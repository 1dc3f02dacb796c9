"""Plan of regimes: a TOML file states the needs formula, the cost of a bid, and the silos."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources
from os import PathLike
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from singlepot.models.diagnostics.problems import BadInputError, Diagnostic, did_you_mean, shown
from singlepot.models.settings.refusals import expected_in

from ..formats.settings_file import load_plan

_Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
_Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
_Texts = Annotated[tuple[str, ...], BeforeValidator(lambda value: tuple(value) if isinstance(value, list) else value)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)


class Needs(_Strict):
    """Needs formula.

    Attributes
    ----------
    per_head
        Share of the money that goes by heads; the rest goes by heads times need.
    weights
        Attributes of areas and how much each counts. A positive weight: more of it is more need; a negative one: less
        of it is more need. Empty: need is the equity weight of the scenario.
    floor
        No area gets less than this share of what equal money per head would give it.
    least
        No area gets less than this over all years, in the scenario's money, spread as its bid is.
    """

    per_head: _Share
    weights: dict[str, Annotated[float, Field(allow_inf_nan=False)]] = {}
    floor: _Share = 0.0
    least: _Amount = 0.0


class Competition(_Strict):
    """Competition for the pot.

    Attributes
    ----------
    cost_of_bid_gbp
        Cost of preparing one bid, pounds.
    source
        Source of that figure.
    """

    cost_of_bid_gbp: _Amount
    source: str = ""


class Silos(_Strict):
    """Silos, each with a pot of its own.

    Attributes
    ----------
    by
        What has a pot of its own: each ``objective``, ``envelope``, or ``source`` of the pot.
    shares
        Share of the pot of each objective; those not named share the rest as they are bid for.
    pays_for
        By source: the objectives that each source of the pot pays for.
    """

    by: Literal["objective", "envelope", "source"]
    shares: dict[str, _Share] = {}
    pays_for: dict[str, _Texts] = {}


class Arrival(_Strict):
    """Random arrival of many claimants.

    Attributes
    ----------
    orders
        Number of sampled orders of arrival.
    seed
        Seed of the draws.
    """

    orders: Annotated[int, Field(ge=4, le=10_000_000)]
    seed: Annotated[int, Field(ge=0)]


class RegimePlan(_Strict):
    """Plan of all regimes.

    Attributes
    ----------
    needs
        The needs formula, ``needs-formula`` in a file.
    competition, silos
        The competition, and the silos.
    arrival
        Random arrival, ``random-arrival`` in a file.
    """

    schema_: Annotated[Literal[1], Field(alias="schema")] = 1
    needs: Annotated[Needs, Field(alias="needs-formula")]
    competition: Competition
    silos: Silos
    arrival: Annotated[Arrival, Field(alias="random-arrival")]


PlanSource = Mapping[str, Any] | str | PathLike[str] | RegimePlan | None
"""A plan as callers give it: a file, nested values, or None for the shipped assumptions."""


def read_regime_plan(plan: PlanSource = None) -> RegimePlan:
    """Read the plan of regimes; keys that are not given are as shipped.

    Parameters
    ----------
    plan
        A TOML file, or nested values such as ``{"needs-formula": {"per_head": 0.5}}``.

    Raises
    ------
    BadInputError
        With everything that is wrong.

    Examples
    --------
    >>> read_regime_plan({"needs-formula": {"per_head": 0.5}}).needs.per_head
    0.5
    """
    if isinstance(plan, RegimePlan):
        return plan
    shipped = resources.files("singlepot.scenarios.library") / "regimes" / "assumptions.toml"
    default = tomllib.loads(shipped.read_text(encoding="utf-8"))
    if plan is None:
        return _validate(default, str(shipped))
    name = "plan" if isinstance(plan, Mapping) else str(plan)
    codes = ("SP-G001", "SP-G001")
    changes = plan if isinstance(plan, Mapping) else load_plan(Path(plan), name, "regimes", "a plan of regimes", codes)
    merged = dict(default)
    for section, values in changes.items():
        both = isinstance(values, Mapping) and isinstance(default.get(section), Mapping)
        merged[section] = {**default[section], **values} if both else values
    return _validate(merged, name)


def _validate(content: Mapping[str, Any], file: str) -> RegimePlan:
    try:
        return RegimePlan.model_validate(dict(content))
    except ValidationError as refusal:
        raise BadInputError([_problem(error, file) for error in refusal.errors(include_url=False)]) from refusal


_SECTIONS: Mapping[str, type[_Strict]] = {
    "needs-formula": Needs,
    "competition": Competition,
    "silos": Silos,
    "random-arrival": Arrival,
}


def _problem(error: Any, file: str) -> Diagnostic:
    path = [str(part) for part in error["loc"]]
    section, key = (path[0], path[1]) if len(path) > 1 else ("", path[0] if path else "")
    if error["type"] == "extra_forbidden":
        known = list(_SECTIONS[section].model_fields) if section in _SECTIONS else ["schema", *_SECTIONS]
        remedy = did_you_mean(key, known, f"the keys are {', '.join(known)}")
        return Diagnostic("SP-G002", "regimes", file, section, key, expected="a known key", remedy=remedy)
    value = "" if isinstance(error["input"], Mapping) else shown(error["input"])
    return Diagnostic("SP-G003", "regimes", file, section, key, value, expected_in(error))


def unknown_name(section: str, key: str, value: str, expected: str) -> BadInputError:
    """Report a name in a plan that the scenario does not have."""
    return BadInputError([Diagnostic("SP-G004", "regimes", "plan", section, key, value, expected)])
