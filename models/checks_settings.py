"""Checks of the settings, whatever they were read from: strict, and all at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from .columns import TABLES, kept
from .problems import SETTINGS, Problem, Report, did_you_mean, shown
from .settings import (
    DEFAULT_ORDER,
    MONEY,
    SCHEMA,
    STAGES,
    Bands,
    Equity,
    FrozenMapping,
    Settings,
    Stages,
    year_meant,
    year_start,
)


def _fault(code: str, expected: str, remedy: str = "") -> PydanticCustomError:
    return PydanticCustomError(code, "{expected}", {"expected": expected, "remedy": remedy})


def _listed(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _schema(version: int) -> int:
    if version != SCHEMA:
        raise _fault("SP-S004", str(SCHEMA), "this version of singlepot reads no other schema")
    return version


def _year(label: str) -> str:
    if year_start(label) is None:
        meant = year_meant(label)
        raise _fault("SP-S005", "a financial year such as 2026-27", f"write {shown(meant)}" if meant else "")
    return label


def _consecutive(years: tuple[str, ...]) -> tuple[str, ...]:
    for before, year in pairwise(years):
        following = (year_start(before) or 0) + 1
        if year_start(year) != following:
            label = f"{following}-{(following + 1) % 100:02d}"
            raise _fault("SP-S006", f"{label} after {before}", "list every year once, in order")
    return years


def _price_base(label: str) -> str:
    return _year(label) if label else label


def _attribute(name: str) -> str:
    if name in TABLES["areas"].by_name or kept(name) or name == "whole":
        population = name == "population"
        remedy = "population is known and need not be listed" if population else "give the column another name"
        raise _fault("SP-S007", "a name that no other column of areas has, not note, not beginning with _", remedy)
    if not name or not name.isprintable() or name != name.strip():
        raise _fault("SP-S007", "the header of a column of areas")
    return name


def _once(code: str) -> AfterValidator:
    def check(names: tuple[str, ...]) -> tuple[str, ...]:
        repeated = [name for position, name in enumerate(names) if name in names[:position]]
        if repeated:
            raise _fault(code, "each name once", f"delete the second {shown(repeated[0])}")
        return names

    return AfterValidator(check)


def _stage(name: str) -> str:
    if name not in STAGES:
        raise _fault("SP-S008", "one of " + ", ".join(STAGES), did_you_mean(name, STAGES))
    return name


def _cost_late(order: tuple[str, ...]) -> tuple[str, ...]:
    if "cost" in order:
        before = order[: order.index("cost")]
        if "burden" not in before or not any(name.startswith("concession.") for name in before):
            raise _fault("SP-S010", "cost only after burden and a concession stage", "move cost, or leave it out")
    return order


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise _fault("SP-S004", "one line of text without control characters")
    return text


def _money(unit: str) -> str:
    if unit not in MONEY:
        raise _fault("SP-S004", "one of " + ", ".join(MONEY), did_you_mean(unit, MONEY))
    return unit


_FromList = BeforeValidator(_listed)
_Finite = Field(allow_inf_nan=False)
_Numbers = Annotated[tuple[Annotated[float, _Finite], ...], _FromList]
_Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
_AtLeastOne = Annotated[float, Field(ge=1, allow_inf_nan=False)]
_NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class _Rules(_Strict):
    grant_floor: _Share | None = None
    grant_ceiling: _AtLeastOne | None = None
    grant_step: _NotNegative | None = None
    target_floor: _Share | None = None
    target_ceiling: _AtLeastOne | None = None
    own_cost_ceiling: _NotNegative | None = None
    carry_over: _Share | None = None
    virement: _Share | None = None


class _Equity(_Strict):
    attribute: str
    elasticity: _NotNegative


class _Bands(_Strict):
    ends: _Numbers = Bands.ends
    slopes: Annotated[_Numbers, Field(validate_default=True)] = Bands.slopes

    @field_validator("ends")
    @classmethod
    def _rising(cls, ends: tuple[float, ...]) -> tuple[float, ...]:
        if any(after <= before for before, after in zip((0.0, *ends), ends, strict=False)):
            raise _fault("SP-S012", "ends above zero, each above the one before")
        return ends

    @field_validator("slopes")
    @classmethod
    def _convex(cls, slopes: tuple[float, ...], info: ValidationInfo) -> tuple[float, ...]:
        if any(after <= before for before, after in zip((0.0, *slopes), slopes, strict=False)):
            raise _fault("SP-S012", "slopes above zero, each above the one before")
        ends = info.data.get("ends")
        if ends is not None and len(slopes) != len(ends) + 1:
            raise _fault("SP-S012", f"{len(ends) + 1} slopes, one more than ends")
        return slopes


def _given_stage(name: str, info: ValidationInfo) -> str:
    order = info.data.get("order")
    if order is not None and name not in order:
        remedy = did_you_mean(name, order, "name the stage in order, or leave its give out")
        raise _fault("SP-S011", "one of " + ", ".join(order), remedy)
    return name


class _Stages(_Strict):
    order: Annotated[
        tuple[Annotated[str, AfterValidator(_stage)], ...],
        _FromList,
        _once("SP-S009"),
        AfterValidator(_cost_late),
    ] = DEFAULT_ORDER
    give: dict[Annotated[str, AfterValidator(_given_stage)], _NotNegative] = {}
    bands: _Bands = _Bands()


class _File(_Strict):
    schema_version: Annotated[int, AfterValidator(_schema), Field(alias="schema")]
    title: Annotated[str, AfterValidator(_one_line)] = ""
    money: Annotated[str, AfterValidator(_money)] = "GBP million"
    price_base: Annotated[str, AfterValidator(_price_base)] = ""
    years: Annotated[
        tuple[Annotated[str, AfterValidator(_year)], ...],
        _FromList,
        Field(min_length=1),
        AfterValidator(_consecutive),
    ]
    attributes: Annotated[tuple[Annotated[str, AfterValidator(_attribute)], ...], _FromList, _once("SP-S007")] = ()
    rules: _Rules = _Rules()
    equity: _Equity | None = None
    stages: _Stages = _Stages()


_SECTIONS: Mapping[tuple[str, ...], type[BaseModel]] = {
    (): _File,
    ("rules",): _Rules,
    ("equity",): _Equity,
    ("stages",): _Stages,
    ("stages", "bands"): _Bands,
}

_TYPES = {
    "string": "text in quotes",
    "float": "a number",
    "int": "a whole number",
    "tuple": "a list",
    "dict": "a section of keys and numbers",
    "model": "a section of keys",
}


def read_settings(
    said: Mapping[str, object], report: Report, file: str, line_of: Mapping[str, int] | None = None
) -> tuple[Settings, frozenset[str]]:
    """Check the content of ``scenario.toml`` and make settings of what can be used.

    Parameters
    ----------
    said
        The content as nested mappings.
    report
        Takes the problems.
    file
        What to call the settings in messages.
    line_of
        Line of each key, by its path, where the source has lines.

    Returns
    -------
    The settings, with defaults in place of what cannot be used, and the top-level keys that could not;
    where ``years`` is among them, the settings have no years.
    """
    plain = _plain(said)
    errors: list[ErrorDetails] = []
    try:
        content = _File.model_validate(plain)
    except ValidationError as refusal:
        errors = refusal.errors(include_url=False)
    unusable = frozenset(str(error["loc"][0]) for error in errors)
    if errors:
        rest = {key: value for key, value in plain.items() if key not in unusable}
        years = {} if "years" in rest else {"years": ["2000-01"]}
        content = _File.model_validate({"schema": SCHEMA, **rest, **years})
    for error in errors:
        _report(error, report, file, line_of or {})
    equity = content.equity
    if equity is not None and "attributes" not in unusable:
        known = ("population", *content.attributes)
        if equity.attribute not in known:
            expected, remedy = "population or one of attributes", did_you_mean(equity.attribute, known)
            details = {"type": "SP-S013", "loc": ("equity", "attribute"), "input": equity.attribute}
            _report({**details, "ctx": {"expected": expected, "remedy": remedy}}, report, file, line_of or {})
            equity, unusable = None, unusable | {"equity"}
    return _settings(content, equity, "years" in unusable), unusable


def _plain(value: Any) -> Any:
    """Turn frozen mappings and tuples into what a file holds."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value


def _settings(content: _File, equity: _Equity | None, without_years: bool) -> Settings:
    rules = {name: value for name, value in content.rules.model_dump().items() if value is not None}
    stages = content.stages
    return Settings(
        years=() if without_years else content.years,
        title=content.title,
        money=content.money,
        price_base=content.price_base,
        attributes=content.attributes,
        rules=FrozenMapping(rules),
        equity=None if equity is None else Equity(equity.attribute, equity.elasticity),
        stages=Stages(stages.order, FrozenMapping(stages.give), Bands(stages.bands.ends, stages.bands.slopes)),
    )


def _report(error: Mapping[str, Any], report: Report, file: str, line_of: Mapping[str, int]) -> None:
    location = tuple(part for part in error["loc"] if part != "[key]")
    code, expected, remedy = _meaning(error, location)
    path = _path(location)
    line = next((line_of[p] for p in _parents(location) if p in line_of), None)
    value = "" if error["type"] in ("missing", "extra_forbidden") else shown(error["input"])
    place = "" if line is None else f"line {line}"
    report.add(Problem(code, SETTINGS, file, place, path, value, expected, remedy), row=line or 0)


def _path(location: Iterable[object]) -> str:
    """Write a location as a key: ``stages.order item 2``."""
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f" item {part + 1}"
        else:
            text += ("." if text else "") + str(part)
    return text


def _parents(location: tuple[object, ...]) -> list[str]:
    """The paths of a location and of all that contain it, the nearest first."""
    keys = [str(part) for part in location if not isinstance(part, int)]
    return [".".join(keys[:length]) for length in range(len(keys), 0, -1)]


def _meaning(error: Mapping[str, Any], location: tuple[object, ...]) -> tuple[str, str, str]:
    """Return code, what was expected, and the remedy."""
    kind, context = str(error["type"]), error.get("ctx", {})
    if kind.startswith("SP-"):
        return kind, context["expected"], context["remedy"]
    if kind == "extra_forbidden":
        return _unknown_key(location)
    if kind == "missing":
        return "SP-S002", "the key to be there", _how_to_say(location)
    if kind.endswith("_type"):
        expected = _TYPES.get(kind.removesuffix("_type").removesuffix("_attributes"), "something else")
        quoted = isinstance(error["input"], str) and expected.endswith("number")
        return "SP-S003", expected, "write it without quotes" if quoted else ""
    limits = {
        "greater_than_equal": f"a number ≥ {context.get('ge', 0):g}",
        "less_than_equal": f"a number ≤ {context.get('le', 0):g}",
        "finite_number": "a finite number",
        "too_short": "at least one",
    }
    share = kind == "less_than_equal" and str(location[0]) == "rules"
    return "SP-S004", limits.get(kind, str(error["msg"])), "write a share, 0.7 for 70%" if share else ""


def _names(section: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in section.model_fields.items()]


def _unknown_key(location: tuple[object, ...]) -> tuple[str, str, str]:
    section, key = tuple(map(str, location[:-1])), str(location[-1])
    known = _names(_SECTIONS[section])
    elsewhere = [".".join(path) for path, other in _SECTIONS.items() if path != section and key in _names(other)]
    remedy = f"it belongs in [{elsewhere[0]}]" if elsewhere and elsewhere[0] else did_you_mean(key, known)
    return "SP-S001", "one of " + ", ".join(known), remedy


def _how_to_say(location: tuple[object, ...]) -> str:
    examples = {
        "schema": "write schema = 1",
        "years": 'write years = ["2026-27", "2027-28"]',
        "attribute": 'write attribute = "population", for instance',
        "elasticity": "write elasticity = 1.3, for instance",
    }
    return examples.get(str(location[-1]), "")
