"""Scenario built from baselines: programme lines, one for each objective and area, by written assumptions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from singlepot.models.diagnostics.problems import Diagnostic, Report
from singlepot.models.money import POUNDS_PER
from singlepot.models.scenario.scenario import Scenario, from_raw
from singlepot.models.settings.frozen import merged
from singlepot.models.settings.settings import SCHEMA
from singlepot.models.tables.raw import from_frame
from singlepot.solver import BadOptionError

from .assumptions import FLOOR, FLOOR_FALLING, Assumptions, Given, log_entries, read_assumptions
from .proposals import Baselines, Proposals, headrooms, propose, significant

ORIGIN_OF_ROWS = "baselines"
"""What the column ``_from`` of ``programmes`` says of rows that were built."""


def from_baselines(
    areas: pd.DataFrame,
    objectives: pd.DataFrame,
    pot: pd.DataFrame,
    *,
    years: Sequence[str],
    unit_cost: Mapping[str, float],
    national_share: Mapping[str, float],
    national_margin: float = 0.95,
    over_bid: float = 1.1,
    ambition: float | Mapping[str, float] = 0.92,
    frontier_quantile: float = 0.9,
    headroom_floor: float | Mapping[str, float] | None = None,
    headroom_exponent: float = -0.3,
    spend_profile: Sequence[float] | None = None,
    outcome_profile: Sequence[float] | None = None,
    derive: Mapping[str, Any] | None = None,
    rules: Mapping[str, float] | None = None,
    stages: Mapping[str, Any] | None = None,
    equity: Mapping[str, Any] | None = None,
    attributes: Sequence[str] | None = None,
    title: str = "",
    money: str = "GBP million",
    price_base: str = "",
    log: Mapping[str, Any] | None = None,
) -> Scenario:
    """Build an illustrative scenario from what areas have today: a programme line for each objective and area.

    Rates, frontier, headroom, unit costs, national objectives, targets and bids follow as in steps 1 to 7 of the
    shipped ``england``; options are derived from the lines. An area without the baseline of an objective has no line
    for it. The defaults are those of ``england``, of the right order of magnitude and no better; all of them enter the
    log of assumptions.

    Parameters
    ----------
    areas
        The table of areas, with baselines and denominators as further columns; empty where not known.
    objectives
        The table of objectives. Each names its ``baseline`` and ``per``, columns of the areas.
    pot
        The table of the pot, one envelope.
    years
        Consecutive financial years.
    unit_cost
        Grant of all years for one unit a year in the last year, by objective, in ``money``.
    national_share
        Share of the pot that buys the national objective, by objective.
    national_margin
        A national objective is this share of what its share of the pot buys at unit cost.
    over_bid
        Sum of bids over the pot.
    ambition
        Sum of the proposed targets over the national objective, in the last year; one number, or by objective.
    frontier_quantile
        Quantile of the areas' rates that is the frontier, 0 to 1; mirrored where less is better.
    headroom_floor
        Least headroom as a share of the baseline; one number, or by objective. By default, and for objectives left
        out, 0.02, and 0.05 where less is better.
    headroom_exponent
        Power of an area's headroom relative to the nation's by which its unit cost differs; below 0, more headroom is
        cheaper.
    spend_profile
        Share of a line's money in each year, adding up to 1; even by default.
    outcome_profile
        Share of the last year's outcome in each year, the last 1; in equal steps by default.
    derive, rules, stages, equity
        As the sections ``[derive]``, ``[rules]``, ``[stages]`` and ``[equity]``; options are derived by the defaults
        where ``derive`` is not given. The theme of a line is the key of its objective.
    attributes
        Further numeric columns of areas; by default those that objectives and equity name.
    title, money, price_base
        As in ``scenario.toml``.
    log
        As the section ``[log]``: sources, and entries in place of what is written of the assumptions.

    Returns
    -------
    The scenario; rows of its table ``programmes`` say ``baselines`` in the column ``_from``.

    Raises
    ------
    BadOptionError
        An assumption is missing or out of range, or names no objective; the pot has several envelopes or nothing in it;
        or of an objective no area has anything to improve.
    BadInputError
        With everything that is wrong with the tables.

    Examples
    --------
    >>> import pandas as pd, singlepot as sp
    >>> scenario = sp.build.from_baselines(
    ...     pd.DataFrame({"code": ["A", "B"], "name": ["Aston", "Barton"], "co2": [300, 100], "people": [50, 40]}),
    ...     pd.DataFrame({"key": ["carbon"], "name": ["Carbon"], "unit": ["kt"], "direction": ["decrease"],
    ...                   "baseline": ["co2"], "per": ["people"]}),
    ...     pd.DataFrame({"year": ["2026-27", "2027-28"], "amount": [50.0, 50.0]}),
    ...     years=["2026-27", "2027-28"], unit_cost={"carbon": 6.5}, national_share={"carbon": 1.0},
    ... )
    >>> scenario.programmes[["area", "line", "item", "2026-27", "2027-28"]]
      area    line    item    2026-27    2027-28
    0    A  Carbon   grant  43.445592  43.445592
    1    A  Carbon  carbon   6.121400  12.242800
    2    B  Carbon   grant  11.554408  11.554408
    3    B  Carbon  carbon   0.601700   1.203400
    """
    settings = {"schema": SCHEMA, "title": title, "money": money, "price_base": price_base, "years": years}
    settings["attributes"] = _attributes(areas, objectives, equity) if attributes is None else attributes
    tables = {"areas": areas, "objectives": objectives, "pot": pot}
    no_lines = pd.DataFrame(columns=["area", "line", "item", *years])
    base = _scenario(settings, {**tables, "programmes": no_lines}, quiet=True)
    if len(base.envelopes) > 1:
        raise BadOptionError("the pot has several envelopes", "give a pot of one: baselines do not part the money")
    whole_pot = float(base.pot["amount"].sum())
    if whole_pot * POUNDS_PER[base.settings.money] < 1:
        raise BadOptionError(
            "the pot holds less than a pound", "give a pot: bids and national objectives follow from it"
        )
    baselines = _baselines(base)
    count = len(base.settings.years)
    given: dict[str, Given] = {
        "unit_cost": unit_cost,
        "national_share": national_share,
        "national_margin": national_margin,
        "over_bid": over_bid,
        "ambition": ambition,
        "frontier_quantile": frontier_quantile,
        "headroom_floor": _floors(base, headroom_floor),
        "headroom_exponent": headroom_exponent,
        "spend_profile": [1 / count] * count if spend_profile is None else spend_profile,
        "outcome_profile": [(t + 1) / count for t in range(count)] if outcome_profile is None else outcome_profile,
    }
    assumed = read_assumptions(given, list(base.objectives["key"]), count, whole_pot)
    _check_headroom(base, baselines, assumed)
    proposals = propose(baselines, assumed)
    settings |= {"rules": rules, "stages": stages, "equity": equity, "derive": derive or {}}
    settings["log"] = merged({"assumptions": log_entries(given)}, log or {})
    tables |= {"national": _national(base, proposals, assumed), "programmes": _programmes(base, proposals, assumed)}
    return _scenario(settings, tables)


def _scenario(settings: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], quiet: bool = False) -> Scenario:
    """Make a checked scenario of settings and tables; warnings of a quiet one reach no log."""
    raw = {name: from_frame(name, table) for name, table in tables.items()}
    return from_raw(settings, "settings", raw, Report(quiet=quiet))


def _attributes(areas: pd.DataFrame, objectives: pd.DataFrame, equity: Mapping[str, Any] | None) -> list[str]:
    """Return the columns of areas that objectives and equity name, in the order of the areas."""
    named = {str(name) for column in ("baseline", "per") if column in objectives for name in objectives[column]}
    named |= {str((equity or {}).get("attribute", "population"))}
    return [name for name in map(str, areas.columns) if name in named - {"population"}]


def _floors(scenario: Scenario, given: float | Mapping[str, float] | None) -> float | dict[str, float]:
    """Return the least headrooms: one number if it is given, else one by objective with the defaults filled in."""
    if given is not None and not isinstance(given, Mapping):
        return given
    objectives = scenario.filled("objectives")
    falls = dict(zip(objectives["key"], objectives["direction"] == "decrease", strict=True))
    return {key: FLOOR_FALLING if fall else FLOOR for key, fall in falls.items()} | dict(given or {})


def _baselines(scenario: Scenario) -> Baselines:
    """Return baselines and denominators of the areas.

    Raises
    ------
    BadInputError
        An objective names none, a baseline is below zero, or a denominator is not above it.
    """
    areas, objectives, report = scenario.filled("areas"), scenario.filled("objectives"), Report()
    for column, least in (("baseline", "not below 0"), ("per", "above 0")):
        for row in np.flatnonzero(objectives[column] == "").tolist():
            problem = Diagnostic("SP-D010", "objectives", "table objectives", f"row {row}", column, "", "an attribute")
            report.add(problem, table=0, row=row)
        for name in objectives.loc[objectives[column] != "", column].unique():
            wrong = areas[name] < 0 if column == "baseline" else areas[name] <= 0
            for row in np.flatnonzero(wrong).tolist():
                value = f"{areas[name].iloc[row]:g}"
                problem = Diagnostic("SP-D013", "areas", "table areas", f"row {row}", name, value, least)
                report.add(problem, table=1, row=row)
    report.stop_if_any()
    shape = len(areas), len(objectives)
    baseline, per = (
        areas[list(objectives[column])].to_numpy(dtype=float).reshape(shape) for column in ("baseline", "per")
    )
    return Baselines(baseline, per, (objectives["direction"] == "decrease").to_numpy())


def _check_headroom(scenario: Scenario, baselines: Baselines, assumed: Assumptions) -> None:
    """Refuse an objective of which no area has anything to improve."""
    for k, key in enumerate(scenario.objectives["key"]):
        if not (baselines.baseline[:, k] > 0).any():
            raise BadOptionError(f"no area has a baseline of {key} above 0", "fill it in, or leave the objective out")
    for k, headroom in enumerate(headrooms(baselines, assumed).T):
        if not (headroom * baselines.baseline[:, k] > 0).any():
            cause = f"no area has headroom in {scenario.objectives['key'].iloc[k]}"
            raise BadOptionError(cause, "give a headroom_floor above 0, or leave the objective out")


def _national(scenario: Scenario, proposals: Proposals, assumed: Assumptions) -> pd.DataFrame:
    """Return the national objectives, one row for each objective and year in which something is wanted."""
    wanted = significant(np.outer(proposals.national, assumed.outcome_profile))
    rows = list(product(scenario.objectives["key"], scenario.settings.years))
    table = pd.DataFrame(rows, columns=["objective", "year"]).assign(target=wanted.ravel())
    return table[table["target"] > 0].reset_index(drop=True)


def _programmes(scenario: Scenario, proposals: Proposals, assumed: Assumptions) -> pd.DataFrame:
    """Return the lines: for each area and objective that it has, its money and its outcome."""
    years, objectives = list(scenario.settings.years), scenario.filled("objectives")
    names = [name or key for key, name in zip(objectives["key"], objectives["name"], strict=True)]
    decimals = round(math.log10(POUNDS_PER[scenario.settings.money]))
    rows: list[list[object]] = []
    for a, k in np.argwhere(proposals.target > 0).tolist():
        head, theme = [scenario.areas["code"].iloc[a], names[k]], objectives["key"].iloc[k]
        grant = np.round(proposals.bid[a, k] * assumed.spend_profile, decimals)
        outcome = significant(proposals.target[a, k] * assumed.outcome_profile)
        rows.append([*head, "grant", *grant, "", theme, ORIGIN_OF_ROWS])
        rows.append([*head, theme, *outcome, "level", "", ORIGIN_OF_ROWS])
    return pd.DataFrame(rows, columns=["area", "line", "item", *years, "holds", "theme", "_from"])
