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
from singlepot.models.formulation.terms.target_ceiling import meant_for

from ...places import TESTS

SNAPSHOTS = TESTS / "snapshots"
TERMS = {term.__name__: term for term in (*ALWAYS, *(term for terms in FOR_STAGE.values() for term in terms))}
LEVELLING = {
    *("convergence", "together", "convergence_floor", "no_worse_than_today", "gini_ceiling", "inclusion_floor"),
}
"""Terms that need sections which the small scenario lacks: test_levelling.py."""
TIERED = {name for name in TERMS if name == "capacity" or name.startswith("recipient_")}
"""Terms of rules that the small scenario lacks: test_recipient_rules.py."""
YEARS = ["2026-27", "2027-28"]


def small() -> dict[str, Any]:
    """Two counties and the centre, two envelopes, two years: small enough to write every row by hand."""
    options = [
        {
            "area": "A",
            "option": "grow",
            "own_cost": 0.5,
            "max_take_up": 2.0,
            "group": "site",
            "requires": "plan",
            "scheme": "line",
        },
        {"area": "A", "option": "plan", "own_cost": 0.0, "max_take_up": 1.0, "group": "site", "requires": ""},
        {
            "area": "Z",
            "option": "centre",
            "own_cost": 0.0,
            "max_take_up": 1.0,
            "group": "",
            "requires": "",
            "scheme": "line",
        },
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
        "together": ["prosperity", "inclusion", "together"],
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
    return {"national": "shortfall", "convergence": "short_of_aim", "together": "apart"}.get(term, term)


@pytest.mark.parametrize("term", sorted(TERMS.keys() - LEVELLING - TIERED))
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
        assert re.search(r"design\.md section|levelling-up\.md", term.__doc__), name


def test_implied_upper_bounds_by_hand(formulation: Formulation) -> None:
    """What no optimum needs to pass where a column has no upper bound.

    Shortfalls: the target, and all that scale-backs (30 kt, 24 adults) and side effects (2 adults) could take away.
    Burden of A: all of its bid, and 0.5 at take-up 2 of a bid of 20.
    """
    programme = formulation.programme
    labels = [programme.column_label(column) for column in range(programme.shape[1])]
    implied = dict(zip(labels, programme.implied_upper, strict=True))
    assert implied[f"shortfall[carbon,{YEARS[1]}]"] == pytest.approx(40 + 30)
    assert implied[f"shortfall[carbon,{':'.join(YEARS)}]"] == pytest.approx(60 + 30)
    assert implied[f"shortfall[skills,{YEARS[1]}]"] == pytest.approx(50 + 24 + 2)
    assert implied["burden_share[A]"] == pytest.approx(1 + 0.5 * 2 / 20)


def of_rule(rule: str, empty: tuple[str, ...] = (), **selectors: list[str]) -> tuple[set[str], set[str]]:
    """The columns and rows of a rule that holds in some cells only, of three years and three envelopes.

    The pots of some envelopes hold nothing, the others half a unit of money.
    """
    years, envelopes = ["2026-27", "2027-28", "2028-29"], ["capital", "resource", "transfer"]
    cells = pd.DataFrame([(year, envelope) for year in years for envelope in envelopes], columns=["year", "envelope"])
    made = sp.Scenario.from_tables(
        areas=pd.DataFrame({"code": ["A"], "name": ["Aston"]}),
        pot=cells.assign(amount=np.where(cells["envelope"].isin(empty), 0.0, 0.5)),
        bids=cells.assign(area="A", amount=12.0),
        years=years,
        rule_rows=pd.DataFrame({"rule": rule, "value": 0.1, **selectors}),
    )
    programme = formulate(made).programme
    columns = (programme.column_label(column) for column in range(programme.shape[1]))
    rows = (programme.row_label(row) for row in range(programme.shape[0]))
    of_columns, of_rows = ({label for label in labels if label.startswith(f"{rule}[")} for labels in (columns, rows))
    return of_columns, of_rows


def test_money_is_carried_out_of_the_years_of_the_rule_alone() -> None:
    columns, _ = of_rule("carry_over", year=["2027-28"], envelope=["capital"])
    assert columns == {"carry_over[capital,2027-28]"}


def test_money_is_vired_out_of_the_envelopes_of_the_rule_alone() -> None:
    columns, rows = of_rule("virement", year=["2026-27"], envelope=["capital"])
    assert columns == {f"virement[capital,{into},2026-27]" for into in ("resource", "transfer")}
    assert rows == {"virement[capital,2026-27]"}


@pytest.mark.parametrize("rule", ["carry_over", "virement"])
def test_nothing_moves_out_of_a_pot_of_nothing(rule: str) -> None:
    """Whatever amount may move, also where money moves into it."""
    columns, rows = of_rule(rule, empty=("capital",), basis=["amount"])
    assert columns
    assert not [label for label in columns | rows if label.startswith(f"{rule}[capital")]


def test_an_option_is_meant_for_the_objectives_that_it_changes_most() -> None:
    """3 kt of 30 and 0.4 adults of 8: for carbon alone; with 0.8 adults, a tenth as well, for both."""
    tables = small()
    tables["option_years"] = pd.DataFrame(
        [("A", "grow", YEARS[1], 0.0, 0.0, 3.0, 0.4), ("A", "plan", YEARS[1], 0.0, 0.0, 3.0, 0.8)],
        columns=tables["option_years"].columns,
    )
    model = formulate(sp.Scenario.from_tables(**tables)).model
    meant = dict(zip(model.data.options.name, meant_for(model.data).tolist(), strict=True))
    assert meant["grow"] == [True, False]
    assert meant["plan"] == [True, True]
