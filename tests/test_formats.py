"""Every format gives back what was written, to the last digit and letter, alone and in chains."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import unicodedata
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import singlepot as sp
from singlepot.models.folder import FolderRefused
from singlepot.models.problems import BadInput
from singlepot.scenarios.writing import FORMATS, Format, write_scenario
from tests.strategies import drafts, scenario

INPUT = Path(__file__).parent / "input"

LETTERS = st.characters(codec="utf-8", categories=("L", "M", "N", "P", "S", "Zs"))
TEXTS = st.text(LETTERS, max_size=12).map(lambda text: unicodedata.normalize("NFC", text)).filter(str.isprintable)
REMARKS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\ufffe\uffff", exclude_categories=("Cs",)), max_size=30)
CODES = st.sampled_from(
    ["0123", "007", "NA", "null", "TRUE", "1E3", "2026-27", "=1+1", "@sum", "-5", "'quoted", "a, b", 'say "x"', "Ynys Môn",
     "_x000D_", "#N/A", "<b>", "£1,000", "total area", "key"]
)  # fmt: skip


def target(folder: str | Path, format: Format) -> Path:
    return Path(folder) / {"xlsx": "s.xlsx", "json": "s.json"}.get(format, f"folder-{format}")


def there_and_back(made: sp.Scenario, format: Format, folder: str | Path) -> sp.Scenario:
    write_scenario(made, target(folder, format), format=format, overwrite=True)
    return sp.read_scenario(target(folder, format))


def check(made: sp.Scenario, chain: list[Format]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        now = made
        for format in chain:
            now = there_and_back(now, format, folder)
            assert now == made, format
    for name, table in made.tables.items():
        pd.testing.assert_frame_equal(now.tables[name], table, check_exact=True)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("source", ["bucks-and-burnley", str(INPUT / "full")])
def test_a_scenario_comes_back(source: str, format: Format) -> None:
    check(sp.read_scenario(source), [format])


@given(drafts(), st.permutations(FORMATS), st.data())
def test_any_scenario_comes_back_through_every_format(made: dict[str, Any], chain: list[Format], data: Any) -> None:
    """Invariant 15: odd texts, note columns and columns with an underscore, and remarks on settings among them."""
    draw = data.draw
    areas = made["areas"].astype({"region": object})
    areas["name"] = [draw(TEXTS.filter(str.strip)).strip() or "x" for _ in range(len(areas))]
    areas["contact"] = [draw(TEXTS).strip() for _ in range(len(areas))]
    areas = areas.assign(note=[draw(REMARKS) for _ in range(len(areas))], _own=[draw(REMARKS) for _ in range(len(areas))])
    made["areas"] = areas
    made["bids"] = made["bids"].assign(note=[draw(st.sampled_from(["", "seen", "  spaced ", "x\ny"])) for _ in range(len(made["bids"]))])
    made["bids"]["amount"] += draw(st.floats(0, 1e-9))
    code = draw(CODES)
    for name, columns in {"areas": ["code"], "bids": ["area"], "targets": ["area"], "options": ["area"], "option_years": ["area"], "rule_rows": ["area"]}.items():
        if name in made and columns[0] in made[name]:
            made[name] = made[name].replace({columns[0]: {"A1": code}})
    made["title"] = draw(TEXTS.filter(str.isprintable))
    check(with_notes(scenario(made), draw(st.dictionaries(st.sampled_from(["title", "rules.grant_floor", "x.y"]), REMARKS.filter(bool)))), chain)


def with_notes(made: sp.Scenario, notes: dict[str, str]) -> sp.Scenario:
    from singlepot.scenarios.json_document import scenario_as_dict, scenario_of
    from singlepot.models.problems import Report

    return scenario_of({**scenario_as_dict(made), "notes": notes}, "$", "x.json", Report())
