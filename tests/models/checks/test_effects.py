"""What options change is looked at: none at all, no effect, and savings that also add to outcomes are warnings."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import singlepot as sp


def options(own_cost: float = 0.0, **changes: float) -> sp.Scenario:
    """Two areas with an objective and one option, whose row is as said."""
    row = {"area": "A", "option": "o", "year": "2026-27", "grant": 1.0, "trees": 2.0} | changes
    return sp.Scenario.from_tables(
        areas=pd.DataFrame({"code": ["A", "B"], "name": ["Aston", "Barton"]}),
        pot=pd.DataFrame({"year": ["2026-27"], "amount": [9.0]}),
        bids=pd.DataFrame({"area": ["A", "B"], "year": ["2026-27"] * 2, "amount": [4.0, 8.0]}),
        objectives=pd.DataFrame({"key": ["trees"], "name": ["Trees"], "unit": ["thousand"]}),
        targets=pd.DataFrame({"area": ["A"], "objective": "trees", "year": "2026-27", "target": [5.0]}),
        options=pd.DataFrame({"area": ["A"], "option": ["o"], "own_cost": [own_cost]}),
        option_years=pd.DataFrame([row]),
        years=["2026-27"],
    )


def codes_of(scenario: sp.Scenario, folder: Path) -> set[str]:
    sp.write_scenario(scenario, folder)
    return {note.code for note in sp.check_scenario(folder).warnings if note.code in ("SP-N032", "SP-P002", "SP-P005")}


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, set()),
        ({"grant": -1.0}, {"SP-P005"}),
        ({"grant": 0.0}, {"SP-P005"}),
        ({"grant": 0.0, "own_cost": 0.1}, set()),
        ({"grant": -1.0, "own_cost": 3.0}, set()),
        ({"grant": -1.0, "trees": -2.0}, set()),
        ({"grant": -1.0, "trees": 0.0}, set()),
        ({"grant": 0.0, "trees": 0.0}, {"SP-N032"}),
        ({"grant": 0.0, "trees": 0.0, "own_cost": 3.0}, {"SP-N032"}),
    ],
)
def test_options_that_cost_nothing_or_change_nothing_are_doubted(
    changes: dict[str, float], codes: set[str], tmp_path: Path
) -> None:
    assert codes_of(options(**changes), tmp_path / "made") == codes


def test_a_scenario_with_objectives_and_without_options_is_doubted(tmp_path: Path) -> None:
    assert codes_of(options().with_(options=None, option_years=None), tmp_path / "none") == {"SP-P002"}
    bare = options().with_(options=None, option_years=None, targets=None, objectives=None)
    assert codes_of(bare, tmp_path / "bare") == set()


@pytest.mark.parametrize(("price", "codes"), [(1.0, set()), (0.0, {"SP-P005"})])
def test_a_part_of_a_joint_scheme_may_cost_its_area_nothing_where_a_partner_pays(
    price: float, codes: set[str], tmp_path: Path
) -> None:
    one = options(grant=0.0)
    both = pd.DataFrame({"area": ["A", "B"], "option": "o", "scheme": "joint"})
    partner = one.option_years.assign(area="B", grant=price, trees=0.5)
    years = pd.concat([one.option_years, partner], ignore_index=True)
    assert codes_of(one.with_(options=both, option_years=years), tmp_path / "made") == codes


@pytest.mark.parametrize(
    ("grant", "trees", "component", "codes"),
    [
        (-3.0, -1.0, "line", {"SP-P005"}),
        (-3.0, -2.0, "line", set()),
        (-3.0, -2.5, "line", set()),
        (-0.5, -1.0, "line", set()),
        (-3.0, -1.0, "other", set()),
    ],
)
def test_two_options_of_one_component_that_cost_nothing_together_are_doubted(
    grant: float, trees: float, component: str, codes: set[str], tmp_path: Path
) -> None:
    """One adds 2 for £1m; the other saves money and takes some of that away again: less, as much, or more."""
    one = options()
    both = pd.DataFrame({"area": "A", "option": ["o", "p"], "component": ["line", component]})
    other = one.option_years.assign(option="p", grant=grant, trees=trees)
    years = pd.concat([one.option_years, other], ignore_index=True)
    assert codes_of(one.with_(options=both, option_years=years), tmp_path / "made") == codes


@pytest.mark.parametrize(("birds", "codes"), [(0.0, {"SP-P005"}), (1.0, {"SP-P005"}), (-1.0, set())])
def test_two_options_that_together_take_from_another_outcome_cost_something(
    birds: float, codes: set[str], tmp_path: Path
) -> None:
    one = options()
    words = pd.DataFrame({"key": ["trees", "birds"], "name": ["Trees", "Birds"], "unit": ["thousand", "pairs"]})
    both = pd.DataFrame({"area": "A", "option": ["o", "p"], "component": "line"})
    other = one.option_years.assign(option="p", grant=-1.0, trees=-1.0)
    years = pd.concat([one.option_years, other], ignore_index=True).assign(birds=[0.0, birds])
    assert codes_of(one.with_(objectives=words, options=both, option_years=years), tmp_path / "made") == codes
