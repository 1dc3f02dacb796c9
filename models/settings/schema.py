"""Schema of ``scenario.toml``: every key with its type and limits, strict and without further keys."""

from __future__ import annotations

import math
import re
from itertools import pairwise
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo, create_model, field_validator

from ..diagnostics.problems import did_you_mean, shown
from ..tables.rule_kinds import RULES, Rule
from ..tables.schema import TABLES, kept
from .derive import DeriveSection
from .levelling import ConvergenceSection, InclusionSection
from .log import LogSection
from .review import PublicSection, ReviewSection
from .settings import (
    DEFAULT_ORDER,
    MONEY,
    SCHEMA,
    STAGES,
    Bands,
    holds_several_years,
    year_meant,
    year_start,
)
from .strict import FROM_LIST, Strict, fault, one_line


def _schema(version: int) -> int:
    if version > SCHEMA:
        remedy = "it was written by a newer singlepot: upgrade singlepot to read it"
        raise fault("SP-S004", str(SCHEMA), remedy)
    if version != SCHEMA:
        raise fault("SP-S004", str(SCHEMA), "this version of singlepot reads no other schema")
    return version


def _year(label: str) -> str:
    if year_start(label) is None:
        meant = year_meant(label)
        several = "write several years with commas between them" if holds_several_years(label) else ""
        remedy = several or (f"write {shown(meant)}" if meant else "")
        raise fault("SP-S005", "a financial year such as 2026-27", remedy)
    return label


def _consecutive(years: tuple[str, ...]) -> tuple[str, ...]:
    for before, year in pairwise(years):
        following = (year_start(before) or 0) + 1
        if year_start(year) != following:
            label = f"{following}-{(following + 1) % 100:02d}"
            raise fault("SP-S006", f"{label} after {before}", "list every year once, in order")
    return years


def _price_base(label: str) -> str:
    return _year(label) if label else label


def _attribute(name: str) -> str:
    if name in TABLES["areas"].by_name or kept(name) or name == "whole":
        population = name == "population"
        remedy = "population is known and need not be listed" if population else "give the column another name"
        raise fault("SP-S007", "a name that no other column of areas has, not note, not beginning with _", remedy)
    if not name or not name.isprintable() or name != name.strip():
        raise fault("SP-S007", "the header of a column of areas")
    return name


def _once(code: str) -> AfterValidator:
    def check(names: tuple[str, ...]) -> tuple[str, ...]:
        repeated = [name for position, name in enumerate(names) if name in names[:position]]
        if repeated:
            raise fault(code, "each name once", f"delete the second {shown(repeated[0])}")
        return names

    return AfterValidator(check)


def _stage(name: str) -> str:
    if name not in STAGES:
        raise fault("SP-S008", "one of " + ", ".join(STAGES), did_you_mean(name, STAGES))
    return name


def _cost_late(order: tuple[str, ...]) -> tuple[str, ...]:
    if "cost" in order:
        before = order[: order.index("cost")]
        if "burden" not in before or not any(name.startswith("concession.") for name in before):
            raise fault("SP-S010", "cost only after burden and a concession stage", "move cost, or leave it out")
    return order


def _money(unit: str) -> str:
    if unit not in MONEY:
        raise fault("SP-S004", "one of " + ", ".join(MONEY))
    return unit


_Finite = Field(allow_inf_nan=False)
_Numbers = Annotated[tuple[Annotated[float, _Finite], ...], FROM_LIST]
_NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]


def _on_or_off(value: float) -> float:
    if value not in (0, 1):
        raise fault("SP-S004", "1, or 0 for off")
    return value


def _value_of(rule: Rule) -> Any:
    """The type and default of a rule's key."""
    if rule.switch:
        return Annotated[float, Field(allow_inf_nan=False), AfterValidator(_on_or_off)] | None, None
    most = rule.most if rule.most < math.inf else None
    return Annotated[float, Field(ge=rule.least, le=most, allow_inf_nan=False)] | None, None


_Rules = create_model(
    "_Rules", __base__=Strict, **{rule.name: _value_of(rule) for rule in RULES.values() if rule.general}
)


class RulesSection(_Rules):  # type: ignore[misc, valid-type]
    """The section ``[rules]``: rules for all areas."""

    @field_validator("take_up_ceiling")
    @classmethod
    def _above_floor(cls, ceiling: float | None, info: ValidationInfo) -> float | None:
        floor = info.data.get("take_up_floor")
        if ceiling is not None and floor is not None and floor > ceiling:
            raise fault("SP-S017", f"a share ≥ {floor:g}, the take_up_floor", "lower the floor, or raise the ceiling")
        return ceiling


def _optional(kind: Any) -> Any:
    """Return the type and default of a key that may be absent."""
    return kind | None, None


_Count = Annotated[int, Field(ge=0)]
_Hash = Annotated[str, Field(pattern="^sha256:[0-9a-f]{64}$")]

_Expect = create_model(
    "_Expect",
    __base__=Strict,
    **{"settings": _optional(_Count), **{name: _optional(_Count | _Hash) for name in TABLES}},
)


class ExpectSection(_Expect):  # type: ignore[misc, valid-type]  # its base is made of the tables at run time
    """The section ``[expect]``: how many rows each table has, or the hash of its content."""


class EquitySection(Strict):
    """The section ``[equity]``."""

    attribute: str
    elasticity: _NotNegative


class BandsSection(Strict):
    """The section ``[stages.bands]``."""

    ends: _Numbers = Bands.ends
    slopes: Annotated[_Numbers, Field(validate_default=True)] = Bands.slopes

    @field_validator("ends")
    @classmethod
    def _rising(cls, ends: tuple[float, ...]) -> tuple[float, ...]:
        if any(after <= before for before, after in zip((0.0, *ends), ends, strict=False)):
            raise fault("SP-S012", "ends above zero, each above the one before")
        return ends

    @field_validator("slopes")
    @classmethod
    def _convex(cls, slopes: tuple[float, ...], info: ValidationInfo) -> tuple[float, ...]:
        if any(after <= before for before, after in zip((0.0, *slopes), slopes, strict=False)):
            raise fault("SP-S012", "slopes above zero, each above the one before")
        ends = info.data.get("ends")
        if ends is not None and len(slopes) != len(ends) + 1:
            raise fault("SP-S012", f"{len(ends) + 1} slopes, one more than ends")
        return slopes


def _given_stage(name: str, info: ValidationInfo) -> str:
    order = info.data.get("order")
    if order is not None and name not in order:
        remedy = did_you_mean(name, order, "name the stage in order, or leave its give out")
        raise fault("SP-S011", "one of " + ", ".join(order), remedy)
    return name


def _limited_stage(name: str, info: ValidationInfo) -> str:
    stage, bracket, priority = name.partition("[")
    in_turn = stage.startswith("shortfall.")
    whole = re.fullmatch(r"[1-9][0-9]{0,8}\]", priority) if in_turn else not bracket
    if stage not in STAGES or not whole:
        order = info.data.get("order") or STAGES
        known = [f"{known}[1]" if known.startswith("shortfall.") else known for known in order]
        expected = "a stage with its priority, such as " + ", ".join(known)
        raise fault("SP-S018", expected, did_you_mean(name, known))
    give = info.data.get("give")
    if give is not None and not give.get(stage):
        remedy = f"write what {stage} gives in give, or leave its limit out"
        raise fault("SP-S019", "a stage that gives: " + (", ".join(k for k, v in give.items() if v) or "none"), remedy)
    return name


class StagesSection(Strict):
    """The section ``[stages]``."""

    order: Annotated[
        tuple[Annotated[str, AfterValidator(_stage)], ...],
        FROM_LIST,
        _once("SP-S009"),
        AfterValidator(_cost_late),
    ] = DEFAULT_ORDER
    give: dict[Annotated[str, AfterValidator(_given_stage)], _NotNegative] = Field(default={})
    limits: dict[Annotated[str, AfterValidator(_limited_stage)], _NotNegative] = Field(default={})
    bands: BandsSection = BandsSection()


class SettingsFile(Strict):
    """The whole of ``scenario.toml``."""

    schema_version: Annotated[int, AfterValidator(_schema), Field(alias="schema")]
    title: Annotated[str, AfterValidator(one_line)] = ""
    money: Annotated[str, AfterValidator(_money)] = "GBP million"
    price_base: Annotated[str, AfterValidator(_price_base)] = ""
    years: Annotated[
        tuple[Annotated[str, AfterValidator(_year)], ...],
        FROM_LIST,
        Field(min_length=1),
        AfterValidator(_consecutive),
    ]
    attributes: Annotated[tuple[Annotated[str, AfterValidator(_attribute)], ...], FROM_LIST, _once("SP-S007")] = ()
    overlapping: bool = False
    ring_fenced: Annotated[tuple[str, ...], FROM_LIST] = ()
    expect: ExpectSection = ExpectSection()
    rules: RulesSection = RulesSection()
    equity: EquitySection | None = None
    stages: StagesSection = StagesSection()
    convergence: ConvergenceSection | None = None
    inclusion: InclusionSection | None = None
    derive: DeriveSection | None = None
    review: ReviewSection | None = None
    public: PublicSection | None = None
    log: LogSection = LogSection()
    notes: dict[str, str] = Field(default={})
