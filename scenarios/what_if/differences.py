"""Scenario difference: settings and rows are compared value by value and matched by key."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from singlepot.models.diagnostics.problems import SETTINGS
from singlepot.models.scenario.scenario import Scenario
from singlepot.models.tables.schema import TABLES, TOTAL, kept

COLUMNS = ("table", "row", "column", "kind", "before", "after", "change")
"""Columns of a table of differences."""

POT_KEY = ("year", "envelope", "source")
"""Key of the rows of the pot; rows with the same key are matched in order."""

Record = tuple[str, str, str, str, object, object, float]


def differences(before: Scenario, after: Scenario) -> pd.DataFrame:
    """List the differences between two scenarios as they were given; titles and logs are left out.

    Parameters
    ----------
    before, after
        The scenarios.

    Returns
    -------
    table, row (its key), column, kind (``changed``, ``added``, ``removed``), before, after (a number or text; NaN or
    empty where nothing is), change (after less before, NaN for texts). Settings stand under ``scenario``, with their
    key as column. The order of rows and columns makes no difference.

    Examples
    --------
    >>> import pandas as pd
    >>> scenario = Scenario.from_tables(
    ...     areas=pd.DataFrame({"code": ["A"], "name": ["Aston"]}),
    ...     pot=pd.DataFrame({"year": ["2026-27"], "amount": [9.0]}),
    ...     bids=pd.DataFrame({"area": ["A"], "year": ["2026-27"], "amount": [4.0]}),
    ...     years=["2026-27"],
    ... )
    >>> more = scenario.with_(pot=scenario.pot.assign(amount=10.0), rules={"grant_floor": 0.5})
    >>> differences(scenario, more)[["table", "row", "column", "before", "after"]]
          table      row             column before after
    0  scenario           rules.grant_floor          0.5
    1       pot  2026-27             amount    9.0  10.0
    """
    return changes_between(
        (before.settings.as_dict(), before.given),
        (after.settings.as_dict(), after.given),
    )


def changes_between(
    before: tuple[Mapping[str, Any], Mapping[str, pd.DataFrame]],
    after: tuple[Mapping[str, Any], Mapping[str, pd.DataFrame]],
) -> pd.DataFrame:
    """List the differences between settings and tables that need not be valid, see :func:`differences`."""
    records = list(_of_settings(flat(before[0]), flat(after[0])))
    for name in TABLES:
        old, new = before[1][name], after[1][name]
        if old is not new and not old.equals(new):
            records += _of_table(name, old, new)
    frame = pd.DataFrame(records, columns=list(COLUMNS))
    return frame.astype({"before": object, "after": object, "change": float})


def flat(settings: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    """Flatten nested settings into ``rules.grant_floor`` → value; lists become text."""
    result: dict[str, Any] = {}
    for key, value in settings.items():
        here = f"{path}.{key}".lstrip(".")
        if here == "log":
            continue
        if isinstance(value, Mapping):
            result |= flat(value, here)
        elif here not in ("title", "schema"):
            result[here] = ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
    return result


def _of_settings(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterable[Record]:
    for key in dict.fromkeys((*old, *new)):
        if old.get(key) != new.get(key):
            yield _record(SETTINGS, "", key, old.get(key, ""), new.get(key, ""), key in old, key in new)


def _record(table: str, row: str, column: str, old: object, new: object, was: bool, is_now: bool) -> Record:
    kind = "changed" if was and is_now else "added" if is_now else "removed"
    numbers = isinstance(old, int | float) and isinstance(new, int | float)
    change = float(new) - float(old) if numbers else math.nan  # type: ignore[arg-type]
    return table, row, column, kind, old, new, change


def _of_table(name: str, old: pd.DataFrame, new: pd.DataFrame) -> list[Record]:
    keys = TABLES[name].key or POT_KEY
    old, new = _by_key(name, old, keys), _by_key(name, new, keys)
    labels = old.index.union(new.index, sort=False)
    was, is_now = labels.isin(old.index), labels.isin(new.index)
    columns = [column for column in dict.fromkeys((*old.columns, *new.columns)) if not kept(column)]
    records: list[tuple[int, Record]] = []
    for column in columns:
        one, other = _cells(name, column, old, new, labels)
        same = np.asarray([a == b or (a != a and b != b) for a, b in zip(one, other, strict=True)], dtype=bool)
        for at in map(int, np.flatnonzero(~same)):
            record = _record(name, labels[at][0], column, one[at], other[at], bool(was[at]), bool(is_now[at]))
            records.append((at, record))
    listed = {at for at, _ in records}
    for at in map(int, np.flatnonzero(was != is_now)):  # rows that consist of their key
        if at not in listed:
            records.append((at, _record(name, labels[at][0], "", "", "", bool(was[at]), bool(is_now[at]))))
    return [record for _, record in sorted(records, key=lambda item: item[0])]


def _by_key(name: str, frame: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Index the rows by their key as text and, where a key repeats, by the number of its occurrence."""
    cells = [_filled(name, frame, key) for key in keys]
    labels = [" ".join(cell for cell in row if cell) for row in zip(*cells, strict=True)]
    seen: dict[str, int] = {}
    again = []
    for label in labels:
        again.append(seen.get(label, 0))
        seen[label] = again[-1] + 1
    rest = frame.drop(columns=[key for key in keys if key in frame])
    return rest.set_index(pd.MultiIndex.from_arrays([labels, again]))


def _filled(name: str, frame: pd.DataFrame, key: str) -> list[str]:
    default = str(TABLES[name][key].default)
    cells = [str(cell) or default for cell in frame[key]] if key in frame else [default] * len(frame)
    return ["" if key == "envelope" and cell == TOTAL else cell for cell in cells]


def _cells(name: str, column: str, one: pd.DataFrame, other: pd.DataFrame, labels: pd.Index[Any]) -> list[list[Any]]:
    """Align the cells of both by label, defaults filled in; empty text, or NaN, where there is no row."""
    numeric = any(frame[column].dtype.kind == "f" for frame in (one, other) if column in frame)
    spec = TABLES[name].by_name.get(column)
    default = spec.empty if spec is not None else 0.0 if name == "option_years" else math.nan
    default = default if numeric else str(default if spec is not None else "")
    result = []
    for frame in (one, other):
        cells = frame[column] if column in frame else pd.Series([default] * len(frame), index=frame.index)
        filled = cells.fillna(default) if numeric else cells.mask(cells == "", default)
        placed = filled.reindex(labels)
        result.append([float(cell) if numeric else "" if cell != cell else str(cell) for cell in placed])
    return result
