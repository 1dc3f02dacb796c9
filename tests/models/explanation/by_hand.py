"""Scenarios that are small enough to be worked out by hand."""

from __future__ import annotations

from typing import Any

import pandas as pd

import singlepot as sp

YEAR = "2026-27"
Option = tuple[str, float, float, float, float]


def one_area(pot: float, bid: float, options: list[Option], national: float, **more: Any) -> sp.Settlement:
    """An area that proposes as many thousand trees as it bids £m, of which the nation asks for some.

    Options: name, own cost, largest take-up, grant, trees.
    """
    table = pd.DataFrame(options, columns=["option", "own_cost", "max_take_up", "grant", "trees"]).assign(area="A")
    return sp.settle(
        sp.Scenario.from_tables(
            years=[YEAR],
            areas=pd.DataFrame({"code": ["A"], "name": ["Aston"]}),
            pot=pd.DataFrame({"year": [YEAR], "amount": [pot]}),
            bids=pd.DataFrame({"area": ["A"], "year": YEAR, "amount": [bid]}),
            objectives=pd.DataFrame({"key": ["trees"], "name": ["Trees"], "unit": ["thousand"]}),
            national=pd.DataFrame({"objective": ["trees"], "year": YEAR, "target": [national]}),
            targets=pd.DataFrame({"area": ["A"], "objective": "trees", "year": YEAR, "target": [bid]}),
            options=table[["area", "option", "own_cost", "max_take_up"]],
            option_years=table[["area", "option", "grant", "trees"]].assign(year=YEAR),
            **more,
        )
    )


def with_option(made: sp.Scenario, area: str, option: str, **changes: float) -> sp.Scenario:
    """A scenario of one year with one more option, which needs no grant and changes these objectives."""
    row = pd.DataFrame({"area": [area], "option": [option]})
    profile = row.assign(year=made.settings.years[0], **({"grant": 0.0, "skills": 0.0, "carbon": 0.0} | changes))
    return made.with_(
        options=pd.concat([made.options, row], ignore_index=True),
        option_years=pd.concat([made.option_years, profile], ignore_index=True),
    )
