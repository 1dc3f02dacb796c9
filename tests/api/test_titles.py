"""No key stands before readers: every command is run on a scenario whose keys are unmistakable, and all is read."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

import singlepot as sp
from singlepot.cli import _run
from singlepot.models.settings.settings import STAGES
from singlepot.models.tables.rule_kinds import RULES

from ..reports.readers import texts_of
from ..reports.titled import titled

KEYS = re.compile(rf"zzkey_\w+|\[\d\]|{'|'.join(re.escape(key) for key in (*RULES, *STAGES) if not key.isalpha())}")
"""Keys of the scenario, of its rules, and of its stages."""

TO_WRITE = re.compile(r"(?:the [\w -]+) \([a-z_]+\)")
"""A rule as a remedy names it: in words, and in brackets as it is to be written into a file."""

AREA = re.compile(r"zzarea_\d")

PLAN = """
schema = 1
base = "s"
draws = 3
seed = 1
regret = true
[[uncertain]]
name = "unit costs"
table = "option_years"
columns = ["grant"]
where = { option = "zzkey_more" }
each = "area-option"
distribution = "lognormal"
spread = 0.2
[[uncertain]]
name = "targets"
table = "national"
columns = ["target"]
each = "objective"
distribution = "uniform"
low = 0.9
high = 1.1
"""

CHANGED = """
base = "s"
title = "Less"
[rules]
grant_floor = 0.65
[stages.give]
"shortfall.largest" = 0.02
[[change]]
table = "national"
where = { objective = "zzkey_carbon", year = "2026-27" }
multiply = { target = 1.05 }
[[change]]
table = "option_years"
where = { area = "zzarea_1", option = "zzkey_more", year = "2026-27" }
set = { zzkey_skills = 11 }
"""

TOO_LITTLE = """
base = "s"
title = "Too little"
[[change]]
table = "pot"
multiply = { amount = 0.5 }
"""

COMMANDS = {
    "settle": "settle s --out settled --area-pages --pictures svg",
    "why": "why out",
    "why an area": "why out aston --without --stability",
    "compare": "compare s less.toml --out compared --stability Aston",
    "sweep of a target and a rule": "sweep s --lever national.zzkey_carbon=0.9,1 --lever rules.grant_floor=0.6,0.7"
    " --out swept",
    "sweep of a give": "sweep s --lever give.shortfall.total=0,0.01 --out given",
    "regimes": "regimes s --out regimes",
    "frontier of objectives": "frontier s --between zzkey_carbon,zzkey_skills --chart frontier.svg",
    "frontier of stages": "frontier s --between shortfall.total,concession.total",
    "alternatives by objective": "alternatives s --within 5% --by objective --count 1 --chart alternatives.svg",
    "alternatives by area": "alternatives s --within 5% --by area --count 1",
    "ensemble": "ensemble plan.toml --out drawn --chart ensemble.svg",
    "robust": "robust plan.toml --draws 2 --chart robust.svg",
    "stability": "stability s --area zzarea_1",
    "repair": "repair little.toml",
    "repair limit by limit": "repair little.toml --limit-by-limit --all",
    "settle what has no settlement": "settle little.toml --out none",
}
"""Commands, each run in the folder of the first."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("titled")
    sp.write_scenario(titled(), path / "s")
    sp.settle(path / "s").write(path / "out")
    for name, text in (("plan", PLAN), ("less", CHANGED), ("little", TOO_LITTLE)):
        (path / f"{name}.toml").write_text(text, encoding="utf-8")
    return path


def with_keys(texts: list[str]) -> list[str]:
    """The texts that hold a key, but for what is to be written: the names of levers, and of rules in remedies."""
    levers = set(titled().levers()["lever"])
    return [text for text in texts if KEYS.search(TO_WRITE.sub("", text)) and text not in levers]


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_people_read_titles_and_words(
    command: str, folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    before = {path for path in folder.rglob("*") if path.is_file()}
    assert _run(command.split()) in (0, 4)
    out, err = capfd.readouterr()
    shown = [*out.splitlines(), *err.splitlines()]
    made = [path for path in sorted(folder.rglob("*")) if path.is_file() and path not in before]
    texts = [text for path in made if path.parent.name != "scenario" for text in texts_of(path)]
    assert len(shown) + len(texts) > (0 if command.startswith("settle little") else 5)
    assert with_keys([*shown, *texts]) == []
    said = "\n".join(shown)
    assert not AREA.search(re.sub(r"\(zzarea_\d\)", "", said)), said


def test_a_repair_that_is_shown_is_told_in_titles(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The title of a repaired scenario stands above its report."""
    monkeypatch.chdir(folder)
    assert with_keys([sp.repair(sp.read_scenario("little.toml")).title]) == []


def test_keys_would_be_seen(folder: Path) -> None:
    """The reader of texts finds keys: the tables for programs hold them."""
    copy = folder / "table.txt"
    shutil.copy(folder / "s" / "objectives.csv", copy)
    assert len(with_keys(list(texts_of(copy)))) == 2
    copy.unlink()
