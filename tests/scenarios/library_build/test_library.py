"""The shipped scenarios: rebuilt from the figures, sums as assumed, all ready and all settled."""

from __future__ import annotations

import csv
import math
import statistics
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import singlepot as sp
from scenarios.library_build import build_levelling_up_fund
from scenarios.library_build.build_england import documents, read_figures

LIBRARY = Path(str(files("singlepot.scenarios.library")))
NAMES = [name for name, _ in sp.list_scenarios()]
WHOLE_POT = 4 * 2650.0
MEASURES = {
    "productivity": ("gdp", "hours"),
    "innovation": ("rnd", "population_thousands"),
    "skills": ("level3_adults", "population_16_64"),
    "inclusiveness": ("in_work", "population_16_64"),
    "carbon": ("co2", "population_thousands"),
}
"""Baseline and denominator of each objective."""
ILLUSTRATIVE = "illustrative: real baselines, assumed bids and unit costs"


UNEVEN = {"productivity": 0.95, "innovation": 1.1, "skills": 1.15, "inclusiveness": 0.85, "carbon": 0.48}
"""What areas propose in ``england-uneven``, as a share of each national objective."""


@pytest.fixture(scope="module", params=["england", "england-tight", "england-uneven"])
def england(request: pytest.FixtureRequest) -> sp.Scenario:
    return sp.read_scenario(request.param)


def name_of(scenario: sp.Scenario) -> str:
    return next(name for name, title in sp.list_scenarios() if title == scenario.settings.title)


def ambition_of(scenario: sp.Scenario, key: str) -> float:
    return UNEVEN[key] if name_of(scenario) == "england-uneven" else 0.92


def test_the_tables_are_those_that_the_figures_make() -> None:
    """Built again from the figures, byte for byte."""
    for name, content in {**documents(read_figures()), **build_levelling_up_fund.documents()}.items():
        assert (LIBRARY / name).read_bytes() == content, name


def test_every_scenario_has_a_readme() -> None:
    assert set(NAMES) == {
        *("bucks-and-burnley", "england", "england-authorities", "england-programmes", "england-tight"),
        *("england-two-tiers", "england-uneven", "levelling-up-fund"),
    }
    for name in NAMES:
        assert (LIBRARY / name / "README.md").is_file(), name


def test_the_figures_state_source_and_licence() -> None:
    text = (LIBRARY / "figures" / "sources.md").read_text(encoding="utf-8")
    assert "Open Government Licence v3.0" in text
    authorities = pd.read_csv(LIBRARY / "figures" / "authorities.csv", dtype=str, keep_default_na=False)
    assert all(column in text for column in authorities.columns)
    assert len(authorities) == 153
    assert authorities["population"].astype(float).sum() == 57_106_398


def test_england_says_that_it_is_illustrative(england: sp.Scenario) -> None:
    assert ILLUSTRATIVE in england.settings.title


def test_england_adds_up(england: sp.Scenario) -> None:
    """71 recipients; bids over the pot and targets under the nation as assumed; everybody is counted once."""
    assert len(england.areas) == 71
    assert england.areas["population"].sum() == 57_106_398
    over = 1.25 if "1.25" in england.settings.title else 1.10
    assert england.bids["amount"].sum() == pytest.approx(over * WHOLE_POT, abs=1e-3)
    proposed = england.targets.groupby(["objective", "year"])["target"].sum()
    national = england.national.set_index(["objective", "year"])["target"]
    for (key, _), share in (proposed / national).items():
        assert share == pytest.approx(ambition_of(england, key), abs=1e-5)


def test_every_raise_is_dearer_than_every_saving(england: sp.Scenario) -> None:
    """Per unit of the objective, in every area: otherwise raising one and saving the other would make money."""
    years = england.filled("option_years")
    keys = list(england.objectives["key"])
    total = years.groupby(["area", "option"])[["grant_total", *keys]].sum().reset_index()
    for key in keys:
        result = total[total["option"].str.startswith(f"{key}-")]
        result = result.assign(cost=result["grant_total"] / result[key], kind=result["option"].str.split("-").str[1])
        by_area = result[result["kind"] != "stretch"].pivot_table(
            index="area", columns="kind", values="cost", aggfunc=["min", "max"]
        )
        assert (by_area["min"]["raise"] > by_area["max"]["save"]).all()


def test_what_is_not_published_is_not_made_up(england: sp.Scenario) -> None:
    """The Isles of Scilly publish neither skills nor employment: no target and no option there."""
    scilly = england.targets[england.targets["area"] == "E06000053"]
    assert set(scilly["objective"]) == {"productivity", "innovation", "carbon"}
    options = england.options[england.options["area"] == "E06000053"]["option"]
    assert not options.str.startswith(("skills", "inclusiveness")).any()


def by_the_words(
    key: str, said: dict[str, str], areas: list[dict[str, str]], ambition: float
) -> tuple[dict[str, float], ...]:
    """Last year's targets, and what they cost unscaled, by the words of the scenario's README and nothing else."""
    size, per = MEASURES[key]
    known = {row["code"]: (float(row[size]), float(row[per])) for row in areas if row[size]}
    tenths = statistics.quantiles([base / people for base, people in known.values()], n=10, method="inclusive")
    if key == "carbon":
        room = {code: max(b - tenths[0] * d, 0) + 0.05 * b for code, (b, d) in known.items()}
    else:
        room = {code: max(tenths[-1] * d - b, 0) + 0.02 * b for code, (b, d) in known.items()}
    mean = sum(room.values()) / sum(d for _, d in known.values())
    unit_cost = float(said[f"unit_cost_{key}"])
    national = float(said[f"national_share_{key}"]) * WHOLE_POT / unit_cost * 0.95
    root = {code: math.sqrt(room[code] * b) for code, (b, _) in known.items()}
    target = {code: ambition * national * value / sum(root.values()) for code, value in root.items()}
    cost = {code: target[code] * unit_cost * (room[code] / d / mean) ** -0.3 for code, (_, d) in known.items()}
    return target, cost


def test_targets_and_bids_follow_the_words(england: sp.Scenario) -> None:
    """Made again from attributes and assumptions, without the script's code."""
    with (LIBRARY / "figures" / "assumptions.csv").open(encoding="utf-8") as file:
        text = {row["key"]: row["value"] for row in csv.DictReader(file)}
    with (LIBRARY / "england" / "areas.csv").open(encoding="utf-8") as file:
        areas = list(csv.DictReader(file))
    last = england.targets[england.targets["year"] == "2029-30"].set_index(["objective", "area"])["target"]
    costs = dict.fromkeys((row["code"] for row in areas), 0.0)
    for key in MEASURES:
        target, cost = by_the_words(key, text, areas, ambition_of(england, key))
        assert last[key].to_dict() == pytest.approx(target, rel=1e-5)
        costs = {code: total + cost.get(code, 0.0) for code, total in costs.items()}
    bids = england.bids.groupby("area")["amount"].sum()
    shares = {code: bids.sum() * cost / sum(costs.values()) for code, cost in costs.items()}
    assert bids.to_dict() == pytest.approx(shares, rel=1e-5)


def test_london_counts_the_city_at_the_share_of_the_boroughs(england: sp.Scenario) -> None:
    """A member that publishes no share takes that of the others; it neither vanishes nor counts as zero."""
    with (LIBRARY / "figures" / "authorities.csv").open(encoding="utf-8") as file:
        london = [row for row in csv.DictReader(file) if row["recipient"] == "E61000001"]
    told = [row for row in london if row["rqf3plus_pct_2023"]]
    assert len(london) - len(told) == 1
    adults = sum(int(row["population_16_64"]) for row in told)
    share = sum(float(row["rqf3plus_pct_2023"]) / 100 * int(row["population_16_64"]) for row in told) / adults
    area = england.areas.set_index("code").loc["E61000001"]
    assert area["population_16_64"] == sum(int(row["population_16_64"]) for row in london)
    assert area["level3_adults"] == pytest.approx(share * area["population_16_64"], abs=0.5)


def test_a_recipient_belongs_where_most_of_its_people_live(england: sp.Scenario) -> None:
    """Greater Lincolnshire spans two regions."""
    assert england.areas.set_index("code").loc["E47000017", "region"] == "East Midlands"


def test_options_carry_the_scaling_of_the_bids() -> None:
    """Between the two scenarios grants and own costs grow as the bids do; outcomes stay."""
    loose, tight = (sp.read_scenario(name) for name in ("england", "england-tight"))
    for table, column in (("option_years", "grant_total"), ("options", "own_cost")):
        grown, given = tight.filled(table)[column], loose.filled(table)[column] * 1.25 / 1.10
        assert np.abs(grown - given).max() <= 3e-6  # each rounded to £1
    keys = list(loose.objectives["key"])
    assert loose.filled("option_years")[keys].equals(tight.filled("option_years")[keys])


def test_the_tables_read_as_they_were_written(england: sp.Scenario) -> None:
    """The shipped tables are in the project's own text form."""
    for path, content in england.documents().items():
        assert path == "scenario.toml" or (LIBRARY / name_of(england) / path).read_bytes() == content, path


def test_uneven_england_meets_some_objectives_and_leaves_others_far_short() -> None:
    """As its README's table says; all but what is proposed is as in ``england``."""
    even, uneven = sp.read_scenario("england"), sp.read_scenario("england-uneven")
    for table in ("areas", "objectives", "national", "pot"):
        assert uneven.tables[table].equals(even.tables[table])
    national = sp.settle(uneven).national
    last = national[national["year"] == "2029-30"]
    short = dict(zip(last["objective"], last["shortfall"] / last["target"], strict=True))
    text = (LIBRARY / "england-uneven" / "README.md").read_text(encoding="utf-8")
    for key, name in zip(uneven.objectives["key"], uneven.objectives["name"], strict=True):
        assert f"| {name} | {UNEVEN[key]:.0%} | {short[key]:.1%} |" in text
    assert sum(share < 0.001 for share in short.values()) == 2 and sum(share > 0.15 for share in short.values()) == 2


@pytest.mark.parametrize("name", NAMES)
def test_every_scenario_settles_with_a_certificate(name: str) -> None:
    settlement = sp.settle(sp.read_scenario(name))
    certificate = settlement.certificate
    assert certificate.passed
    assert certificate.violation <= 1e-9
    assert max(stage.gap for stage in certificate.stages) <= 1e-9
    assert max(stage.drift for stage in certificate.stages) <= 1e-9
    spent = settlement.grants.groupby(["envelope", "year"])["pounds"].sum()
    pot = settlement.pot.set_index(["envelope", "year"])
    held = pot["amount"] + pot["carried_in"] + pot["vired_in"] - pot["carried"] - pot["vired"]
    assert (spent <= np.ceil(held * 1e6 - 1e-3)).all()


@pytest.mark.parametrize("name", NAMES)
def test_every_scenario_says_what_it_is_and_is_without_doubt(name: str) -> None:
    """Illustrative or invented, in title and README, with its licence; to warn of is only that options are assumed."""
    title = sp.read_scenario(name).settings.title
    text = (LIBRARY / name / "README.md").read_text(encoding="utf-8")
    assert "llustrative" in title or "invented" in title
    assert "llustrative" in text or "invented" in text
    assert "Open Government Licence v3.0" in text or name == "bucks-and-burnley"
    assert [note.code for note in sp.check_scenario(name).notes] == ["SP-P001"] * (name == "england-programmes")


def test_authorities_are_those_that_recipients_are_made_of() -> None:
    """153 areas; people, money, national objectives and the rates of single-member recipients are the same."""
    single, added = sp.read_scenario("england-authorities"), sp.read_scenario("england")
    assert len(single.areas) == 153
    assert single.areas["population"].sum() == added.areas["population"].sum()
    assert single.bids["amount"].sum() == pytest.approx(added.bids["amount"].sum(), abs=1e-3)
    assert single.national.equals(added.national)
    assert single.settings.rules == added.settings.rules
    columns = ["code", "population", "gdhi_per_head", "gdp", "hours", "co2", "level3_adults"]
    both = single.areas[columns].merge(added.areas[columns], on="code", suffixes=("", "_added"))
    assert len(both) > 40
    for column in columns[1:]:
        assert both[column].equals(both[f"{column}_added"].rename(column)), column


@pytest.mark.parametrize("code", ["E06000053", "E09000001"])
def test_an_authority_without_a_figure_has_neither_target_nor_option(code: str) -> None:
    scenario = sp.read_scenario("england-authorities")
    targets = scenario.targets[scenario.targets["area"] == code]
    assert set(targets["objective"]) == {"productivity", "innovation", "carbon"}
    options = scenario.options[scenario.options["area"] == code]["option"]
    assert not options.str.startswith(("skills", "inclusiveness")).any()


def test_levelling_up_bids_are_the_awards() -> None:
    """Every award is counted once, in pounds, among its authorities; the pot is half."""
    scenario = sp.read_scenario("levelling-up-fund")
    with (LIBRARY / "figures" / "levelling_up_fund_awards.csv").open(encoding="utf-8") as file:
        awards = list(csv.DictReader(file))
    assert len(awards) == 156
    total = sum(float(row["bid_value_gbp"]) for row in awards) / 1e6
    assert scenario.bids["amount"].sum() == pytest.approx(total, abs=1e-4)
    assert scenario.pot["amount"].sum() == pytest.approx(total / 2, abs=1e-4)
    assert len(scenario.areas) == len(scenario.bids) == 106
    assert scenario.objectives.empty
    for code in ("E06000015", "E10000017"):
        rows = [row for row in awards if code in row["upper_tier_codes"].split(";")]
        shares = [float(row["bid_value_gbp"]) / len(row["upper_tier_codes"].split(";")) for row in rows]
        assert scenario.bids.set_index("area").loc[code, "amount"] == pytest.approx(sum(shares) / 1e6, abs=1e-6)
        assert all(row["bid_id"] in scenario.bids.set_index("area").loc[code, "note"] for row in rows)
