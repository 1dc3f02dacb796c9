"""What regimes assume: the formula, the cost of a bid, who pays for what; as a file and as frozen values."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources
from os import PathLike
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from singlepot.models.diagnostics.problems import BadInputError, Diagnostic, did_you_mean, shown

_Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
_Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
_Texts = Annotated[tuple[str, ...], BeforeValidator(lambda said: tuple(said) if isinstance(said, list) else said)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)


class Needs(_Strict):
    """The needs formula.

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
    """The competition.

    Attributes
    ----------
    cost_of_bid_gbp
        What preparing one bid costs, pounds.
    source
        Who says so.
    """

    cost_of_bid_gbp: _Amount
    source: str = ""


class Silos(_Strict):
    """The silos.

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
        How many orders of arrival are drawn.
    seed
        Seed of the draws.
    """

    orders: Annotated[int, Field(ge=4, le=10_000_000)]
    seed: Annotated[int, Field(ge=0)]


class RegimePlan(_Strict):
    """What the regimes assume.

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


Said = Mapping[str, Any] | str | PathLike[str] | RegimePlan | None
"""How a plan can be said: a file, nested values, or nothing for the shipped assumptions."""


def read_regime_plan(said: Said = None) -> RegimePlan:
    """Read what regimes assume; what is not said is as shipped.

    Parameters
    ----------
    said
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
    if isinstance(said, RegimePlan):
        return said
    shipped = resources.files("singlepot.scenarios.library") / "regimes" / "assumptions.toml"
    default = tomllib.loads(shipped.read_text(encoding="utf-8"))
    if said is None:
        return _made(default, str(shipped))
    name = "plan" if isinstance(said, Mapping) else str(said)
    changes = said if isinstance(said, Mapping) else _loaded(Path(said))
    merged = dict(default)
    for section, values in changes.items():
        both = isinstance(values, Mapping) and isinstance(default.get(section), Mapping)
        merged[section] = {**default[section], **values} if both else values
    return _made(merged, name)


def _loaded(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        fault = Diagnostic("SP-G001", "regimes", str(file), value=str(error.strerror), expected="a plan of regimes")
        raise BadInputError([fault]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        fault = Diagnostic("SP-G001", "regimes", str(file), value=str(error), expected="TOML in UTF-8")
        raise BadInputError([fault]) from error


def _made(said: Mapping[str, Any], file: str) -> RegimePlan:
    try:
        return RegimePlan.model_validate(dict(said))
    except ValidationError as refusal:
        raise BadInputError([_problem(error, file) for error in refusal.errors(include_url=False)]) from refusal


_SECTIONS: Mapping[str, type[_Strict]] = {
    "needs-formula": Needs,
    "competition": Competition,
    "silos": Silos,
    "random-arrival": Arrival,
}


def _problem(error: Any, file: str) -> Diagnostic:
    where = [str(part) for part in error["loc"]]
    place, key = (where[0], where[1]) if len(where) > 1 else ("", where[0] if where else "")
    if error["type"] == "extra_forbidden":
        known = list(_SECTIONS[place].model_fields) if place in _SECTIONS else ["schema", *_SECTIONS]
        remedy = did_you_mean(key, known, f"the keys are {', '.join(known)}")
        return Diagnostic("SP-G002", "regimes", file, place, key, expected="a known key", remedy=remedy)
    expected = str(error["msg"]).removeprefix("Value error, ")
    value = "" if isinstance(error["input"], Mapping) else shown(error["input"])
    return Diagnostic("SP-G003", "regimes", file, place, key, value, expected[:1].lower() + expected[1:])


def unknown_name(place: str, key: str, value: str, expected: str) -> BadInputError:
    """Say that a plan names something that the scenario does not have."""
    return BadInputError([Diagnostic("SP-G004", "regimes", "plan", place, key, value, expected)])
