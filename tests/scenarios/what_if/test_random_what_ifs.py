"""What-ifs and documents with random damage to their words and values: a coded line, or a scenario that can be used."""

from __future__ import annotations

import json
import random
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

import singlepot as sp
from singlepot.models.diagnostics.problems import CODES, BadInputError
from singlepot.scenarios.reading.resolved import resolve

from ...places import INPUT, ROOT

SHIPPED = sorted((ROOT / "scenarios" / "library" / "what-ifs").glob("*.toml"))
VALUES: list[Any] = [None, True, -1, 0, 1e999, 1e-12, "", "x", "£5", "12%", [], {}, [1, 2], {"a": 1}, "E1\u200b", 2**70]
WORDS = ["", "x", "0", "-1", "nan", "inf", "true", "[]", "{}", '""', "'", "=", "]", "1e999", "2026-27"]
WORDS += ["\u00a0", "\x07", "\ufeff"]
USUAL = 30
"""Damages of each kind that are tried each time; ``.ci/damage.py`` tries more."""


def damaged_what_if(pick: random.Random, text: str) -> str:
    """A what-if with one to three changes of its lines, words and signs."""
    lines = text.splitlines()
    for _ in range(pick.randint(1, 3)):
        at, kind = pick.randrange(len(lines)), pick.random()
        line = lines[at]
        if kind < 0.15:
            del lines[at : at + pick.randint(1, 3)]
            lines = lines or [""]
        elif kind < 0.3:
            lines.insert(pick.randrange(len(lines)), line)
        elif kind < 0.6 and "=" in line:
            key, _, value = line.partition("=")
            lines[at] = f"{key}= {pick.choice(WORDS)}" if pick.random() < 0.7 else f"{key[:-2]}{key[-1:]}={value}"
        elif line:
            place = pick.randrange(len(line))
            lines[at] = line[:place] + pick.choice(WORDS) + line[place + pick.randint(0, 2) :]
    return "\n".join(lines) + "\n"


def damaged_document(pick: random.Random, text: str) -> str:
    """A JSON document with one to three values or names changed."""
    document = json.loads(text)
    for _ in range(pick.randint(1, 3)):
        node: Any = document
        while True:
            keys = list(node) if isinstance(node, dict) else list(range(len(node)))
            if not keys:
                break
            key = pick.choice(keys)
            if isinstance(node[key], dict | list) and node[key] and pick.random() < 0.85:
                node = node[key]
                continue
            kind = pick.random()
            if kind < 0.6:
                node[key] = deepcopy(pick.choice(VALUES))  # or the next damage would be put into all of them
            elif kind < 0.8 or isinstance(node, list):
                del node[key]
            else:
                node[f"{key}_"] = node.pop(key)
            break
    return json.dumps(document)


def is_refused(kind: str, seed: int, folder: Path) -> bool:
    """Damage a what-if or a document and read it: whether it is refused, with a coded line for each problem."""
    pick = random.Random(f"{kind} {seed}")
    if kind == "what-if":
        path, text = folder / "changed.toml", damaged_what_if(pick, pick.choice(SHIPPED).read_text(encoding="utf-8"))
    else:
        sound = folder / "sound.json"
        if not sound.exists():
            sp.write_scenario(sp.read_scenario(INPUT / "full"), sound)
        path, text = folder / "changed.json", damaged_document(pick, sound.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8", newline="")
    findings = sp.check_scenario(path)
    for problem in (*findings.problems, *findings.notes):
        assert problem.code in CODES and str(problem).isprintable(), (kind, seed, str(problem))
    if findings.scenario is None:
        assert findings.problems, (kind, seed)
        with pytest.raises(BadInputError):
            sp.read_scenario(path)
        return True
    assert findings.scenario.sha256, (kind, seed)
    return False


@pytest.mark.parametrize("kind", ["what-if", "document"])
def test_damage_is_refused_with_codes_or_read(kind: str, tmp_path: Path) -> None:
    refused = sum(is_refused(kind, seed, tmp_path) for seed in range(USUAL))
    assert USUAL / 4 <= refused < USUAL


FULL = sp.read_scenario(INPUT / "full")
CELLS = [(name, column) for name, frame in FULL.given.items() if len(frame) for column in frame]


@pytest.mark.parametrize(("table", "column"), CELLS)
def test_a_cell_that_is_emptied_is_refused_or_read_and_shown(table: str, column: str, tmp_path: Path) -> None:
    """In all rows, or in the first alone with the numbers of all changed after that."""
    frame, path = FULL.given[table], tmp_path / "what.toml"
    empty = f'[[change]]\ntable = "{table}"\nset = {{ "{column}" = "" }}\n'
    first = f'{empty}where = {{ "{frame.columns[0]}" = {json.dumps(frame.iloc[0, 0])} }}\n'
    then = f'{first}\n[[change]]\ntable = "{table}"\nmultiply = {{ "{column}" = 2 }}\n'
    for change in (empty, then):
        path.write_text(f'title = "Emptied"\nbase = {json.dumps(str(INPUT / "full"))}\n\n{change}', encoding="utf-8")
        try:
            assert resolve(path).scenario.sha256
        except BadInputError as refusal:
            assert all(problem.code in CODES for problem in refusal.problems)
