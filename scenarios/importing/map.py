"""Map of an import: a TOML file states, for each table, where its columns stand in the published files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from singlepot.models.diagnostics.problems import BadInputError, Diagnostic, did_you_mean, shown
from singlepot.models.settings.refusals import expected_in
from singlepot.models.tables.schema import TABLES, Column, Table, attribute, kept, outcome

from ..formats.settings_file import load_plan
from .published.units import power_of
from .published.years import labels_of

_Texts = Annotated[tuple[str, ...], BeforeValidator(lambda value: tuple(value) if isinstance(value, list) else value)]
_Number = Annotated[float, Field(allow_inf_nan=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)


class Take(_Strict):
    """Mapping of the sheets of some files to one table of a scenario.

    Attributes
    ----------
    into
        Table of the scenario.
    file, sheet
        Names or patterns (``*spending*.csv``) of files and of sheets of workbooks; no sheet: all of them.
    area
        Header over the codes or names of areas.
    columns
        Column of the scenario's table → their header.
    years, becomes
        Headers that are years, first and last (``2018:2021``), and the scenario's years that they become.
    value
        Column of the scenario's table that the columns of years hold.
    fixed
        Columns of the scenario's table with one value in all rows.
    where
        Their header → the text of the rows that are taken.
    unit, factor
        Unit of money, ``£000``; what other numbers are multiplied by.
    absent, marks
        Further marks of a value that is not there; marks that stand for a number.
    classes, drop
        Beginnings of the codes that are taken; rows that are not, by code or name.
    roll_up
        How areas are added up to those of the scenario: ``members`` or ``parts``; empty: not.
    form
        Whether a sheet is a form of one area: a label stands left of its value.
    """

    into: str
    file: str
    sheet: str = ""
    area: str = ""
    columns: dict[str, str] = {}
    years: str = ""
    becomes: str = ""
    value: str = ""
    fixed: dict[str, str] = {}
    where: dict[str, str] = {}
    unit: str = ""
    factor: _Number = 1.0
    absent: _Texts = ()
    marks: dict[str, _Number] = {}
    classes: _Texts = ()
    drop: _Texts = ()
    roll_up: Literal["", "members", "parts"] = ""
    form: bool = False

    @field_validator("factor", mode="before")
    @classmethod
    def _whole_factor(cls, value: object) -> object:
        return float(value) if isinstance(value, int) and not isinstance(value, bool) else value

    @field_validator("marks", mode="before")
    @classmethod
    def _whole_marks(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        return {key: float(one) if isinstance(one, int) else one for key, one in value.items()}

    @field_validator("into")
    @classmethod
    def _known_table(cls, into: str) -> str:
        if into not in TABLES:
            raise ValueError(f"one of {', '.join(TABLES)}; {did_you_mean(into, TABLES, '')}".rstrip("; "))
        return into

    @field_validator("unit")
    @classmethod
    def _known_unit(cls, unit: str) -> str:
        if unit and power_of(unit) is None:
            raise ValueError("a unit of money: £, £000, £m or £bn")
        return unit

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        strange = [name for name in (*self.columns, *self.fixed) if self.column(name) is None]
        if strange:
            names = [column.name for column in self.table]
            remedy = did_you_mean(strange[0], names, f"its columns are {', '.join(names)}")
            raise ValueError(f"columns of {self.into}, which {shown(strange[0])} is not; {remedy}")
        if self.area and not self.key:
            raise ValueError(f"no area for {self.into}, which has no areas")
        if self.area and self.key in self.columns:
            raise ValueError(f"area = {shown(self.columns[self.key])}, and no {self.key} in columns")
        if self.years and "year" not in self.table.by_name:
            raise ValueError(f"no years for {self.into}, which has no years")
        if self.years and "year" not in self.columns and not self.of_years:
            raise ValueError("value, the column that the years hold")
        if self.value and self.column(self.value) is None:
            raise ValueError(f"a column of {self.into} for value")
        if self.becomes and not self.years:
            raise ValueError("years, for becomes to replace")
        labels_of(self.years, self.becomes)
        return self

    @property
    def table(self) -> Table:
        """Description of the table."""
        return TABLES[self.into]

    @property
    def key(self) -> str:
        """Column of the table that names the area; empty where it has none."""
        return "code" if self.into == "areas" else "area" if "area" in self.table.by_name else ""

    @property
    def of_years(self) -> str:
        """Column that columns of years hold: the one that is stated, or the one number that a row must have."""
        numbers = [column.name for column in self.table if column.required and column.numeric]
        return self.value or (numbers[0] if len(numbers) == 1 else "")

    @property
    def wide(self) -> bool:
        """Whether years stand across."""
        return bool(self.years) and "year" not in self.columns

    def column(self, name: str) -> Column | None:
        """Return the description of a column; further ones of areas and options are numbers. None: no such column."""
        if name in self.table.by_name:
            return self.table[name]
        if kept(name):
            return Column(name, "text", "Kept and not read.")
        return {"attribute": attribute}.get(self.table.open_to, outcome)(name) if self.table.open_to else None

    def is_money(self, name: str, item: str = "") -> bool:
        """Whether a column holds money; one that holds what ``item`` says does so where that is a grant."""
        column = self.column(name)
        if name == "value" and "item" in self.table.by_name:
            item = item or self.fixed.get("item", "grant")
            return item == "grant" or item.startswith("grant_")
        of_grants = self.table.open_to == "objective" and name.startswith("grant_")
        return of_grants or (column is not None and column.unit == "money")

    @property
    def numbers(self) -> list[str]:
        """Columns of the table that hold numbers and are taken from the files."""
        names = [name for name in self.columns if (column := self.column(name)) is not None and column.numeric]
        return [*names, *([self.of_years] if self.wide else [])]


class ImportMap(_Strict):
    """Map of an import.

    Attributes
    ----------
    reviewed
        Whether somebody has read the map; a guessed one is not.
    scenario
        Settings of the scenario, as in ``scenario.toml``.
    names
        Name in the files → code of the area, where equality cannot tell.
    take
        What is taken, into one table each.
    """

    schema_: Annotated[Literal[1], Field(alias="schema")]
    reviewed: bool = False
    scenario: dict[str, Any] = {}
    names: dict[str, str] = {}
    take: Annotated[tuple[Take, ...], BeforeValidator(lambda v: tuple(v) if isinstance(v, list) else v)]


MapSource = Mapping[str, Any] | str | PathLike[str]
"""A map as callers give it: a file or nested values."""


def read_map(source: MapSource) -> tuple[ImportMap, str]:
    """Read the map of an import; return it and its name for messages.

    Raises
    ------
    BadInputError
        With everything that is wrong, or because nobody has reviewed it.
    """
    name = "map" if isinstance(source, Mapping) else str(source)
    codes = ("SP-I001", "SP-I001")
    content = source if isinstance(source, Mapping) else load_plan(Path(source), name, "import", "a map", codes)
    try:
        made = ImportMap.model_validate(dict(content))
    except ValidationError as refusal:
        problems = [_problem(error, name) for error in refusal.errors(include_url=False)]
        raise BadInputError(problems) from refusal
    if not made.reviewed:
        remedy = "read every line of it, correct what was guessed, and write reviewed = true"
        problem = Diagnostic("SP-I004", "import", name, "", "reviewed", "false", "a map that somebody reviewed", remedy)
        raise BadInputError([problem])
    return made, name


def _problem(error: Any, file: str) -> Diagnostic:
    path = list(error["loc"])
    number = next((part for part in path if isinstance(part, int)), None)
    place = "" if number is None else f"take {number + 1}"
    key = ".".join(str(part) for part in path if isinstance(part, str) and part != "take") or "take" * (not place)
    if error["type"] == "extra_forbidden":
        model = ImportMap if number is None else Take
        known = [re.sub("_$", "", name) for name in model.model_fields]
        remedy = did_you_mean(str(path[-1]), known, f"the keys are {', '.join(known)}")
        return Diagnostic("SP-I002", "import", file, place, key, expected="a known key", remedy=remedy)
    value = "" if isinstance(error["input"], Mapping) or error["type"] == "missing" else shown(error["input"])
    return Diagnostic("SP-I003", "import", file, place, key, value, expected_in(error))


def number_of(table: str) -> int:
    """Return the number of a table, for the order of problems."""
    return list(TABLES).index(table)
