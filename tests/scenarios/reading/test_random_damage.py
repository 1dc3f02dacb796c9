"""Random damage of valid folders: a coded line at the right place, or the right meaning; no traceback, no output."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import singlepot as sp
from singlepot.cli import _run
from singlepot.models.diagnostics.codes import CODES

from ...damages import Damage, Folder, damaged
from ...examples import tries
from ...places import INPUT
from ...strategies import HypothesisPicker, SeededPicker


@st.composite
def damaged_folders(draw: Any) -> tuple[str, Folder, list[Damage]]:
    base = draw(st.sampled_from(["full", "official"]))
    return (base, *damaged(HypothesisPicker(draw), INPUT / base))


@given(damaged_folders())
@tries(150)
def test_random_damage_is_refused_with_its_code_and_place_or_changes_nothing(
    drawn: tuple[str, Folder, list[Damage]],
) -> None:
    check_damages(*drawn)


def check_damages(base: str, folder: Folder, damages: list[Damage]) -> None:
    """Write a damaged folder, and hold what is said of it against what was foreseen."""
    with tempfile.TemporaryDirectory() as temporary:
        position = folder.write(Path(temporary) / "scenario")
        findings = sp.check_scenario(position)
        for text in (*findings.problems, *findings.notes):
            assert text.code in CODES
            assert str(text).isprintable(), str(text)
        if findings.scenario is None:
            assert findings.problems
            out = Path(temporary) / "out"
            assert _run(["settle", str(position), "--quiet", "--out", str(out)]) == 3
            assert not out.exists()
    if is_harmless(damages):
        assert findings.scenario is not None, (damages, *map(str, findings.problems))
        assert findings.scenario == sp.read_scenario(INPUT / base), damages
    for damage in foreseen(damages):
        here = [
            problem for problem in findings.problems if problem.file == damage.file and problem.code in damage.codes
        ]
        assert any(damage.place in ("", problem.place.partition(" column")[0]) for problem in here), (
            damage,
            *map(str, findings.problems),
        )


def is_harmless(damages: list[Damage]) -> bool:
    """Whether the folder must still be read, with the meaning that it had."""
    return not any(damage.codes or damage.wild for damage in damages)


def foreseen(damages: list[Damage]) -> list[Damage]:
    """The damages whose code and place are known: nothing is wild, and no file that one needs is damaged as well."""
    if any(damage.wild for damage in damages):
        return []
    files = {damage.file for damage in damages}
    return [damage for damage in damages if damage.codes and files.isdisjoint(set(damage.needs) - {damage.file})]


def test_every_kind_of_damage_is_drawn() -> None:
    """Of 200 draws most foresee a code, some no harm, and together they reach every function that damages."""
    drawn = [damaged(SeededPicker(seed), INPUT / "full")[1] for seed in range(200)]
    seen = {code for damages in drawn for damage in damages for code in damage.codes}
    assert sum(bool(foreseen(damages)) for damages in drawn) >= 100
    assert sum(map(is_harmless, drawn)) >= 10
    assert {"SP-F004", "SP-F005", "SP-F006", "SP-F007", "SP-F008", "SP-F010", "SP-F012", "SP-S001", "SP-S003"} <= seen
    assert {"SP-D002", "SP-D003", "SP-D004", "SP-D005", "SP-D010", "SP-D011", "SP-D013", "SP-D017"} <= seen
