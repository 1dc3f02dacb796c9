"""Validation of the settings, whatever they were read from: strict, and all problems at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ..diagnostics.problems import SETTINGS, Diagnostic, Report, as_number, did_you_mean, shown
from ..tables.rule_kinds import RULES
from .derive import DeriveSection, DeriveThemeSection, derive_of
from .frozen import FrozenMapping, frozen
from .levelling import ConvergenceSection, InclusionSection, convergence_of, inclusion_of
from .log import ENTRIES, NAMED, LogSection, log_as_dict
from .refusals import expected_in
from .review import PublicSection, ReviewSection, public_of, review_of
from .schema import BandsSection, EquitySection, ExpectSection, RulesSection, SettingsFile, StagesSection
from .settings import SCHEMA, Bands, Equity, Settings, Stages

NAME = "NAME"
"""In the place of a name that the user chooses, of a theme or of an entry of the log."""

_SECTIONS: Mapping[tuple[str, ...], type[BaseModel]] = {
    (): SettingsFile,
    ("expect",): ExpectSection,
    ("rules",): RulesSection,
    ("equity",): EquitySection,
    ("stages",): StagesSection,
    ("stages", "bands"): BandsSection,
    ("convergence",): ConvergenceSection,
    ("inclusion",): InclusionSection,
    ("derive",): DeriveSection,
    ("review",): ReviewSection,
    ("public",): PublicSection,
    ("derive", "theme", NAME): DeriveThemeSection,
    ("log",): LogSection,
    **{("log", part, *([NAME] if part in NAMED else [])): entry for part, entry in ENTRIES.items()},
}


def read_settings(
    given: Mapping[str, object], report: Report, file: str, line_of: Mapping[str, int | str] | None = None
) -> tuple[Settings, frozenset[str]]:
    """Check the content of ``scenario.toml`` and make settings of what can be used.

    Parameters
    ----------
    given
        The content as nested mappings.
    report
        Takes the problems.
    file
        What to call the settings in messages.
    line_of
        Line of each key, by its path, where the source has lines; or in words where its value stands, under
        ``key:`` and its path where the key itself does, and under "" where the settings do.

    Returns
    -------
    The settings, with defaults in place of what cannot be used, and the top-level keys that could not;
    where ``years`` is among them, the settings have no years.
    """
    plain = _plain(given)
    errors: list[ErrorDetails] = []
    try:
        content = SettingsFile.model_validate(plain)
    except ValidationError as refusal:
        errors = refusal.errors(include_url=False)
    unusable = frozenset(str(error["loc"][0]) for error in errors)
    if errors:
        rest = {key: value for key, value in plain.items() if key not in unusable}
        years = {} if "years" in rest else {"years": ["2000-01"]}
        content = SettingsFile.model_validate({"schema": SCHEMA, **rest, **years})
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
    for location, number, expected in _percentages(content):
        remedy = f"write {number / 100:g} if {number:g}% is meant"
        context = {"expected": expected, "remedy": remedy}
        _report({"type": "SP-N007", "loc": location, "input": number, "ctx": context}, report, file, line_of or {})
    return _settings(content, equity, "years" in unusable), unusable


def _percentages(content: SettingsFile) -> Iterator[tuple[tuple[str, ...], float, str]]:
    """Find shares that are probably percentages: where, how much, and what was expected."""
    for name, value in content.rules.model_dump(exclude_none=True).items():
        if value >= RULES[name].percentage_from:
            yield ("rules", name), value, "a share, 1 being the whole bid"
    for stage, give in content.stages.give.items():
        if stage.startswith("shortfall.") and give >= 1:
            yield ("stages", "give", stage), give, "a share of the national target"


def _plain(value: Any) -> Any:
    """Turn frozen mappings, tuples, and numpy's and pandas' values into what a file holds."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value


def _settings(content: SettingsFile, equity: EquitySection | None, without_years: bool) -> Settings:
    stages = content.stages
    return Settings(
        years=() if without_years else content.years,
        title=content.title,
        money=content.money,
        price_base=content.price_base,
        attributes=content.attributes,
        overlapping=content.overlapping,
        ring_fenced=content.ring_fenced,
        expect=FrozenMapping(content.expect.model_dump(exclude_none=True)),
        rules=FrozenMapping(content.rules.model_dump(exclude_none=True)),
        equity=None if equity is None else Equity(equity.attribute, equity.elasticity),
        stages=Stages(
            stages.order,
            FrozenMapping(stages.give),
            Bands(stages.bands.ends, stages.bands.slopes),
            FrozenMapping(stages.limits),
        ),
        convergence=convergence_of(content.convergence),
        inclusion=inclusion_of(content.inclusion),
        derive=None if content.derive is None else derive_of(content.derive),
        review=review_of(content.review),
        public=public_of(content.public),
        log=frozen(log_as_dict(content.log)),
        notes=FrozenMapping(content.notes),
    )


def _report(error: Mapping[str, Any], report: Report, file: str, line_of: Mapping[str, int | str]) -> None:
    location = tuple(part for part in error["loc"] if part != "[key]")
    code, expected, remedy = _meaning(error, location)
    path = _path(location)
    parents = _parents(location)
    if code == "SP-S001":
        parents = [f"key:{parent}" for parent in parents[:1]] + parents
    line = next((line_of[p] for p in [*parents, ""] if p in line_of), None)
    value = "" if error["type"] in ("missing", "extra_forbidden") else shown(error["input"])
    where = "" if line is None else line if isinstance(line, str) else f"line {line}"
    row = line if isinstance(line, int) else 0
    report.add(Diagnostic(code, SETTINGS, file, where, path, value, expected, remedy), row=row)


def _path(location: Iterable[object]) -> str:
    """Write a location as a key: ``stages.order item 2``."""
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f" item {part + 1}"
        else:
            text += f"[{part}]" if "." in str(part) else ("." if text else "") + str(part)
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
        expected = expected_in(error)
        text = error["input"] if isinstance(error["input"], str) and expected.endswith("number") else ""
        return "SP-S003", expected, as_number(text) or ("leave the key out if it has no value" if text else "")
    value = error["input"]
    percent = kind == "less_than_equal" and str(location[0]) == "rules" and 2 <= float(value) <= 100
    remedy = f"write {float(value) / 100:g} if {float(value):g}% is meant" if percent else ""
    return "SP-S004", expected_in(error), remedy


def _names(section: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in section.model_fields.items()]


def _unknown_key(location: tuple[object, ...]) -> tuple[str, str, str]:
    section, key = tuple(map(str, location[:-1])), str(location[-1])
    if section[:1] in (("log",), ("derive",)) and len(section) == 3:
        section = (*section[:2], NAME)
    known = _names(_SECTIONS[section])
    elsewhere = [".".join(path) for path, other in _SECTIONS.items() if path != section and key in _names(other)]
    remedy = f"it belongs in [{elsewhere[0]}]" if elsewhere and elsewhere[0] else did_you_mean(key, known)
    if key in RULES and key not in known and not RULES[key].general:
        remedy = "it belongs in the table rules"
    return "SP-S001", "one of " + ", ".join(known), remedy


def _how_to_say(location: tuple[object, ...]) -> str:
    examples = {
        "schema": "write schema = 1",
        "years": 'write years = ["2026-27", "2027-28"]',
        "attribute": 'write attribute = "population", for instance',
        "elasticity": "write elasticity = 1.3, for instance",
    }
    return examples.get(str(location[-1]), "")
