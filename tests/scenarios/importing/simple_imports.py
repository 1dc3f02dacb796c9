"""Small imports: a map of one or two takes, and files that are written as texts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import singlepot as sp
from singlepot.scenarios.importing.result import Imported

AREAS = "Code,Name\nE06000001,Hartlepool\nE06000002,Middlesbrough\nE06000003,Redcar and Cleveland\n"
POT = "Year,Pot\n2026-27,20\n2027-28,20\n"
BIDS = {"into": "bids", "file": "bids.csv", "area": "Area", "years": "2026-27:2027-28", "unit": "£m"}

TAKES: list[dict[str, Any]] = [
    {"into": "areas", "file": "areas.csv", "area": "Code", "columns": {"name": "Name"}},
    {"into": "pot", "file": "pot.csv", "columns": {"year": "Year", "amount": "Pot"}, "unit": "£m"},
]


def stated(*takes: dict[str, Any], names: dict[str, str] | None = None) -> dict[str, Any]:
    """A map with takes beside those of areas and pot."""
    return {
        "schema": 1,
        "reviewed": True,
        "scenario": {"years": ["2026-27", "2027-28"]},
        "names": names or {},
        "take": [*TAKES, *takes],
    }


def write(folder: Path, files: dict[str, str]) -> list[Path]:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in files]


def imported(folder: Path, bids: str, take: dict[str, Any] | None = None, **more: Any) -> Imported:
    """Import a table of bids beside three areas and a pot."""
    files = {"areas.csv": more.pop("areas", AREAS), "pot.csv": POT, "bids.csv": bids}
    return sp.import_tables(write(folder, files), stated({**BIDS, **(take or {})}, **more))


def refused(folder: Path, bids: str, take: dict[str, Any] | None = None, **more: Any) -> tuple[sp.Diagnostic, ...]:
    """The problems for which an import is refused."""
    with pytest.raises(sp.BadInputError) as caught:
        imported(folder, bids, take, **more)
    return caught.value.problems


def money(made: Imported) -> dict[tuple[str, str], float]:
    """The bids of a scenario."""
    bids = made.scenario.bids
    return {(area, year): amount for area, year, amount in zip(bids["area"], bids["year"], bids["amount"], strict=True)}


def left(made: Imported, kind: str) -> list[str]:
    """The cells that were left out for a reason, as file, row and column."""
    table = made.left_out[made.left_out["kind"] == kind]
    return [f"{row.file} {row.column}{row.row}" for row in table.itertuples()]
