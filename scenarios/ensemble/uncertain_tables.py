"""Tables whose numbers an ensemble multiplies, the section ``[derive]`` among them, and the labels of their rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from singlepot.models.settings.derive import KEYS, Derive
from singlepot.models.tables.line_columns import OF_LINE, of_line
from singlepot.models.tables.schema import PROGRAMMES

if TYPE_CHECKING:
    from singlepot.models.scenario.scenario import Scenario

Texts = npt.NDArray[np.object_]

DERIVE = "derive"
"""Name of the section of assumptions as a table: a row for each theme of lines, and for each objective's unit cost."""

BEFORE = (PROGRAMMES, DERIVE)
"""Tables that are changed before anything is derived from them; all others are changed afterwards."""

DEFAULTS = ("most", "least", "efficiency", "stretch")
"""Numbers of a line in whose place a number of ``[derive]`` counts."""


def table_of(base: Scenario, table: str, columns: Collection[str]) -> pd.DataFrame:
    """Return a table as its numbers are multiplied.

    Parameters
    ----------
    base
        The scenario.
    table
        Name of a table, or ``derive``; one with derived rows has them behind the given ones.
    columns
        Columns that are multiplied. In ``programmes``, their numbers that areas do not state are those of ``[derive]``,
        on the first row of each line.
    """
    if table == DERIVE:
        return _section(base)
    if table != PROGRAMMES:
        return base.tables[table].copy(deep=True)
    lines = base.programmes
    derive = base.settings.derive or Derive()
    theme = (
        of_line(lines, "theme").to_numpy(dtype=object) if "theme" in lines else np.full(len(lines), "", dtype=object)
    )
    first = ~lines.duplicated(["area", "line"])
    for name in set(DEFAULTS).intersection(columns):
        stated = of_line(lines, name) if name in lines else pd.Series(np.nan, index=lines.index)
        lines[name] = lines.get(name, stated).where(stated.notna() | ~first, derive.by_theme(name, theme))
    return lines


def _section(base: Scenario) -> pd.DataFrame:
    """Lay ``[derive]`` out as rows: one for each theme of lines, "" for none, and one for each objective."""
    derive = base.settings.derive or Derive()
    lines = base.programmes
    of_lines = lines["theme"].tolist() if "theme" in lines else []
    themes = np.asarray(["", *sorted({*of_lines, *derive.theme} - {""})], dtype=object)
    numbers = {key: derive.by_theme(key, themes) for key in KEYS}
    rows = pd.DataFrame({"theme": themes, "objective": "", **numbers})
    costs = pd.DataFrame(
        {"objective": list(derive.unit_cost), "unit_cost": list(derive.unit_cost.values())}, dtype=object
    )
    whole = pd.concat([rows, costs], ignore_index=True)
    texts = {name: whole[name].fillna("").astype(str) for name in ("theme", "objective")}
    return whole.assign(**texts, **{name: whole[name].astype(float) for name in (*KEYS, "unit_cost")})


def settings_of(section: pd.DataFrame) -> dict[str, Any]:
    """Return the section ``[derive]`` of the rows of :func:`table_of`."""
    made: dict[str, Any] = {}
    for row in section.to_dict("records"):
        numbers: dict[str, float] = {key: row[key] for key in KEYS if row[key] == row[key]}
        numbers |= {"tiers": round(numbers["tiers"])} if "tiers" in numbers else {}
        if row["objective"]:
            made.setdefault("unit_cost", {})[row["objective"]] = row["unit_cost"]
        elif row["theme"]:
            made.setdefault("theme", {})[row["theme"]] = numbers
        else:
            made |= numbers
    return made


def labels_of(base: Scenario, table: str, frame: pd.DataFrame) -> Mapping[str, Texts]:
    """Collect the labels by which rows of a table can be selected or grouped."""
    count = len(frame)
    labels: dict[str, Texts] = {
        "row": np.asarray([f"{i + 1:06d}" for i in range(count)], dtype=object),
        "all": np.full(count, "all", dtype=object),
    }
    for name in frame.columns:
        if frame[name].dtype.kind != "f":
            cells = of_line(frame, name) if table == PROGRAMMES and name in OF_LINE else frame[name]
            labels[name] = cells.to_numpy(dtype=object)
    if "area" in frame:
        areas = base.filled("areas").set_index("code")
        for name in areas.columns:
            if areas[name].dtype.kind != "f" and name not in labels:
                labels[name] = areas[name].reindex(frame["area"]).to_numpy(dtype=object)
    if table == PROGRAMMES:
        labels["area-line"] = _joined(frame, "line")
    if table in ("options", "option_years"):
        keys = pd.MultiIndex.from_frame(frame[["area", "option"]])
        labels["objective"] = _main_objective(base).reindex(keys).fillna("none").to_numpy(dtype=object)
        labels["area-option"] = _joined(frame, "option")
    return labels


def _joined(frame: pd.DataFrame, name: str) -> Texts:
    pairs = zip(frame["area"], frame[name], strict=True)
    return np.asarray([f"{area} {other}" for area, other in pairs], dtype=object)


def _main_objective(base: Scenario) -> pd.Series[Any]:
    """Find the objective that each option changes most, relative to its area's proposal; ``none`` without outcomes."""
    profile = base.filled("option_years")
    keys = list(base.filled("objectives")["key"])
    change = profile.assign(**profile[keys].abs()).groupby(["area", "option"])[keys].sum()
    proposed = base.filled("targets").pivot_table(index="area", columns="objective", values="target", aggfunc="sum")
    targets = proposed.reindex(index=change.index.get_level_values("area"), columns=keys).to_numpy(dtype=np.float64)
    relative = change.to_numpy() / np.where(np.nan_to_num(targets) > 0, targets, np.nan)
    relative = np.nan_to_num(relative)
    best = np.where(relative.max(axis=1, initial=0.0) > 0, relative.argmax(axis=1) if keys else 0, -1)
    return pd.Series([keys[k] if k >= 0 else "none" for k in best], index=change.index, dtype=object)
