"""Ensembles draw programme lines and assumptions before options are derived, and all other tables afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import singlepot as sp
from singlepot.scenarios.ensemble.plan import make_plan
from singlepot.scenarios.ensemble.sampling import Sample, draw_sample

LINES = "bucks-and-burnley-lines"


def sample(*uncertain: dict[str, Any], draws: int = 4, base: str = LINES) -> Sample:
    plan = make_plan({"base": base, "draws": draws, "seed": 7, "uncertain": list(uncertain)}, "plan")
    return draw_sample(plan, sp.read_scenario(base))


def uniform(table: str, columns: list[str], **further: Any) -> dict[str, Any]:
    wide = {"distribution": "uniform", "low": 0.7, "high": 1.2}
    return {"name": table, "table": table, "columns": columns, **wide, **further}


def test_the_shipped_plan_draws_elasticity_from_a_half_to_nine_tenths_by_theme() -> None:
    plan = sp.read_plan("bucks-elasticity")
    base = sp.read_scenario(plan.base)
    drawn = draw_sample(plan, base)
    assert drawn.names == ("elasticity: ", "elasticity: woods", "elasticity of homes: homes")
    values = drawn.factors * [0.75, 0.75, 0.8]
    assert np.allclose(values.min(axis=0), 0.5, atol=0.01)
    assert np.allclose(values.max(axis=0), 0.9, atol=0.01)
    for draw in range(3):
        derive = drawn.scenario(draw).settings.derive
        assert derive is not None
        found = [derive.elasticity, derive.theme["woods"]["elasticity"], derive.theme["homes"]["elasticity"]]
        assert np.allclose(found, values[draw])


def test_drawn_money_moves_bids_and_options_together() -> None:
    """Of an area whose lines are its bid; where totals are stated, more money in a line is less in the rest."""
    lines = sp.read_scenario(LINES)
    whole = lines.with_(bids=None, targets=None)
    plan = make_plan(
        {
            "base": LINES,
            "draws": 2,
            "uncertain": [uniform("programmes", ["2026-27", "2027-28"], where={"item": "grant"}, each="area-line")],
        },
        "plan",
    )
    drawn = draw_sample(plan, whole)
    factor = dict(zip(drawn.names, drawn.factors[1], strict=True))
    made = drawn.scenario(1)
    bid = made.bids[(made.bids["area"] == "E06000060") & (made.bids["year"] == "2026-27")]["amount"].sum()
    expected = 12 * factor["programmes: E06000060 Retrofit"] + 10 * factor["programmes: E06000060 Planting"]
    assert np.isclose(bid, expected)


def test_numbers_that_areas_do_not_state_are_drawn_from_their_default() -> None:
    drawn = sample({**uniform("programmes", ["most"], each="area-line"), "low": 0.9})
    factor = dict(zip(drawn.names, drawn.factors[0], strict=True))
    assert len(drawn.names) == 6
    table = drawn.scenario(0).filled("option_years")
    rows = table[(table["area"] == "E07000117") & (table["option"] == "Retrofit raise 1")]
    assert np.isclose(rows["grant_total"].iloc[0], (1.2 * factor["programmes: E07000117 Retrofit"] - 1) * 11)


def test_options_are_drawn_after_they_are_derived() -> None:
    """Both together: the derived option of the draw, times its factor."""
    drawn = sample(
        uniform("derive", ["elasticity"], each="all"),
        uniform("option_years", ["grant"], each="area-option"),
        uniform("pot", ["amount"], each="year"),
    )
    made = drawn.scenario(2)
    factors = dict(zip(drawn.names, drawn.factors[2], strict=True))
    assert made.settings.derive is None
    assert made.pot["amount"].tolist() == [98 * factors[f"pot: {year}"] for year in ("2026-27", "2027-28")]
    rows = made.option_years[
        (made.option_years["area"] == "E07000117") & (made.option_years["option"] == "Planting raise 1")
    ]
    assert np.allclose(rows["grant"], 0.2 * 6 * factors["option_years: E07000117 Planting raise 1"])
    assert np.allclose(rows["trees"].iloc[0], 8 * (1.2 ** (0.75 * factors["derive: all"]) - 1))


def test_unit_costs_are_drawn_by_objective() -> None:
    base = sp.read_scenario("bucks-and-burnley").with_(
        options=None, option_years=None, derive={"unit_cost": {"carbon": 2.0, "trees": 0.5}}
    )
    plan = make_plan(
        {"base": LINES, "draws": 2, "uncertain": [uniform("derive", ["unit_cost"], each="objective")]}, "plan"
    )
    drawn = draw_sample(plan, base)
    assert drawn.names == ("derive: carbon", "derive: trees")
    derive = drawn.scenario(0).settings.derive
    assert derive is not None
    assert np.isclose(derive.unit_cost["trees"], 0.5 * drawn.factors[0, 1])


def test_a_draw_of_an_assumption_that_is_not_there_is_refused() -> None:
    with pytest.raises(sp.BadInputError, match="a column of numbers of derive"):
        sample(uniform("derive", ["elastcity"], each="all"))


def test_an_ensemble_of_lines_settles_every_draw(tmp_path: Path) -> None:
    made = sp.run_ensemble("bucks-elasticity", tmp_path / "made", draws=4)
    assert set(made.draws["status"]) == {"settled"}
