"""Every term writes the rows that its formula says: rebuilt by hand, and printed as a reader would write them."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

import singlepot as sp
from singlepot.models.formulation.formulation import Formulation, formulate
from singlepot.models.formulation.terms import ALWAYS, FOR_STAGE

from ...places import TESTS

SNAPSHOTS = TESTS / "snapshots"
TERMS = {term.__name__: term for term in (*ALWAYS, *(term for terms in FOR_STAGE.values() for term in terms))}
YEARS = ["2026-27", "2027-28"]


def small() -> dict[str, Any]:
    """Two counties and the centre, two envelopes, two years: small enough to write every row by hand."""
    options = [
        {"area": "A", "option": "grow", "own_cost": 0.5, "max_take_up": 2.0, "group": "site", "requires": "plan"},
        {"area": "A", "option": "plan", "own_cost": 0.0, "max_take_up": 1.0, "group": "site", "requires": ""},
        {"area": "Z", "option": "centre", "own_cost": 0.0, "max_take_up": 1.0, "group": "", "requires": ""},
        {"area": "A", "option": "never", "own_cost": 0.0, "max_take_up": 0.0, "group": "", "requires": ""},
        {"area": "A", "option": "nor-this", "own_cost": 0.0, "max_take_up": 1.0, "group": "", "requires": "never"},
    ]
    years = [
        ("A", "grow", YEARS[0], 1.0, 0.0, 2.0, 0.0),
        ("A", "grow", YEARS[1], 1.0, 3.0, 4.0, -1.0),
        ("A", "plan", YEARS[1], 0.0, 0.0, 0.0, 5.0),
        ("Z", "centre", YEARS[1], 0.0, 2.0, 1.0, 0.0),
        ("A", "nor-this", YEARS[1], 0.0, 0.0, 1.0, 0.0),
    ]
    return {
        "areas": pd.DataFrame(
            {
                "code": ["A", "B", "Z"],
                "name": ["Aston", "Barton", "Centre"],
                "type": ["county", "county", "centre"],
                "region": ["north", "south", ""],
                "population": [100.0, 300.0, np.nan],
            }
        ),
        "objectives": pd.DataFrame(
            {"key": ["carbon", "skills"], "name": ["Carbon", "Skills"], "unit": ["kt", "adults"], "priority": [1, 2]}
        ),
        "national": pd.DataFrame(
            {
                "objective": ["carbon", "carbon", "skills"],
                "year": [YEARS[1], ":".join(YEARS), YEARS[1]],
                "target": [40.0, 60.0, 50.0],
            }
        ),
        "pot": pd.DataFrame(
            {"year": YEARS * 2, "envelope": ["capital"] * 2 + ["resource"] * 2, "amount": [10.0, 20.0, 30.0, 40.0]}
        ),
        "bids": pd.DataFrame(
            {
                "area": ["A", "A", "A"],
                "envelope": ["capital", "resource", "resource"],
                "year": [YEARS[0], YEARS[0], YEARS[1]],
                "amount": [4.0, 6.0, 10.0],
            }
        ),
        "targets": pd.DataFrame(
            {
                "area": ["A", "A", "A", "B"],
                "objective": ["carbon", "carbon", "skills", "skills"],
                "year": [*YEARS, YEARS[1], YEARS[1]],
                "target": [10.0, 20.0, 8.0, 16.0],
            }
        ),
        "options": pd.DataFrame(options),
        "option_years": pd.DataFrame(
            years, columns=["area", "option", "year", "grant_capital", "grant_resource", "carbon", "skills"]
        ),
        "years": YEARS,
        "rules": {
            "grant_floor": 0.5,
            "grant_ceiling": 1.5,
            "grant_step": 0.1,
            "target_floor": 0.25,
            "target_ceiling": 1.5,
            "own_cost_ceiling": 0.02,
            "carry_over": 0.1,
            "virement": 0.2,
        },
        "rule_rows": pd.DataFrame({"rule": ["pot_share_floor"], "value": [0.05], "region": ["north"]}),
        "stages": {
            "order": [
                "shortfall.largest",
                "shortfall.total",
                "concession.largest",
                "concession.total",
                "burden",
                "cost",
            ],
            "bands": {"ends": [0.2], "slopes": [1, 4]},
        },
    }


@pytest.fixture(scope="module")
def formulation() -> Formulation:
    return formulate(sp.Scenario.from_tables(**small()))


def families(term: str) -> list[str]:
    """Row families that a term writes; a term of columns alone is shown by its bounds."""
    return {
        "concession": ["concession", "concession_share"],
        "concession_bands": ["concession_band"],
        "burden": ["cut", "burden_share"],
        "burden_bands": ["burden_band"],
    }.get(term, [term])


def printed(formulation: Formulation, term: str) -> str:
    """The rows of a term and the bounds of its columns, as text."""
    programme = formulation.programme
    lines = []
    for family in families(term):
        if programme.rows(family).stop > programme.rows(family).start:
            text = programme.lp_text(rows=family)
            lines += text.split("subject to\n")[1].split("bounds\n")[0].splitlines()
    names = {*families(term), _columns(term)}
    for line in programme.lp_text().split("bounds\n")[1].splitlines():
        if re.search(r"[a-z_]{2,}", line)[0] in names:  # type: ignore[index]
            lines.append(line)
    return "\n".join(line.strip() for line in lines) + "\n"


def _columns(term: str) -> str:
    return {"national": "shortfall"}.get(term, term)


@pytest.mark.parametrize("term", TERMS)
def test_the_rows_are_those_of_the_snapshot(formulation: Formulation, term: str) -> None:
    """The snapshot is written by hand from section 4 of the design; there is no switch that rewrites it."""
    path = SNAPSHOTS / f"{term}.lp"
    assert path.is_file(), f"the term {term} has no snapshot"
    assert printed(formulation, term) == path.read_text(encoding="utf-8")


def test_every_snapshot_has_a_term() -> None:
    assert {path.stem for path in SNAPSHOTS.glob("*.lp")} == set(TERMS)


def test_every_term_has_a_docstring_with_formula_and_source() -> None:
    for name, term in TERMS.items():
        assert term.__doc__, name
        assert ".. math::" in term.__doc__, name
        assert "design.md section" in term.__doc__, name
