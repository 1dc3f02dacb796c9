"""England by programme lines: the shipped scenario that the public builder makes of England's figures."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

import singlepot as sp

from .england import NATIONAL_MARGIN, YEARS, Figures
from .england_areas import add_up
from .library_log import england_log

NAME = "england-programmes"
TITLE = "England, spending review 2026, by programme lines"

OF_OPTIONS = ("raise_tiers", "save_tiers", "stretch", "efficiency", "co_benefit_")
"""Beginnings of the assumptions on options, which are derived here."""


def programmes_of(figures: Figures, template: str, rows: Iterable[Mapping[str, str]]) -> sp.Scenario:
    """Build the scenario.

    Parameters
    ----------
    figures
        The figures.
    template
        Settings of the scenarios of England, with places for title and elasticity.
    rows
        Rows of ``figures/assumptions.csv``.
    """
    text = template.replace("{title}", TITLE).replace("{elasticity}", figures.assumptions["equity_elasticity"])
    settings = tomllib.loads(text)
    used = [row for row in rows if not row["key"].startswith(OF_OPTIONS)]
    log = tomllib.loads(england_log(used, {}).decode())["log"]
    for source in log["sources"].values():
        source["tables"] = _tables(source["tables"])
    keys = list(figures.objectives["key"])
    falls = figures.objectives["direction"] == "decrease"
    floor, floor_falling = figures.numbers("headroom_floor")
    return sp.build.from_baselines(
        add_up(figures.authorities, "recipient", "recipient"),
        figures.objectives.drop(columns="component"),
        pd.DataFrame({"year": YEARS, "amount": figures.number("pot_per_year")}),
        unit_cost=dict(zip(keys, figures.by_objective("unit_cost"), strict=True)),
        national_share=dict(zip(keys, figures.by_objective("national_share"), strict=True)),
        national_margin=NATIONAL_MARGIN,
        over_bid=figures.number("over_bid"),
        ambition=figures.number("ambition"),
        frontier_quantile=figures.number("frontier_quantile"),
        headroom_floor=dict(zip(keys, np.where(falls, floor_falling, floor).tolist(), strict=True)),
        headroom_exponent=figures.number("headroom_exponent"),
        spend_profile=figures.numbers("spend_profile").tolist(),
        outcome_profile=figures.numbers("outcome_profile").tolist(),
        log=log,
        **{key: value for key, value in settings.items() if key != "schema"},
    )


def _tables(named: Iterable[str]) -> list[str]:
    """Return the tables that a source bears on: lines stand in place of bids, targets and options."""
    replaced = {"bids": "programmes", "targets": "programmes", "options": "programmes", "option_years": "programmes"}
    return list(dict.fromkeys(replaced.get(table, table) for table in named))
