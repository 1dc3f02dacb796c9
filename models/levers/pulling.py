"""Pulling levers: settings and tables of a scenario are changed, and the change is said in a sentence."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..diagnostics.problems import SETTINGS, Diagnostic, Report, shown
from ..settings.settings import year_written
from ..tables.defaults import fill
from ..tables.schema import TABLES
from .lever import Lever, find_lever, levers_of, unknown_lever
from .values import UnreadableValueError, change_words, is_number_alone, read_value

if TYPE_CHECKING:
    import pandas as pd

MANY_TIMES = 10
"""Factor from which an amount may be meant, where it is written as a plain number."""

Pairs = Mapping[str, object] | Sequence[tuple[str, object]]
"""Levers with their values, in the order in which they are pulled."""


def pull(
    settings: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    levers: Pairs,
    report: Report,
    file: str = "levers",
    lines: Mapping[str, int] | None = None,
    derived: Mapping[str, pd.DataFrame] | None = None,
) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    """Pull levers one after another: factors multiply, of two values of one lever the last holds.

    Parameters
    ----------
    settings
        Nested as in ``scenario.toml``; the changes are put before the title.
    tables
        All tables by name.
    levers
        Values by lever, or pairs of both; a lever by its code or name, whatever the case.
    report
        Takes the problems: unknown levers and values that cannot be read; and a note on what was set twice.
    file, lines
        What to call the source in messages, and the line of each lever.
    derived
        Rows of bids that follow from programme lines, as ``Scenario.derived_rows``; ``bids`` multiplies the lines.

    Returns
    -------
    Settings and tables; what is already so stays as it is.
    """
    settings, frames, words, pulled = dict(settings), dict(tables), [], set()
    of_lines = (derived or {}).get("bids", frames["bids"].iloc[:0])
    money = settings.get("money", "")
    areas = dict(zip(frames["areas"]["code"], frames["areas"]["name"], strict=True))
    for name, value in levers.items() if isinstance(levers, Mapping) else levers:
        line = (lines or {}).get(f"levers.{name}", -1)

        def note(code: str, got: str, expected: str, remedy: str = "", line: int = line) -> None:
            where = f"line {line}" if line > 0 else ""
            report.add(Diagnostic(code, SETTINGS, file, where, "lever", got, expected, remedy), row=line)

        import pandas as pd

        bids = pd.concat([frames["bids"], of_lines], ignore_index=True) if len(of_lines) else frames["bids"]
        known = levers_of(settings, {**frames, "bids": bids})
        lever = find_lever(known, name, areas)
        if lever is None:
            note("SP-W016", shown(name), *unknown_lever(known, name))
            continue
        try:
            number = read_value(lever, value, money)
        except UnreadableValueError as fault:
            note("SP-W020", f"{lever.name} = {shown(value)}", fault.expected, fault.remedy)
            continue
        if lever.kind == "factor" and number is not None and number >= MANY_TIMES and is_number_alone(value):
            remedy = f"write {number:g}m if an amount is meant, or leave it" if lever.table == "pot" else ""
            note("SP-W023", f"{lever.name} = {shown(value)}", f"less than {MANY_TIMES} times what is there", remedy)
        if lever.name in pulled and lever.kind != "factor":
            note("SP-W021", f"{lever.name} twice", "", "the last value holds")
        pulled.add(lever.name)
        if _is_so(lever, number, frames):
            continue
        words.append(change_words(lever, number, money))
        settings, frames = _pulled(lever, number, settings, frames)
        if lever.table == "bids":
            assert number is not None
            of_lines = of_lines.assign(amount=of_lines["amount"] * number)
            frames["programmes"] = _money_of_lines(frames["programmes"], number)
    if words:
        title = settings.get("title", "")
        settings["title"] = "; ".join(words) + (f": {title}" if title else "")
    return settings, frames


def _is_so(lever: Lever, number: float | None, frames: Mapping[str, pd.DataFrame]) -> bool:
    """Whether a lever stands there already."""
    if lever.kind == "factor":
        return number == 1
    if number is not None:
        return number == lever.now
    if lever.table == "rules":
        return not lever.rows(fill("rules", frames, ())).any()
    return lever.kind != "switch" and math.isnan(lever.now)


GIVE = ("stages", "give")
"""Section of what stages give."""


def _pulled(
    lever: Lever, number: float | None, settings: dict[str, Any], frames: dict[str, pd.DataFrame]
) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    if lever.path:
        changed = _with_key(settings, lever.path, number)
        for stage in list(changed.get("stages", {}).get("limits", {})) if lever.path[:2] == GIVE and not number else ():
            if stage.partition("[")[0] == lever.path[2]:  # what gives nothing has nothing to limit
                changed = _with_key(changed, ("stages", "limits", stage), None)
        return changed, frames
    frame = frames[lever.table].copy()
    chosen = lever.rows(filled := fill(lever.table, frames, ()))
    if lever.table == "rules":
        return settings, {**frames, "rules": _locked(lever, number, frame[~chosen])}
    assert number is not None
    cells = filled[lever.column].to_numpy(dtype=float, copy=True)
    cells[chosen] = cells[chosen] * number if lever.kind == "factor" else number
    frame[lever.column] = cells
    return settings, {**frames, lever.table: frame}


def _money_of_lines(programmes: pd.DataFrame, factor: float) -> pd.DataFrame:
    """Multiply the money of programme lines, in year columns or in the column value."""
    if programmes.empty:
        return programmes
    money = programmes["item"].str.fullmatch("grant(_.*)?")
    years = [name for name in programmes if name == "value" or year_written(str(name))]
    changed = programmes.copy()
    changed.loc[money, years] = programmes.loc[money, years] * factor
    return changed


def _with_key(settings: Mapping[str, Any], path: Iterable[str], value: float | None) -> dict[str, Any]:
    """Set a key of nested settings, or remove it."""
    first, *rest = path
    changed = dict(settings)
    if rest:
        changed[first] = _with_key(changed.get(first, {}), rest, value)
    elif value is None:
        changed.pop(first, None)
    else:
        changed[first] = value
    return changed


def _locked(lever: Lever, number: float | None, others: pd.DataFrame) -> pd.DataFrame:
    """Lock the grant of an area in every cell in place of the rows that lock it now; None lets it free."""
    import pandas as pd

    if number is None:
        required = [column.name for column in TABLES["rules"] if column.required]
        return others.reset_index(drop=True) if len(others) else others[required].reset_index(drop=True)
    row = pd.DataFrame([{**lever.where, "value": number}])
    joined = pd.concat([others, row], ignore_index=True) if len(others) else row
    for column in joined.columns.drop("value"):
        joined[column] = joined[column].fillna("")
    return joined
