"""Bytes changed at random, in the file or within its parts: a coded line or a scenario, and never anything else.

``SINGLEPOT_DAMAGES`` sets how many of each kind are tried; a quarter of the usual number.
"""

from __future__ import annotations

import io
import os
import random
import zipfile
from pathlib import Path

import pytest

import singlepot as sp
from singlepot.models.diagnostics.problems import CODES, BadInputError

from ...places import INPUT

DAMAGES = int(os.environ.get("SINGLEPOT_DAMAGES", "100")) // 4


def changed(pick: random.Random, content: bytes) -> bytes:
    made = bytearray(content)
    for _ in range(pick.randint(1, 4)):
        at, kind = pick.randrange(len(made)), pick.random()
        if kind < 0.5:
            made[at] = pick.randrange(256)
        elif kind < 0.7:
            del made[at : at + pick.randint(1, 40)]
        elif kind < 0.9:
            made[at:at] = bytes(pick.randrange(256) for _ in range(pick.randint(1, 10)))
        else:
            made = made[:at] or bytearray(b"x")
    return bytes(made)


def changed_within(pick: random.Random, content: bytes) -> bytes:
    """A workbook of which one part is damaged, in an archive that is sound."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        hit = pick.choice(old.namelist())
        for name in old.namelist():
            new.writestr(name, changed(pick, old.read(name)) if name == hit else old.read(name))
    return file.getvalue()


NAMES = {"archive": "s.xlsx", "parts": "s.xlsx", "json": "s.json", "parquet": "p/bids.parquet"}
"""The file that is damaged, of each kind."""


def write_sound(folder: Path) -> None:
    scenario = sp.read_scenario(INPUT / "full")
    for name in ("s.xlsx", "s.json", "p"):
        sp.write_scenario(scenario, folder / name, format="parquet" if name == "p" else None)


def is_refused(kind: str, seed: int, content: bytes, folder: Path) -> bool:
    """Damage bytes and read them: whether they are refused, with a coded line for each problem."""
    path = folder / (NAMES[kind] if kind == "parquet" else f"damaged-{NAMES[kind]}")
    pick = random.Random(f"{kind} {seed}")
    path.write_bytes((changed_within if kind == "parts" else changed)(pick, content))
    try:
        sp.read_scenario(path.parent if kind == "parquet" else path)
    except BadInputError as refused:
        for problem in refused.problems:
            assert problem.code in CODES and "\n" not in str(problem), (kind, seed)
        return True
    return False


@pytest.mark.parametrize("kind", NAMES)
def test_damaged_bytes_are_refused_with_codes_and_no_traceback(kind: str, tmp_path: Path) -> None:
    """Every refusal has codes and lines, whatever the bytes; at least half of the damages are refused."""
    write_sound(tmp_path)
    content = (tmp_path / NAMES[kind]).read_bytes()
    assert sum(is_refused(kind, seed, content, tmp_path) for seed in range(DAMAGES)) >= DAMAGES / 2
