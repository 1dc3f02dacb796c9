"""Derived tables: bids, targets and options that follow from programme lines join those that are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from ..diagnostics.problems import SETTINGS, Diagnostic, Report
from ..money import POUNDS_PER
from ..programmes.derivation import Axes, Derivation, Stated
from ..programmes.levels import Floats
from ..settings.derive import Derive
from ..settings.settings import Settings
from ..tables.raw import Place, RawTable
from ..tables.schema import PROGRAMMES, TOTAL, Column
from .keys import places
from .parsing import Parsed, parse
from .programme_rows import ItemRows
from .programmes import (
    check_derivation,
    check_derive,
    check_items,
    check_line_figures,
    check_names,
    check_repeated,
)

if TYPE_CHECKING:
    import pandas as pd

Tables = Mapping[str, Parsed]

DERIVED = ("bids", "targets", "options", "option_years")
"""Tables that have derived rows."""


@dataclass(frozen=True, eq=False)
class Derived:
    """Derived rows of bids, targets and options.

    Parameters
    ----------
    rows
        Rows by table; empty where nothing is derived.
    in_use
        Numbers of ``[derive]`` that derived options rest on, by their key.
    """

    rows: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    in_use: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class DerivedPlace(Place):
    """Place of the cells of a table behind whose rows derived ones stand."""

    given: Place = field(default_factory=lambda: Place(""))
    rows: int = 0

    def row(self, position: int) -> str:
        """Name a row, a derived one by what it was derived from."""
        return self.given.row(position) if position < self.rows else f"derived from {PROGRAMMES}"

    def cell(self, position: int, column: str) -> str:
        """Name a cell."""
        return self.given.cell(position, column) if position < self.rows else self.row(position)

    def whole(self, column: str) -> str:
        """Name a column or the table."""
        return self.given.whole(column)


def derives(tables: Tables, settings: Settings) -> bool:
    """Whether anything is derived in a scenario: it has programme lines or the section ``[derive]``."""
    return tables[PROGRAMMES].rows > 0 or settings.derive is not None


def derive(tables: Tables, settings: Settings, report: Report, file: str) -> Derived | None:
    """Derive bids, targets and options; None where a problem is in the way.

    Parameters
    ----------
    tables
        The tables as given, without problems.
    settings
        The settings.
    report
        Takes the problems.
    file
        What to call the settings in messages.
    """
    axes = _axes(tables, settings)
    rows = _item_rows(tables, axes)
    if rows is None:
        return None

    def complain(key: str, value: str, expected: str, remedy: str) -> None:
        report.add(Diagnostic("SP-P016", SETTINGS, file, "", key, value, expected, remedy))

    check_items(rows, settings, axes.envelopes, tuple(axes.objectives))
    check_line_figures(rows)
    check_derive(settings, [str(word) for word in rows.themes], tuple(axes.objectives), complain)
    if len(report):
        return None
    lines = rows.as_lines(len(axes.envelopes), len(axes.objectives))
    derivation = Derivation(axes, lines, _stated(tables, settings, axes), settings.derive or Derive())
    check_repeated(rows)
    check_derivation(rows, derivation, tables["bids"], tables["targets"], settings)
    if len(report):
        return None
    check_names(rows, derivation)
    options = tables["options"]
    given = set(zip(options.labels["area"].values, options.labels["option"].values, strict=True))
    profile = tables["option_years"]
    plain = "grant" in profile.numbers or (
        len(axes.envelopes) == 1 and f"grant_{axes.envelopes[0]}" not in profile.numbers
    )
    derived = derivation.option_rows(given, plain)
    frames = dict(zip(DERIVED, (derivation.bid_rows(), derivation.target_rows(), *derived), strict=True))
    return None if len(report) else Derived(frames, derivation.in_use())


def extended(parsed: Parsed, rows: pd.DataFrame, further: Mapping[str, Column], money: str) -> Parsed:
    """Return a table with derived rows behind those that are given."""
    if not len(rows):
        return parsed
    given = parsed.stored().frame
    whole = rows if not len(given) else _joined(given, rows)
    place = DerivedPlace(parsed.raw.place.file, given=parsed.raw.place, rows=len(given))
    raw = RawTable({str(name): whole[name] for name in whole}, place, len(whole))
    return parse(raw, replace(parsed.table, required=False), further, money, parsed.report)


def _joined(given: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    columns = {}
    for name in dict.fromkeys((*given, *rows)):
        spec = next(frame[name] for frame in (given, rows) if name in frame)
        numeric = spec.dtype.kind == "f"
        parts = [
            frame[name] if name in frame else pd.Series([np.nan if numeric else ""] * len(frame), dtype=spec.dtype)
            for frame in (given, rows)
        ]
        columns[name] = pd.concat(parts, ignore_index=True)
    return pd.DataFrame(columns)


def _axes(tables: Tables, settings: Settings) -> Axes:
    objectives = tables["objectives"]
    keys = objectives.labels["key"].values
    names = objectives.labels["name"].values
    envelopes = tuple(word for word in tables["pot"].text("envelope").words if word) or (TOTAL,)
    return Axes(
        tuple(map(str, tables["areas"].labels["code"].values)),
        envelopes,
        {str(key): str(name) for key, name in zip(keys, names, strict=True)},
        settings.years,
    )


def _item_rows(tables: Tables, axes: Axes) -> ItemRows | None:
    """Lay out the rows of programme lines; None where the years stand neither across nor below one another."""
    parsed = tables[PROGRAMMES]
    across = [year for year in axes.years if year in parsed.numbers]
    below = [name for name in ("year", "value") if name in parsed.headers]
    value = f"{' and '.join(below)} and the years {', '.join(across)}" if across else " and ".join(below)
    if parsed.rows and (bool(across) == bool(below) or len(below) == 1):
        expected = "a column for each year, or the columns year and value"
        parsed.complain(
            "SP-P015", value=value or "no year", expected=expected, remedy="write the years one of the two ways"
        )
        return None
    areas = {code: number for number, code in enumerate(axes.areas)}
    return ItemRows(parsed, areas, axes.years, axes.envelopes, tuple(axes.objectives))


def _stated(tables: Tables, settings: Settings, axes: Axes) -> Stated:
    areas = {code: number for number, code in enumerate(axes.areas)}
    options = places(tables["options"].labels["area"], areas)
    return Stated(
        _totals(tables["bids"], "envelope", "amount", axes, axes.envelopes),
        _totals(tables["targets"], "objective", "target", axes, tuple(axes.objectives)),
        np.isin(np.arange(len(areas)), options),
        1.0 / POUNDS_PER[settings.money],
    )


def _totals(parsed: Parsed, across: str, number: str, axes: Axes, labels: tuple[str, ...]) -> Floats:
    """Return the totals that areas state, A×M×T; NaN where there is no row."""
    values = np.full((len(axes.areas), len(labels), len(axes.years)), np.nan)
    if parsed.rows:
        at = [
            places(parsed.text(column), {word: position for position, word in enumerate(words)})
            for column, words in (("area", axes.areas), (across, labels), ("year", axes.years))
        ]
        values[tuple(at)] = parsed.number(number)
    return values
