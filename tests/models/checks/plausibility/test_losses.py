"""Random losses and slips that are legal: each kind is noticed, and the shipped scenarios are not doubted."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import singlepot as sp
from singlepot.models.checks.frames import raw_tables
from singlepot.models.diagnostics.problems import Report
from singlepot.models.scenario.scenario import from_raw
from singlepot.scenarios.formats.settings_file import read_settings_file

from ....examples import tries
from ....places import INPUT

Frames = dict[str, "sp.Scenario"]
LOSSES = {"SP-N016", "SP-N017", "SP-N018", "SP-N019", "SP-N020", "SP-N006", "SP-N002", "SP-N004", "SP-N005", "SP-N013"}
BASES = ["england", "official"]


@cache
def base(name: str) -> sp.Scenario:
    return sp.read_scenario(INPUT / name if name == "official" else name)


def codes_of(scenario: sp.Scenario, **changed: object) -> set[str]:
    """The codes of what is noted of a scenario with some tables replaced; None leaves a table out."""
    frames = {name: table if len(table) else None for name, table in scenario.tables.items()} | changed
    report = Report(quiet=True)
    from_raw(
        scenario.settings.as_dict(),
        "settings",
        raw_tables({k: v for k, v in frames.items() if v is not None}, report),
        report,
    )
    return {note.code for note in report.notes}


def drop_last(table: str) -> Callable[[sp.Scenario, random.Random], dict[str, object]]:
    return lambda scenario, rng: {table: scenario.tables[table].iloc[:-1]}


def drop_end(table: str, key: list[str]) -> Callable[[sp.Scenario, random.Random], dict[str, object]]:
    """Lose the last year, or the first, of one series."""

    def change(scenario: sp.Scenario, rng: random.Random) -> dict[str, object]:
        frame = scenario.tables[table]
        rows = rng.choice([part.index for _, part in frame.groupby(key)])
        return {table: frame.drop(index=rng.choice([rows[0], rows[-1]]))}

    return change


def drop(table: str) -> Callable[[sp.Scenario, random.Random], dict[str, object]]:
    return lambda scenario, rng: {table: None}


def scaled(table: str, column: str, factor: float, share: float = 0.0) -> Callable[..., dict[str, object]]:
    """Multiply one positive number of a column, or a share of them."""

    def change(scenario: sp.Scenario, rng: random.Random) -> dict[str, object]:
        frame = scenario.tables[table].copy()
        if column not in frame:
            frame[column] = 1.0
        rows = frame.index[frame[column] > 0].tolist()
        odd = rows if share == 1 else rng.sample(rows, max(1, int(share * len(rows))))
        frame.loc[odd, column] *= factor
        return {table: frame}

    return change


def scaled_attribute(scenario: sp.Scenario, rng: random.Random) -> dict[str, object]:
    assert scenario.settings.equity is not None
    return scaled("areas", scenario.settings.equity.attribute, 1e6, 0.5)(scenario, rng)


def twice(scenario: sp.Scenario, rng: random.Random) -> dict[str, object]:
    frame = scenario.pot
    row = rng.randrange(len(frame))
    return {"pot": frame.iloc[[*range(len(frame)), row]].reset_index(drop=True)}


def without_years(scenario: sp.Scenario, rng: random.Random) -> dict[str, object]:
    frame = scenario.option_years
    area, option = rng.choice(list(frame.groupby(["area", "option"]).groups))
    return {"option_years": frame[(frame["area"] != area) | (frame["option"] != option)]}


DAMAGES: dict[str, tuple[Callable[..., dict[str, object]], set[str]]] = {
    "the last row of bids": (drop_last("bids"), {"SP-N016"}),
    "the last row of targets": (drop_last("targets"), {"SP-N016"}),
    "the last row of national": (drop_last("national"), {"SP-N016"}),
    "the last row of option_years": (drop_last("option_years"), {"SP-N016"}),
    "an end of a series of bids": (drop_end("bids", ["area"]), {"SP-N016"}),
    "an end of a series of targets": (drop_end("targets", ["area", "objective"]), {"SP-N016"}),
    "an end of a series of option years": (drop_end("option_years", ["area", "option"]), {"SP-N016"}),
    "an end of a series of national targets": (drop_end("national", ["objective"]), {"SP-N016"}),
    "all option years": (drop("option_years"), {"SP-N017"}),
    "the years of an option": (without_years, {"SP-N017"}),
    "all national targets": (drop("national"), {"SP-N018"}),
    "an attribute a million times too large in half of the areas": (scaled_attribute, {"SP-N020"}),
    "a target a thousandth": (scaled("targets", "target", 1e-3), {"SP-N020"}),
    "a bid a thousand times": (scaled("bids", "amount", 1e3), {"SP-N020"}),
    "a national target a hundredth": (scaled("national", "target", 1e-2), {"SP-N006", "SP-N020"}),
    "all national targets a hundredth": (scaled("national", "target", 1e-2, 1.0), {"SP-N006"}),
    "a largest take-up a million": (scaled("options", "max_take_up", 1e6), {"SP-N020"}),
    "all largest take-ups a million": (scaled("options", "max_take_up", 1e6, 1.0), {"SP-N006"}),
    "what an option changes a million times": (scaled("option_years", "carbon", 1e6), {"SP-N020", "SP-N006"}),
    "a row of the pot twice": (twice, {"SP-N019"}),
}


@pytest.mark.parametrize("what", DAMAGES)
@tries(8)
@given(st.sampled_from(BASES), st.randoms(use_true_random=False))
def test_every_kind_of_loss_and_slip_is_noticed(what: str, name: str, rng: random.Random) -> None:
    change, wanted = DAMAGES[what]
    scenario = base(name)
    noticed = codes_of(scenario, **change(scenario, rng)) - codes_of(scenario)
    assert noticed & wanted, (what, noticed)


def test_the_shipped_scenarios_are_not_doubted() -> None:
    for name, _ in sp.list_scenarios():
        assert not {note.code for note in sp.read_scenario(name).notes} & LOSSES, name


def test_national_targets_of_ranges_only_are_no_series() -> None:
    scenario = base("official")
    national = scenario.national.iloc[:1].assign(year="2026-27:2028-29", target=900.0)
    assert codes_of(scenario, national=national) == set()


@pytest.mark.parametrize("seed", range(12))
def test_numbers_that_spread_as_those_of_areas_do_are_not_doubted(seed: int) -> None:
    """Sizes of areas spread over two powers of ten on each side; series halve, double, begin at nothing or jump."""
    rng, scenario = random.Random(seed), base("england")
    areas, targets, bids = scenario.areas, scenario.targets, scenario.bids
    for column in scenario.settings.attributes:
        areas[column] = [10 ** rng.gauss(3, 0.7) for _ in range(len(areas))]
    targets["target"] *= [rng.choice([0.2, 0.5, 1, 2, 4]) for _ in range(len(targets))]
    bids["amount"] *= [rng.choice([0, 0.1, 1, 1, 1, 10]) for _ in range(len(bids))]
    codes = codes_of(scenario, areas=areas, targets=targets, bids=bids)
    assert "SP-N020" not in codes


# ---------------------------------------------------------------- settings that end early

FULL = """schema = 1
years = ["2026-27"]

[rules]
grant_floor = 0.7

[equity]
attribute = "population"
elasticity = 1.0

[stages]
give = { "shortfall.largest" = 0.005 }
"""


def noted(text: str) -> list[str]:
    report = Report(quiet=True)
    assert read_settings_file(text.encode(), report) is not None
    return [note.code for note in report.notes]


@pytest.mark.parametrize("section", ["[rules]", "[equity]", "[stages]"])
def test_settings_that_end_before_a_section_are_noted(section: str) -> None:
    whole = FULL.partition(section)[0]
    assert noted(whole) == ["SP-F026"]
    assert noted(whole.rstrip("\n")) == ["SP-F015"]
    assert noted(whole.rstrip("\n") + "\r\n\r\n") == ["SP-F026"]
    assert noted(FULL) == noted(whole.rstrip("\n") + "\n") == []


# ---------------------------------------------------------------- counts and hashes that the settings state

EXPECT = "areas = 6\nbids = 18\npot = 3\nobjectives = 1\nnational = 3\ntargets = 18\noptions = 6\n"
EXPECT += "option_years = 18\nrules = 0\n"


def stated(path: Path, expect: str) -> Path:
    path.mkdir(exist_ok=True)
    for name, content in base("official").documents().items():
        (path / name).write_bytes(content)
    text = (path / "scenario.toml").read_text(encoding="utf-8")
    at = text.index("[")
    at = text.index("\n[") + 1 if "\n[" in text else at
    (path / "scenario.toml").write_text(f"{text[:at]}[expect]\n{expect}\n{text[at:]}", encoding="utf-8")
    return path


def test_counts_that_hold_are_kept_in_every_format(tmp_path: Path) -> None:
    expect = f"{EXPECT}settings = {base('official').settings.values_set}\n"
    scenario = sp.read_scenario(stated(tmp_path / "plan", expect))
    assert scenario.settings.expect["bids"] == 18
    for target in ("plan.xlsx", "plan.json", "folder"):
        sp.write_scenario(scenario, tmp_path / target)
        assert sp.read_scenario(tmp_path / target) == scenario


@pytest.mark.parametrize("table", ["areas", "bids", "pot", "national", "targets", "option_years"])
@pytest.mark.parametrize("change", ["lost", "twice", "other"])
def test_a_table_that_is_not_as_stated_is_refused(table: str, change: str, tmp_path: Path) -> None:
    import hashlib

    content = base("official").documents()[f"{table}.csv"]
    digest = hashlib.sha256(content).hexdigest()
    path = stated(tmp_path / "plan", EXPECT if change != "other" else f'{table} = "sha256:{digest}"\n')
    assert sp.check_scenario(path).ready
    lines = (path / f"{table}.csv").read_text(encoding="utf-8").splitlines()
    if change == "other":
        lines[-1] = re.sub(r"([0-9])$", lambda digit: str((int(digit[1]) + 1) % 10), lines[-1])
    lines = lines[:-1] if change == "lost" else [*lines, *lines[-1:] * (change == "twice")]
    (path / f"{table}.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    problems = sp.check_scenario(path).problems
    refused = [problem for problem in problems if problem.code == "SP-S014"]
    assert [problem.column for problem in refused] == [f"expect.{table}"]
    assert f"write {table} = " in refused[0].remedy


def test_settings_that_lost_a_section_are_not_as_stated(tmp_path: Path) -> None:
    values = base("official").settings.values_set
    assert values > 0
    path = stated(tmp_path / "plan", f"settings = {values}\n")
    text = (path / "scenario.toml").read_text(encoding="utf-8")
    (path / "scenario.toml").write_text(text.partition("[rules]")[0], encoding="utf-8")
    assert "SP-S014" in [problem.code for problem in sp.check_scenario(path).problems]


@pytest.mark.parametrize("line", ["bids = -1", 'bids = "abc"', "bids = 1.5", "bid = 3", 'settings = "sha256:1"'])
def test_a_count_that_cannot_be_is_refused(line: str, tmp_path: Path) -> None:
    problems = sp.check_scenario(stated(tmp_path / "plan", line)).problems
    assert {problem.code[:4] for problem in problems} == {"SP-S"}


def test_a_changed_copy_states_no_counts_of_its_source(tmp_path: Path) -> None:
    scenario = sp.read_scenario(stated(tmp_path / "plan", EXPECT))
    assert scenario.with_(bids=scenario.bids.iloc[:-1]).settings.expect == {}


def test_rows_of_the_pot_that_both_hold_nothing_are_no_slip() -> None:
    """Nothing is added up twice."""
    for amount, noticed in ((0.0, False), (5.0, True)):
        frame = base("official").pot.iloc[[0, 0]].reset_index(drop=True).assign(amount=amount)
        codes = codes_of(base("official"), pot=pd.concat([base("official").pot.iloc[1:], frame], ignore_index=True))
        assert ("SP-N019" in codes) is noticed


def test_a_scenario_without_objectives_lacks_no_national_target() -> None:
    gone = dict.fromkeys(("objectives", "national", "targets", "options", "option_years"))
    assert "SP-N018" not in codes_of(base("official"), **gone)


def test_of_several_options_without_years_the_first_is_pointed_at() -> None:
    years = base("official").option_years
    frame = base("official").options
    lost = frame.iloc[[1, 3]]
    pairs = set(zip(lost["area"], lost["option"], strict=True))
    kept = [pair not in pairs for pair in zip(years["area"], years["option"], strict=True)]
    noted = [note for note in base("official").with_(option_years=years[kept]).notes if note.code == "SP-N017"]
    assert [note.place for note in noted] == ["row label 1"]
