"""Published cases with known answers, typed in with their sources; the tests of singlepot run the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from singlepot.models.claims.awarding import share_claims
from singlepot.models.scenario.scenario import Scenario
from singlepot.models.settlement.settlement import Settlement
from singlepot.scenarios.reading.settling import settle

from .outcome import require

Check: TypeAlias = Callable[[], str]
"""Carries a check out and returns what came out; raises an error where that is wrong."""

YEAR = "2026-27"
SEGMENTS = 400
"""Slices of a cost curve: each is about 1 MW wide, which is how near the published loads are met."""

RULES = {
    "proportional": "pro-rata",
    "cea": "equal-awards",
    "cel": "equal-losses",
    "talmud": "talmud",
    "random_arrival": "random-arrival",
    "minimal_overlap": "minimal-overlap",
}
"""Names of the rules in the tables of claims, and here."""


@cache
def _case(name: str) -> dict[str, Any]:
    text = files(__package__).joinpath("cases", f"{name}.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def published_cases() -> Iterator[tuple[str, Check]]:
    """Name every published case, and how it is carried out."""
    for case in ("case_3A", "case_3B"):
        yield f"three power stations share a load ({case[5:]} of Wood and Wollenberg)", _dispatch(case)
    for claims, pot, awards in claims_problems():
        yield f"{pot:g} among claims of {_listed(claims)}", _claims(claims, pot, awards)
    inputs, expected = (_case("rounding_to_whole_pounds")[part] for part in ("inputs", "expected"))
    paradox = inputs["paradox"]["weights"]
    for pot in inputs["paradox"]["pots"]:
        yield f"{pot} whole pounds", _whole_pounds(paradox, pot, expected["largest_remainder"][str(pot)])
    for name in ("ten", "three"):
        weights, pot = inputs[name]["weights"], inputs[name]["pot"]
        yield f"{pot} whole pounds", _whole_pounds(weights, pot, expected[f"{name}_largest_remainder"])


def claims_problems() -> Iterator[tuple[list[float], float, dict[str, list[float]]]]:
    """Name the problems of the tables of claims: the claims, what there is, and the awards by rule."""
    inputs, expected = (_case("claims_classic_tables")[part] for part in ("inputs", "expected"))
    for pot, awards in expected["three_creditors"].items():
        yield inputs["three_creditors"]["claims"], float(pot), awards
    for name in ("ibn_ezra", "small", "bankruptcy"):
        yield inputs[name]["claims"], float(inputs[name]["pot"]), expected[name]


def claims_tolerance() -> float:
    """Return by how much an award may differ from a printed one."""
    return float(_case("claims_classic_tables")["tolerance"]["abs"])


def settle_bids(bids: Sequence[float], pot: float, **settings: Any) -> Settlement:
    """Settle bids of one year without any target."""
    codes = [f"area-{i:02d}" for i in range(len(bids))]
    return settle(
        Scenario.from_tables(
            areas=pd.DataFrame({"code": codes, "name": codes}),
            pot=pd.DataFrame({"year": [YEAR], "amount": [float(pot)]}),
            bids=pd.DataFrame({"area": codes, "year": YEAR, "amount": np.asarray(bids, dtype=float)}),
            years=[YEAR],
            **settings,
        )
    )


def _claims(claims: list[float], pot: float, awards: dict[str, list[float]]) -> Check:
    def check() -> str:
        tolerance = claims_tolerance()
        for name, expected in awards.items():
            found = share_claims(RULES[name], claims, pot)
            _near(found, expected, tolerance, f"the rule {RULES[name]}")
        grants = settle_bids(claims, pot).grants["grant"]
        _near(grants.to_numpy(), awards["proportional"], tolerance, "the settlement")
        return f"settled, and {len(awards)} other ways of sharing"

    return check


def _whole_pounds(weights: list[int], pot: int, expected: list[int]) -> Check:
    def check() -> str:
        settlement = settle_bids(weights, pot, money="GBP")
        found = settlement.grants["pounds"].tolist()
        require(found == expected, f"whole pounds are {_listed(found)}; expected {_listed(expected)}")
        require(settlement.pot["pounds"].tolist() == [pot], "whole pounds do not add up to the pot")
        return _listed(found)

    return check


def _dispatch(case: str) -> Check:
    """Make the check that three units with quadratic costs meet one load at least cost.

    Options are slices of each cost curve; what is paid whatever is run belongs to no bid.
    """

    def check() -> str:
        known = _case("economic_dispatch_three_units")
        units, expected = known["inputs"][case], known["expected"][case]
        settlement = settle(_stations(units, known["inputs"]["national_target"]))
        widths = np.array([(unit["cap"] - unit["floor"]) / SEGMENTS for unit in units])
        agreed = settlement.targets.set_index("area")["agreed"].reindex([unit["area"] for unit in units]).to_numpy()
        _near(agreed, expected["allocation"], widths, "load of the stations")
        cost = sum(unit["c0"] for unit in units) + settlement.grants["grant"].sum()
        require(abs(cost - expected["total_cost"]) <= 0.05, f"it costs {cost:.3f}; expected {expected['total_cost']}")
        require(settlement.national["shortfall"].iloc[0] == 0, "the load is not met")
        return f"{_listed([round(float(load), 1) for load in agreed])} MW"

    return check


def _stations(units: list[dict[str, Any]], load: float) -> Scenario:
    options, years = [], []
    for unit in units:
        edges = np.linspace(unit["floor"], unit["cap"], SEGMENTS + 1)
        cost = unit["c1"] * edges + unit["c2"] * edges**2
        for i in range(SEGMENTS):
            key = {"area": unit["area"], "option": f"slice-{i:03d}"}
            options.append(key)
            years.append({**key, "year": YEAR, "grant": cost[i + 1] - cost[i], "load": edges[i + 1] - edges[i]})
    names = [unit["area"] for unit in units]
    floors = [unit["floor"] for unit in units]
    at_floor = [unit["c1"] * unit["floor"] + unit["c2"] * unit["floor"] ** 2 for unit in units]
    return Scenario.from_tables(
        areas=pd.DataFrame({"code": names, "name": names}),
        objectives=pd.DataFrame({"key": ["load"], "name": ["Load"], "unit": ["MW"]}),
        national=pd.DataFrame({"objective": ["load"], "year": [YEAR], "target": [load]}),
        pot=pd.DataFrame({"year": [YEAR], "amount": [1e5]}),
        bids=pd.DataFrame({"area": names, "year": YEAR, "amount": at_floor}),
        targets=pd.DataFrame({"area": names, "objective": "load", "year": YEAR, "target": floors}),
        options=pd.DataFrame(options),
        option_years=pd.DataFrame(years),
        years=[YEAR],
    )


def _near(found: Any, expected: Any, tolerance: Any, what: str) -> None:
    holds = np.all(np.abs(np.asarray(found) - np.asarray(expected)) <= tolerance)
    require(bool(holds), f"{what}: {_listed(found)}; expected {_listed(expected)}")


def _listed(numbers: Any) -> str:
    return ", ".join(f"{float(number):.10g}" for number in numbers)
