"""Random damage of valid folders: a coded line at the right place, or the right meaning; no traceback, no output.

150 examples; ``SINGLEPOT_DAMAGES=2500`` tries more.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import singlepot as sp
from singlepot.cli import _run
from singlepot.models.diagnostics.codes import CODES

from ...damages import Damage, Folder, damaged
from ...places import INPUT
from ...strategies import HypothesisPicker

EXAMPLES = int(os.environ.get("SINGLEPOT_DAMAGES", "150"))


@st.composite
def damaged_folders(draw: Any) -> tuple[str, Folder, list[Damage]]:
    base = draw(st.sampled_from(["full", "official"]))
    return (base, *damaged(HypothesisPicker(draw), INPUT / base))


@given(damaged_folders())
@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
def test_random_damage(drawn: tuple[str, Folder, list[Damage]]) -> None:
    base, folder, damages = drawn
    with tempfile.TemporaryDirectory() as temporary:
        place = folder.write(Path(temporary) / "scenario")
        found = sp.check_scenario(place)
        for said in (*found.problems, *found.notes):
            assert said.code in CODES
            assert str(said).isprintable(), str(said)
        if found.scenario is None:
            assert found.problems
            assert _run(["settle", str(place), "--quiet", "--out", str(place / "out")]) == 3
            assert not (place / "out").exists()
    if any(damage.wild for damage in damages):
        return
    whole = {damage.file for damage in damages}
    refused = [damage for damage in damages if damage.codes]
    if not refused:
        assert found.scenario is not None, (damages, *map(str, found.problems))
        assert found.scenario == sp.read_scenario(INPUT / base), damages
    for damage in refused:
        if whole.isdisjoint(set(damage.needs) - {damage.file}):
            here = [said for said in found.problems if said.file == damage.file and said.code in damage.codes]
            assert any(damage.place in ("", said.place.partition(" column")[0]) for said in here), (
                damage,
                *map(str, found.problems),
            )


def test_every_kind_of_damage_is_drawn() -> None:
    """The draws reach every function that damages, and both outcomes."""
    from ...strategies import SeededPicker

    seen: set[str] = set()
    outcomes: set[bool] = set()
    for seed in range(200):
        _, damages = damaged(SeededPicker(seed), INPUT / "full")
        seen.update(code for damage in damages for code in damage.codes)
        outcomes.update(bool(damage.codes) for damage in damages)
    assert outcomes == {True, False}
    assert {"SP-F004", "SP-F005", "SP-F006", "SP-F007", "SP-F008", "SP-F010", "SP-F012", "SP-S001", "SP-S003"} <= seen
    assert {"SP-D002", "SP-D003", "SP-D004", "SP-D005", "SP-D010", "SP-D011", "SP-D013", "SP-D017"} <= seen
