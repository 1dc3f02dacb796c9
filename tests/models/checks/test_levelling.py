"""What aims of convergence and inclusion and their rules need is checked on reading, with a code and a remedy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import singlepot as sp
from singlepot.models.diagnostics.problems import BadInputError
from singlepot.models.formulation.formulation import formulate
from singlepot.models.formulation.terms import gini_ceiling

from ..formulation.levelled import levelled

RULE = {"rule": "gini_ceiling", "value": 0.9, "objective": "skills"}


def refused(changes: dict[str, Any], **rule: Any) -> BadInputError:
    made = {**levelled(), **changes}
    if rule:
        made["rule_rows"] = pd.DataFrame([rule])
    with pytest.raises(BadInputError) as caught:
        sp.Scenario.from_tables(**made)
    return caught.value


def areas(**columns: list[Any]) -> dict[str, Any]:
    return {"areas": levelled()["areas"].assign(**columns)}


def objectives(**columns: list[Any]) -> dict[str, Any]:
    return {"objectives": levelled()["objectives"].assign(**columns)}


SECTION = {"aims": {"skills": 0.5}}
CASES = {
    "no region": ("SP-D070", areas(region=["north", "", ""]) | {"convergence": {**SECTION, "places": "region"}}, {}),
    "no objective": ("SP-D071", {}, {"rule": "convergence_floor", "value": 0.1}),
    "no rate": ("SP-D072", {}, {**RULE, "objective": "carbon"}),
    "no people": ("SP-D073", {"areas": levelled()["areas"].drop(columns="population")}, RULE),
    "nothing to cap": ("SP-D074", areas(trained=[20.0, 30.0, np.nan]), RULE),
    "no section": ("SP-D076", {"inclusion": None, "stages": None}, {"rule": "inclusion_floor", "value": 0.5}),
    "no section in general": ("SP-D076", {"inclusion": None, "stages": None, "rules": {"inclusion_floor": 0.5}}, {}),
    "nothing that year": ("SP-D076", {}, {"rule": "inclusion_floor", "value": 0.5, "year": "2026-27"}),
    "half on": ("SP-D055", {}, {"rule": "no_worse_than_today", "value": 0.5}),
    "a basis": ("SP-D050", {}, {**RULE, "basis": "amount"}),
    "no sum": (
        "SP-S026",
        {"inclusion": {"prosperity": "carbon", "inclusion": "skills", "year": "2026-27"}, "stages": None},
        {},
    ),
}


@pytest.mark.parametrize(("code", "changes", "rule"), CASES.values(), ids=list(CASES))
def test_what_is_missing_is_named(code: str, changes: dict[str, Any], rule: dict[str, Any]) -> None:
    error = refused(changes, **rule)
    codes = {problem.code for problem in error.problems}
    assert code in codes, str(error)
    assert codes == {code}, str(error)


def test_too_many_open_pairs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rates of 0.5 and 0.52, which what is proposed and scaled back can reverse."""
    made = levelled() | areas(trained=[50.0, 78.0, np.nan]) | {"rule_rows": pd.DataFrame([RULE])}
    scenario = sp.Scenario.from_tables(**made)
    assert formulate(scenario).programme.rows("rate_difference") != slice(0, 0)
    monkeypatch.setattr(gini_ceiling, "MOST_PAIRS", 0)
    with pytest.raises(BadInputError, match="SP-D075"):
        formulate(scenario)


def test_a_moving_line_before_shortfall_is_doubted() -> None:
    made = levelled()
    order = [name for name in made["stages"]["order"] if name != "convergence.total"]
    made["stages"] = {"order": ["convergence.total", *order]}
    assert "SP-S025" in {note.code for note in sp.Scenario.from_tables(**made).notes}
    made["convergence"] = SECTION
    assert "SP-S025" not in {note.code for note in sp.Scenario.from_tables(**made).notes}
