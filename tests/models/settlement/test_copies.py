"""Results cannot be edited: tables come out as copies, and what is written is what was settled."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import singlepot as sp
from singlepot.models.tables.copies import CopiedTables

EDITS: dict[str, Callable[[Any], object]] = {
    "a cell": lambda table: table.iloc.__setitem__((0, table.shape[1] - 1), -5.0),
    "a column": lambda table: table.__setitem__(table.columns[0], "edited"),
    "a new column": lambda table: table.insert(0, "new", 1),
    "rows": lambda table: table.drop(index=table.index, inplace=True),
    "names": lambda table: setattr(table, "columns", [f"x{i}" for i in range(table.shape[1])]),
    "the name of the index": lambda table: setattr(table.index, "name", "edited"),
    "an array": lambda table: table.iloc[:, -1].to_numpy().__setitem__(slice(None), table.iloc[0, -1]),
}


def edit(table: pd.DataFrame, how: str) -> None:
    """Edit a table in place, as far as pandas lets one."""
    with warnings.catch_warnings(), suppress(Exception):
        warnings.simplefilter("ignore")
        EDITS[how](table)


@pytest.fixture(scope="module")
def settlement() -> sp.Settlement:
    return sp.settle("bucks-and-burnley")


def results(settlement: sp.Settlement) -> dict[str, Any]:
    scenario = settlement.scenario
    smaller = scenario.with_(rules={"grant_floor": 0.5})
    return {
        "settlement": settlement,
        "scenario": scenario,
        "best placed": settlement.best_placed,
        "comparison": sp.compare([settlement, smaller]),
        "sweep": sp.sweep(scenario, {"pot": [1.0, 1.1]}),
        "regimes": sp.compare_regimes(scenario, ["pro-rata"]),
        "frontier": sp.trace_frontier(scenario, "burden", "cost"),
        "alternatives": sp.find_alternatives(settlement, 0.05, 1),
        "account": sp.explain_area(settlement, scenario.areas["code"].iloc[0]),
        "inequality": sp.measure_inequality(settlement),
    }


def tables(value: Any, deep: bool = True) -> dict[str, pd.DataFrame]:
    """Every table that a value hands out, by the names of the attributes."""
    found: dict[str, pd.DataFrame] = {}
    for name in dir(value):
        if name.startswith("_"):
            continue
        item = getattr(value, name)
        if isinstance(item, pd.DataFrame):
            found[name] = item
        elif isinstance(item, Mapping):
            found |= {f"{name}.{key}": table for key, table in item.items() if isinstance(table, pd.DataFrame)}
        elif deep and isinstance(item, tuple) and item and isinstance(item[0], CopiedTables):
            found |= {f"{name}.{key}": table for key, table in tables(item[0], deep=False).items()}
    return found


@pytest.mark.parametrize("how", EDITS)
def test_an_edit_does_not_reach_the_settlement(how: str, settlement: sp.Settlement, tmp_path: Path) -> None:
    """However a table was reached, also through ``tables``; nor an edit of the provenance or the timings."""
    before = settlement.documents()
    for table in tables(settlement).values():
        edit(table, how)
    for name in settlement.tables:
        edit(settlement.tables[name], how)
    settlement.provenance["versions"]["singlepot"] = "9"  # type: ignore[index]
    settlement.timings.clear()  # type: ignore[attr-defined]
    assert settlement.documents() == before
    assert settlement.timings
    settlement.write(tmp_path / "out")
    assert sp.verify(tmp_path / "out").passed


def test_an_edit_reaches_no_result(settlement: sp.Settlement) -> None:
    for name, result in results(settlement).items():
        before = tables(result)
        assert before, name
        for how in EDITS:
            for table in tables(result).values():
                edit(table, how)
        after = tables(result)
        for key, table in before.items():
            pd.testing.assert_frame_equal(after[key], table, obj=f"{name}.{key}")


def test_every_public_value_with_tables_hands_out_copies() -> None:
    """Also those that the test above does not make."""
    count = 0
    for name in sp.__all__:
        kind = getattr(sp, name)
        if dataclasses.is_dataclass(kind):
            texts = [str(field.type) for field in dataclasses.fields(kind)]
            if any("DataFrame" in text or "Series" in text for text in texts):
                count += 1
                assert issubclass(kind, CopiedTables), name
    assert count >= 12
