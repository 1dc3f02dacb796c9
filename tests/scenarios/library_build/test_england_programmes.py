"""England by programme lines beside England: the same baselines, money and targets, and the figures of its page."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

import pandas as pd
import pytest
from scipy.stats import spearmanr

import singlepot as sp

PAGE = Path(str(files("singlepot.scenarios.library"))) / "england-programmes" / "README.md"
LAST = "2029-30"
OPTIONS_OF_ENGLAND = {"derive.efficiency": 0.06, "derive.stretch": 0.04, "derive.stretch_price": 0.6}
PROGRAMMES = "`england-programmes`"


@cache
def scenarios() -> dict[str, sp.Scenario]:
    lines = sp.read_scenario("england-programmes")
    return {
        "`england`": sp.read_scenario("england"),
        PROGRAMMES: lines,
        f"{PROGRAMMES}, 6% efficiency and 4% stretch at 0.6 of its grant": lines.with_levers(OPTIONS_OF_ENGLAND),
        f"{PROGRAMMES} without options": lines.derived().with_(options=None, option_years=None),
    }


@cache
def settlements() -> dict[str, sp.Settlement]:
    return {name: sp.settle(scenario) for name, scenario in scenarios().items()}


def unit_costs() -> pd.Series:
    """Money of a line in all years for one unit of its outcome in the last, by objective and area."""
    rows = scenarios()[PROGRAMMES].programmes
    money = rows["item"] == "grant"
    grant = rows[money].set_index(["area", "line"])[list(sp.read_scenario("england").settings.years)].sum(axis=1)
    outcome = rows[~money].set_index(["area", "line"])
    keys = pd.MultiIndex.from_arrays([outcome["item"], outcome.index.get_level_values("area")])
    return pd.Series((grant / outcome[LAST]).to_numpy(), index=keys)


def agreed_over_proposed(settlement: sp.Settlement) -> pd.Series:
    last = settlement.targets[settlement.targets["year"] == LAST].set_index(["objective", "area"])
    return (last["agreed"] / last["proposed"]).round(9)  # targets that are kept are equal, whatever their last digits


def correlation(one: pd.Series, other: pd.Series) -> str:
    """Spearman's, with the mean rank of ties."""
    return f"{spearmanr(one, other.reindex(one.index)).statistic:.2f}".replace("-", "−")


def test_it_has_the_money_the_targets_and_the_rules_of_england() -> None:
    """Each line is rounded to the pound by itself, so bids of areas differ by pounds."""
    single, lines = scenarios()["`england`"], scenarios()[PROGRAMMES]
    for table in ("areas", "objectives", "national", "pot"):
        assert getattr(single, table).equals(getattr(lines, table)), table
    keys = ["area", "objective", "year"]
    both = single.targets.merge(lines.targets, on=keys, how="outer", suffixes=("", "_of_lines"))
    assert len(both) == len(single.targets) and (both["target"] == both["target_of_lines"]).all()
    bids = [scenario.bids.groupby(["area", "year"])["amount"].sum() for scenario in (single, lines)]
    assert (bids[0] - bids[1]).abs().max() <= 3e-6
    for part in ("rules", "equity", "stages", "years", "attributes", "money", "price_base"):
        assert getattr(single.settings, part) == getattr(lines.settings, part), part
    assert set(lines.programmes["_from"]) == {"baselines"}
    assert set(lines.options["origin"]) == {"assumed"}


def test_the_page_shows_shortfall_and_areas_on_limits() -> None:
    for name, settlement in settlements().items():
        national = settlement.national
        price = sp.price_fairness(settlement)
        worst = f"{(national['shortfall'] / national['target']).max():.1%}"
        row = f"| {name} | {worst} | {price.on_floor} | {price.on_ceiling} |"
        assert row in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("key", ["productivity", "innovation", "skills", "inclusiveness", "carbon"])
def test_the_page_shows_the_rank_correlations_of_the_merit_orders(key: str) -> None:
    cost = unit_costs()[key]
    single, lines = (agreed_over_proposed(settlements()[name])[key] for name in ("`england`", PROGRAMMES))
    result = [correlation(cost, single), correlation(cost, lines), correlation(single, lines)]
    assert f"| {key.capitalize()} | {' | '.join(result)} |" in PAGE.read_text(encoding="utf-8")


def test_it_verifies(tmp_path: Path) -> None:
    settlements()[PROGRAMMES].write(tmp_path / "lines")
    assert sp.verify(tmp_path / "lines").passed
