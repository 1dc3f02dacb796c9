"""An argument of a wrong type ends in one line that says what to give, before any work."""

from __future__ import annotations

import inspect
import pickle
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import singlepot as sp

FUNCTIONS = [name for name in sp.__all__ if inspect.isfunction(getattr(sp, name))]
CASES = [(name, parameter) for name in FUNCTIONS for parameter in inspect.signature(getattr(sp, name)).parameters]


class Other:
    """A value of no type that any function takes."""


@cache
def settlement() -> sp.Settlement:
    return sp.settle("bucks-and-burnley")


def fitting(parameter: str) -> object:
    """A value that fits a required parameter of that name."""
    values = {
        "scenario": settlement().scenario,
        "settlement": settlement(),
        "sources": [settlement(), settlement()],
        "levers": {"pot": [1.0]},
        "claims": {"A": 1.0},
        "pot": 1.0,
        "changes": {"title": "x"},
        "within": 0.1,
        "result": settlement(),
        "rule": "pro-rata",
        "count": 1,
        "files": ["figures.csv"],
    }
    return values.get(parameter, "bucks-and-burnley")


@pytest.mark.parametrize(("name", "parameter"), CASES)
def test_a_value_of_another_type_is_refused_in_one_line(name: str, parameter: str) -> None:
    """By name, with its type and what to give in its place."""
    function = getattr(sp, name)
    parameters = inspect.signature(function).parameters
    if parameters[parameter].kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD):
        return
    required = [
        key for key, one in parameters.items() if one.default is one.empty and one.kind is not one.VAR_POSITIONAL
    ]
    named = {key: fitting(key) for key in required} | {parameter: Other()}
    with pytest.raises(sp.SinglepotError) as refused:
        function(**named)
    assert "\n" not in str(refused.value)
    assert f"a value of type Other is no {parameter}" in str(refused.value)
    assert "give " in refused.value.remedy


@pytest.mark.parametrize("value", [None, 3, 2.5, b"highs", [], {}, True])
def test_a_backend_is_a_name_or_a_function(value: Any) -> None:
    with pytest.raises(sp.BadOptionError, match=r"is no backend; give a text or a function"):
        sp.settle("bucks-and-burnley", backend=value)


def test_whatever_fits_the_type_is_taken() -> None:
    """Numbers of numpy, tuples for lists, and functions that are pickled by their public name."""
    scenario = settlement().scenario
    pots = pd.Series([1.0, 2.0])
    assert sp.settle(scenario, time_limit_s=pots.iloc[1] * 100)
    assert sp.compare((scenario, scenario))
    assert pickle.loads(pickle.dumps(sp.settle)) is sp.settle
    assert next(iter(inspect.signature(sp.settle).parameters)) == "scenario"


@pytest.mark.parametrize("path", [None, 3, b"x", "a\0b"])
def test_a_path_that_is_none_is_refused(path: Any) -> None:
    with pytest.raises(sp.FolderRefusedError, match="is no path; give a text or a path"):
        settlement().write(path)


class Foreign:
    """A table of another library, which converts itself, or cannot."""

    def __init__(self, table: pd.DataFrame | None) -> None:
        self._table = table

    def to_pandas(self) -> pd.DataFrame:
        if self._table is None:
            raise ModuleNotFoundError("pyarrow is required")
        return self._table


Foreign.__module__, Foreign.__name__ = "polars.dataframe.frame", "DataFrame"


def test_a_table_of_another_library_is_converted_or_called_by_its_name() -> None:
    scenario = settlement().scenario
    assert scenario.with_(bids=Foreign(scenario.bids)) == scenario  # type: ignore[arg-type]
    with pytest.raises(sp.BadInputError) as refused:
        scenario.with_(bids=Foreign(None), pot=Path("pot.csv"))  # type: ignore[arg-type]
    said = str(refused.value)
    assert (
        "got a polars.DataFrame; expected a pandas DataFrame; convert it with its to_pandas(), which may need" in said
    )
    assert "got a pathlib.PosixPath" in said or "got a pathlib.WindowsPath" in said
