"""The section ``[log]`` of the settings: what the modeller writes down for those who assure the result.

Nothing in it changes a settlement. What an entry holds is said here once, for the checks, the JSON Schema and the
manual.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from ..diagnostics.problems import did_you_mean
from ..tables.rule_kinds import RULES
from ..tables.schema import TABLES
from .strict import FROM_LIST, Strict, fault, one_line

CONFIDENCE = ("low", "medium", "high")
"""How sure the modeller is of an assumption."""


def _as_text(value: object) -> object:
    """A number as its shortest text, so that ``value = 2650`` may be written without quotes."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return repr(value).removesuffix(".0")
    return value


def _table(name: str) -> str:
    if name not in TABLES:
        raise fault("SP-S004", "one of " + ", ".join(TABLES), did_you_mean(name, TABLES))
    return name


def _key(name: str) -> str:
    one_line(name)
    if not name or name != name.strip():
        raise fault("SP-S004", "a name without spaces around it")
    return name


def _confidence(word: str) -> str:
    if word not in ("", *CONFIDENCE):
        raise fault("SP-S004", "one of " + ", ".join(CONFIDENCE), did_you_mean(word, CONFIDENCE))
    return word


def _scaled(name: str) -> str:
    kind, _, rest = name.partition(".")
    known = {"": not rest, "pot": not rest, "national": True, "rules": rest in RULES}
    if not known.get(kind, False):
        raise fault("SP-S004", "pot, national, national.OBJECTIVE or rules.RULE", did_you_mean(rest or kind, RULES, ""))
    return name


def _described(text: str) -> Any:
    return Field(default="", description=text)


_Text = Annotated[str, AfterValidator(one_line)]
_Number = Annotated[_Text, BeforeValidator(_as_text), WithJsonSchema({"type": ["string", "number"]})]
_Tables = Annotated[tuple[Annotated[str, AfterValidator(_table)], ...], FROM_LIST]
_Key = Annotated[str, AfterValidator(_key)]


class SourceEntry(Strict):
    """Where figures come from: ``[log.sources.NAME]``."""

    what: _Text = _described("What the figures are.")
    tables: _Tables = Field(default=(), description="The tables of the scenario that hold or rest on them, a list.")
    publisher: _Text = _described("Who published them.")
    date: _Text = _described("Of which date or year they are.")
    licence: _Text = _described("Under which licence.")
    link: _Text = _described("Where they can be found.")
    file: _Text = _described("File that they were imported from.")
    sha256: _Text = _described("Hash of that file.")
    sheet: _Text = _described("Sheet of that file.")
    title: _Text = _described("First text above the header of that sheet.")


class AssumptionEntry(Strict):
    """A number that nobody measured: ``[log.assumptions.NAME]``."""

    what: _Text = _described("What is assumed.")
    value: _Number = _described("The value, a text or number.")
    unit: _Text = _described("Its unit.")
    source: _Text = _described("What it rests on.")
    confidence: Annotated[str, AfterValidator(_confidence)] = _described(f"How sure it is: {', '.join(CONFIDENCE)}.")
    bears_on: Annotated[_Text, AfterValidator(_scaled)] = _described(
        "What it scales in proportion, so that its effect can be computed from prices: `pot`, `national`, "
        "`national.OBJECTIVE` or `rules.RULE`."
    )


class DecisionEntry(Strict):
    """What somebody chose: ``[log.decisions.NAME]``, NAME being a setting such as ``"rules.grant_floor"`` or free."""

    what: _Text = _described("What was decided, where the name is no setting.")
    value: _Number = _described("The choice, where the name is no setting.")
    by: _Text = _described("Who decided.")
    date: _Text = _described("When.")
    why: _Text = _described("Why.")


class TransparencyEntry(Strict):
    """What only the owner knows of the algorithmic transparency record: ``[log.transparency]``."""

    organisation: _Text = _described("Organisation that answers for the use.")
    team: _Text = _described("Team that runs it.")
    owner: _Text = _described("Role of the senior responsible owner.")
    contact: _Text = _described("Address for questions.")
    website: _Text = _described("Page about the use.")
    third_party: _Text = _described("Suppliers involved, or that there are none.")
    scope: _Text = _described("What it is used for and what not.")
    benefit: _Text = _described("What is gained.")
    previous_process: _Text = _described("How it was decided before.")
    alternatives: _Text = _described("What else was considered.")
    integration: _Text = _described("Where in the decision the result is used.")
    frequency: _Text = _described("How often it is run, and for how many decisions.")
    human_review: _Text = _described("Who reviews the result, and what they can change.")
    training: _Text = _described("What those who run and review it have to learn.")
    appeals: _Text = _described("How an area can contest its grant or targets.")
    impact_assessment: _Text = _described("Assessments made, such as equality impact and data protection.")
    risks: _Text = _described("Risks of the use, and what is done about them.")


class LogSection(Strict):
    """The section ``[log]``."""

    sources: dict[_Key, SourceEntry] = Field(default={})
    assumptions: dict[_Key, AssumptionEntry] = Field(default={})
    decisions: dict[_Key, DecisionEntry] = Field(default={})
    transparency: TransparencyEntry = TransparencyEntry()


ENTRIES: Mapping[str, type[Strict]] = {
    "sources": SourceEntry,
    "assumptions": AssumptionEntry,
    "decisions": DecisionEntry,
    "transparency": TransparencyEntry,
}
"""The parts of the section, and what an entry of each holds."""

NAMED = ("sources", "assumptions", "decisions")
"""The parts whose entries have names."""


def log_as_dict(section: LogSection) -> dict[str, Any]:
    """The section as nested values; what is empty is left out."""
    return _filled(section.model_dump())


def _filled(section: dict[str, Any]) -> dict[str, Any]:
    kept = {key: _filled(value) if isinstance(value, dict) else value for key, value in section.items()}
    return {key: value for key, value in kept.items() if value not in ("", (), {})}
