"""What options do at their take-up, in words: years, pots, units, and what is negligible."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

import singlepot as sp
from singlepot.models.explanation.effects import Effects

YEARS = ["2026-27", "2027-28", "2028-29", "2029-30"]
FIRST, SECOND, THIRD, FOURTH = range(4)
CAPITAL, RESOURCE, CARBON, SKILLS = "grant_capital", "grant_resource", "carbon", "skills"

OPTIONS: dict[str, dict[tuple[str, int], float]] = {
    "all years": {(column, year): size for year in range(4) for column, size in ((CAPITAL, 1.0), (SKILLS, 10.0))},
    "two pots": {(CAPITAL, FIRST): 2.0, (RESOURCE, SECOND): -1.0, (CARBON, FOURTH): 4.0}
    | {(CARBON, year): 3.0 for year in (SECOND, THIRD)},
    "back and forth": {(CARBON, FIRST): -1.0, (CARBON, THIRD): 2.0, (SKILLS, FIRST): -5.0, (SKILLS, SECOND): -5.0},
    "apart": {(CAPITAL, FIRST): 1.0, (RESOURCE, THIRD): 1.0, (CARBON, FIRST): 1.0, (CARBON, SECOND): 1.0}
    | {(CARBON, FOURTH): 1.0, (SKILLS, SECOND): 1.0},
    "with a rest": {(CAPITAL, FIRST): 1.0, (RESOURCE, FIRST): 1e-13, (SKILLS, SECOND): 8.0, (CARBON, THIRD): 1e-12},
}


@cache
def effects(years: int = 4) -> Effects:
    """The options of one area, each used in full, in as many of the years."""
    shown = YEARS[:years]
    cells = [
        {"option": option, "year": shown[year], column: size}
        for option, changes in OPTIONS.items()
        for (column, year), size in changes.items()
        if year < years
    ]
    profile = pd.DataFrame(cells).groupby(["option", "year"], as_index=False).sum().assign(area="A")
    pots = pd.DataFrame(
        [(year, pot) for year in shown for pot in ("capital", "resource")], columns=["year", "envelope"]
    )
    settlement = sp.settle(
        sp.Scenario.from_tables(
            areas=pd.DataFrame({"code": ["A"], "name": ["Aston"]}),
            objectives=pd.DataFrame({"key": [CARBON, SKILLS], "name": ["Carbon", "Skills"], "unit": ["kt", "adults"]}),
            pot=pots.assign(amount=10.0),
            bids=pots.assign(area="A", amount=5.0),
            options=pd.DataFrame({"area": "A", "option": list(OPTIONS), "own_cost": [0.25, 0.0, 0.0, 0.0, 0.0]}),
            option_years=profile,
            years=shown,
        )
    )
    solved = settlement.solved_stages
    return Effects(replace(solved, take_up=np.ones(len(solved.take_up))))


def position(option: str, years: int = 4) -> int:
    return int(np.flatnonzero(effects(years).data.options.name == option)[0])


@pytest.mark.parametrize(
    ("option", "text"),
    [
        (
            "all years",
            "takes £4.0m of capital over all years, adds 10 adults of skills in each year and costs the area £0.2m",
        ),
        (
            "two pots",
            "takes £2.0m of capital in 2026-27, saves £1.0m of resource in 2027-28 and adds 3 to 4 kt of carbon in "
            "each year from 2027-28 to 2029-30",
        ),
        (
            "back and forth",
            "needs no grant, gives up 1 kt of carbon in 2026-27 and 5 adults of skills in 2026-27 and 2027-28 and adds "
            "2 kt of carbon in 2028-29",
        ),
        (
            "apart",
            "takes £2.0m of capital and resource over 2026-27 to 2028-29 and adds 1 kt of carbon in 2026-27, 2027-28 "
            "and 2029-30 and 1 adult of skills in 2027-28",
        ),
        ("with a rest", "takes £1.0m of capital in 2026-27 and adds 8 adults of skills in 2027-28"),
    ],
)
def test_an_option_says_what_it_changes_and_when(option: str, text: str) -> None:
    assert effects().describe(position(option)) == f"“{option}” in Aston {text}"


@pytest.mark.parametrize(
    ("years", "money", "skills"),
    [
        (1, "takes £1.0m of capital", "10 adults of skills"),
        (2, "takes £2.0m of capital over 2026-27 to 2027-28", "10 adults of skills in 2026-27 and 2027-28"),
        (3, "takes £3.0m of capital over all years", "10 adults of skills in each year"),
    ],
)
def test_years_are_named_where_there_are_several(years: int, money: str, skills: str) -> None:
    words, option = effects(years), position("all years", years)
    assert words.money_parts(option) == [money]
    assert words.outcome_parts(option) == [f"adds {skills}"]


def test_a_year_that_is_known_is_not_named_again() -> None:
    changes = effects().outcomes(position("with a rest"))
    assert effects().amounts(changes, known=SECOND) == "8 adults of skills"
    assert effects().amounts(changes, known=THIRD) == "8 adults of skills in 2027-28"


def test_cash_is_the_sum_of_all_pots_and_years() -> None:
    assert [effects().cash(position(option)) for option in OPTIONS] == [4.0, 1.0, 0.0, 2.0, 1.0]


def test_an_option_that_changes_nothing_that_is_counted_says_so() -> None:
    assert effects(1).outcome_parts(position("two pots", 1)) == ["gives up nothing that the nation counts"]
