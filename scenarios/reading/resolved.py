"""Provenance of what-if values: a scenario's differences from its base, each with the change that made it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from singlepot.models.checks.habits import unique_names
from singlepot.models.scenario.scenario import Scenario
from singlepot.models.settings.settings import year_written
from singlepot.models.tables.copies import CopiedTables
from singlepot.models.tables.defaults import envelopes_of
from singlepot.models.tables.schema import TABLES

from ..what_if.differences import changes_between, differences
from ..what_if.file import read_chain
from .reading import find_scenario, read_scenario


@dataclass(frozen=True, eq=False)
class Resolved(CopiedTables):
    """Scenario with the what-ifs that made it.

    Attributes
    ----------
    scenario
        The scenario.
    base
        The scenario at the bottom of the chain: a shipped name or path.
    steps
        File and title of every what-if from the lowest to the last; empty for a plain scenario.
    differences
        As :func:`~singlepot.scenarios.what_if.differences.differences` lists them, with a column ``origin``: the file
        and change that gave the value.
    """

    scenario: Scenario
    base: str
    steps: tuple[tuple[str, str], ...]
    differences: pd.DataFrame


def resolve(source: str | os.PathLike[str]) -> Resolved:
    """Read a scenario and list what its what-ifs change.

    Parameters
    ----------
    source
        As for :func:`~singlepot.read_scenario`.

    Raises
    ------
    BadInputError
        With everything that is wrong.

    Examples
    --------
    >>> resolved = resolve("england-carbon-up-20")
    >>> resolved.base, resolved.steps
    ('england', (('england-carbon-up-20.toml', 'England, national carbon targets 20% higher'),))
    >>> resolved.differences[["row", "column", "before", "after"]].head(1)
                  row  column   before    after
    0  carbon 2026-27  target  77.4615  92.9538
    >>> resolved.differences["origin"].unique().tolist()
    ['england-carbon-up-20.toml, change 1 (line 5)']
    """
    chain = read_chain(find_scenario(source), find_scenario)
    root = read_scenario(os.fspath(source)) if not chain.steps else read_scenario(_path(chain.folder, chain.base))
    origins: dict[tuple[str, str, str], str] = {}
    state: list[tuple[Mapping[str, Any], Mapping[str, pd.DataFrame]]] = [(root.settings.as_dict(), root.given)]

    def watch(origin: str, settings: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> None:
        now = (settings, _as_read(tables))
        changed = changes_between(state[0], now)
        origins.update(dict.fromkeys(zip(changed["table"], changed["row"], changed["column"], strict=True), origin))
        state[0] = now

    scenario = chain.compose(root, watch)
    changes = differences(root, scenario)
    keys = zip(changes["table"], changes["row"], changes["column"], strict=True)
    changes["origin"] = [origins.get(key, "") for key in keys]
    titles = tuple((step.file, str(step.settings.get("title") or "")) for step in chain.steps)
    return Resolved(scenario, chain.base or os.fspath(source), titles, changes)


def _as_read(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return tables with areas, keys and years spelt as reading spells them, so that rows are found again."""
    areas = tables["areas"]
    codes = unique_names(areas["code"], areas["name"]) | {code.casefold(): code for code in areas["code"]}
    keys = {*tables["objectives"]["key"], *envelopes_of(tables["pot"])}
    spelling: dict[str, Callable[[str], str]] = {
        "area": lambda cell: codes.get(cell.casefold(), cell),
        "objective": lambda cell: cell.lower() if cell not in keys else cell,
        "envelope": lambda cell: cell.lower() if cell not in keys else cell,
        "year": lambda cell: year_written(cell) or cell,
    }
    made = dict(tables)
    for name, frame in tables.items():
        spelt = {column.name: spelling.get(column.refers or column.kind) for column in TABLES[name]}
        read = {
            column: frame[column].map(spell, na_action="ignore")
            for column, spell in spelt.items()
            if spell and column in frame
        }
        made[name] = frame.assign(**read)
    return made


def _path(folder: object, base: str) -> str | os.PathLike[str]:
    return folder if isinstance(folder, os.PathLike) else base
