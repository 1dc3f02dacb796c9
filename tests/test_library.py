"""The shipped scenarios: rebuilt from the figures, sums as assumed, all ready and all settled."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import singlepot as sp
from singlepot.scenarios.build_england import documents, read_figures

LIBRARY = Path(str(files("singlepot.scenarios.library")))
NAMES = [name for name, _ in sp.shipped()]
WHOLE_POT = 4 * 2650.0
ILLUSTRATIVE = "illustrative: real baselines, assumed bids and unit costs"


@pytest.fixture(scope="module", params=["england", "england-tight"])
def england(request: pytest.FixtureRequest) -> sp.Scenario:
    return sp.read_scenario(request.param)


def test_the_tables_are_those_that_the_figures_make() -> None:
    """Built again from the figures, byte for byte."""
    for name, content in documents(read_figures()).items():
        assert (LIBRARY / name).read_bytes() == content, name


def test_every_scenario_has_a_readme() -> None:
    assert {"england", "england-tight", "bucks-and-burnley"} <= set(NAMES)
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
    assert (proposed / national).to_numpy() == pytest.approx(0.92, abs=1e-5)


def test_every_raise_is_dearer_than_every_saving(england: sp.Scenario) -> None:
    """Per unit of the objective, in every area: otherwise raising one and saving the other would make money."""
    years = england.filled("option_years")
    keys = list(england.objectives["key"])
    total = years.groupby(["area", "option"])[["grant_total", *keys]].sum().reset_index()
    for key in keys:
        own = total[total["option"].str.startswith(f"{key}-")]
        own = own.assign(cost=own["grant_total"] / own[key], kind=own["option"].str.split("-").str[1])
        by_area = own[own["kind"] != "stretch"].pivot_table(
            index="area", columns="kind", values="cost", aggfunc=["min", "max"]
        )
        assert (by_area["min"]["raise"] > by_area["max"]["save"]).all()


def test_what_is_not_published_is_not_made_up(england: sp.Scenario) -> None:
    """The Isles of Scilly publish neither skills nor employment: no target and no option there."""
    scilly = england.targets[england.targets["area"] == "E06000053"]
    assert set(scilly["objective"]) == {"productivity", "innovation", "carbon"}
    options = england.options[england.options["area"] == "E06000053"]["option"]
    assert not options.str.startswith(("skills", "inclusiveness")).any()


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
