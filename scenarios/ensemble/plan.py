"""Plan of an ensemble: a TOML file lists the uncertain quantities and their distributions."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from os import PathLike
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from singlepot.models.diagnostics.problems import BadInputError, Diagnostic, did_you_mean, shown
from singlepot.models.settings.refusals import expected_in

from ..formats.settings_file import load_plan

SCHEMA = 1
"""Version of the format of a plan."""

_LIST = BeforeValidator(lambda value: tuple(value) if isinstance(value, list) else value)
_Texts = Annotated[tuple[str, ...], _LIST]
_Factor = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Uncertain(_Strict):
    """Uncertain quantity: each of its cells is multiplied by a drawn factor.

    Attributes
    ----------
    name
        Name in results.
    table, columns
        Table and columns of the numbers; ``grant`` in ``option_years`` means the grants of all envelopes. ``derive`` is
        the section of assumptions: a row for each ``theme``, and for the ``unit_cost`` of each ``objective``. It and
        ``programmes`` are drawn before options are derived, where a number of ``derive`` stands for one that an area
        does not state; all other tables afterwards.
    where
        Only rows with these values (one, or a list of them), by columns of the table or, for rows of an area, of
        ``areas``.
    each
        Unit that has a factor of its own: ``row``, ``all``, or a column of the table or of ``areas`` (``area``,
        ``option``, ``year``, ``objective``, ``region``, ``theme``, …); ``area-option`` is each option of each area, and
        ``area-line`` each line. For options,
        ``objective`` is the one an option changes most.
    distribution
        Of the factor: ``lognormal`` (``spread``: standard deviation of its logarithm, median 1), ``normal``
        (``spread``: standard deviation around 1, above 0), ``uniform`` (``low``, ``high``), ``triangular`` (``low``,
        ``mode``, ``high``), ``empirical`` (``values``, each as likely).
    correlate, correlation
        Factors in one group of this column move together; the correlation is that of their normal scores.
    """

    name: Annotated[str, Field(min_length=1, max_length=60)]
    table: Literal["pot", "bids", "targets", "national", "programmes", "derive", "options", "option_years"]
    columns: Annotated[_Texts, Field(min_length=1)]
    where: dict[str, str | list[str]] = {}
    each: str = "area"
    distribution: Literal["lognormal", "normal", "uniform", "triangular", "empirical"]
    spread: Annotated[float, Field(gt=0, le=3, allow_inf_nan=False)] | None = None
    low: _Factor | None = None
    mode: _Factor | None = None
    high: _Factor | None = None
    values: Annotated[tuple[_Factor, ...], _LIST] = ()
    correlate: str = ""
    correlation: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.0

    @model_validator(mode="after")
    def _complete(self) -> Uncertain:
        needed = {
            "lognormal": {"spread"},
            "normal": {"spread"},
            "uniform": {"low", "high"},
            "triangular": {"low", "mode", "high"},
            "empirical": {"values"},
        }[self.distribution]
        given = {key for key in ("spread", "low", "mode", "high") if getattr(self, key) is not None}
        given |= {"values"} if self.values else set()
        if given != needed:
            raise ValueError(f"{self.distribution} takes {' and '.join(sorted(needed))}, and nothing else")
        points = [point for point in (self.low, self.mode, self.high) if point is not None]
        if points != sorted(points) or (len(points) > 1 and points[0] == points[-1]):
            raise ValueError("low, mode and high must rise")
        if bool(self.correlate) != (self.correlation > 0):
            raise ValueError("correlate and correlation go together")
        return self


class Plan(_Strict):
    """Plan of an ensemble: a base scenario, its uncertain quantities, and the sampling method.

    Attributes
    ----------
    base
        A scenario: shipped name, or a path relative to the plan's file.
    draws, seed, sampler
        Number of draws, seed, and sampling by Latin hypercube or Sobol sequence.
    regret
        Whether each draw is also settled with no more money for anybody than the central settlement gave.
    """

    schema_: Annotated[Literal[1], Field(alias="schema")] = 1
    base: str
    title: str = ""
    draws: Annotated[int, Field(ge=1, le=1_000_000)] = 200
    seed: Annotated[int, Field(ge=0)] = 0
    sampler: Literal["latin-hypercube", "sobol"] = "latin-hypercube"
    regret: bool = True
    uncertain: Annotated[tuple[Uncertain, ...], Field(min_length=1), _LIST]

    def with_(self, **changes: Any) -> Plan:
        """Return a changed copy, checked again."""
        return make_plan({**self.model_dump(by_alias=True, exclude_none=True), **changes}, "plan")


SHIPPED = "ensembles"
"""Folder of the library that holds plans."""


def read_plan(path: str | PathLike[str]) -> Plan:
    """Read the plan of an ensemble.

    Parameters
    ----------
    path
        A TOML file, or the name of a shipped plan. A base that is a path is relative to the plan's file.

    Raises
    ------
    BadInputError
        With everything that is wrong.
    """
    shipped = resources.files("singlepot.scenarios.library") / SHIPPED / f"{path}.toml"
    file = Path(str(shipped)) if isinstance(path, str) and "/" not in path and shipped.is_file() else Path(path)
    content = load_plan(file, str(path), "ensemble", "the plan of an ensemble", ("SP-E001", "SP-E002"))
    plan = make_plan(content, str(path))
    beside = file.parent / plan.base
    return plan.with_(base=str(beside)) if beside.exists() else plan


def make_plan(content: Mapping[str, Any], file: str) -> Plan:
    """Build a plan from nested values, as its file nests them.

    Raises
    ------
    BadInputError
        With everything that is wrong.
    """
    try:
        return Plan.model_validate(dict(content))
    except ValidationError as refusal:
        errors = refusal.errors(include_url=False)
        deepest = max(len(error["loc"]) for error in errors)
        # where every item is refused, pydantic counts none, and refuses the list as well
        counted = [one for one in errors if not (one["type"] == "too_short" and one["input"] and deepest > 1)]
        raise BadInputError(dict.fromkeys(_problem(error, file) for error in counted)) from refusal


def _problem(error: Any, file: str) -> Diagnostic:
    path = [str(part) for part in error["loc"] if not isinstance(part, int)]
    number = next((part for part in error["loc"] if isinstance(part, int)), None)
    section = f"uncertain {number + 1}" if number is not None else ""
    inside = path[1:] if number is not None else path
    key = ".".join(part for part in inside if part not in _SELECTED)
    if error["type"] == "extra_forbidden":
        known = [name for name in (Uncertain if number is not None else Plan).model_fields if name != "schema_"]
        remedy = did_you_mean(key, known, f"the keys are {', '.join(known)}")
        return Diagnostic("SP-E003", "ensemble", file, section, key, expected="a known key", remedy=remedy)
    if error["type"] == "missing":
        return Diagnostic("SP-E004", "ensemble", file, section, key, expected="the key to be there")
    expected = "text in quotes, or a list of it" if set(_SELECTED) & set(inside) else expected_in(error)
    value = "" if isinstance(error["input"], Mapping) else shown(error["input"])
    return Diagnostic("SP-E005", "ensemble", file, section, key, value, expected)


_SELECTED = ("str", "list[str]")
"""What pydantic adds to the place of a selector in ``where``: what it tried to read it as."""


def columns_of(uncertain: Uncertain, columns: list[str]) -> list[str]:
    """List the columns of a table that a quantity multiplies; ``grant`` may be one column for each envelope."""
    grants = [column for column in columns if column.startswith("grant_")]
    of_envelopes = uncertain.table == "option_years" and "grant" not in columns
    return [one for name in uncertain.columns for one in (grants if name == "grant" and of_envelopes else [name])]
