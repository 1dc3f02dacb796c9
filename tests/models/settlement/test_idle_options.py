"""An option that changes neither money nor outcomes has no say: it goes as far as others need it, and no further."""

from __future__ import annotations

import pandas as pd
import pytest

import singlepot as sp
from singlepot.models.assurance.double_build import rebuild

from ...agreement import judge
from ...strategies import scenario, seeded_two_tiers

WORTH = {"small": 1.0, "needing": 0.5, "survey": 0.0, "spare": 0.0}
"""Outcome of each option; the first two serve the nation's target alike, for their weight is what they bring."""


@pytest.fixture(scope="module")
def made() -> sp.Scenario:
    """The nation lacks 0.9 of what one area's options bring together, 1.5; one of them needs a survey."""
    options = pd.DataFrame({"area": "A", "option": list(WORTH), "own_cost": 0.0, "max_take_up": [1.0, 1.0, 2.0, 1.0]})
    return sp.Scenario.from_tables(
        years=["2026-27"],
        areas=pd.DataFrame({"code": ["A"], "name": ["Aston"], "population": [1000.0]}),
        objectives=pd.DataFrame({"key": ["carbon"], "name": ["Carbon"], "unit": ["kt"]}),
        national=pd.DataFrame({"objective": ["carbon"], "year": ["2026-27"], "target": [10.9]}),
        pot=pd.DataFrame({"year": ["2026-27"], "amount": [10.0]}),
        bids=pd.DataFrame({"area": ["A"], "year": ["2026-27"], "amount": [10.0]}),
        targets=pd.DataFrame({"area": ["A"], "objective": ["carbon"], "year": ["2026-27"], "target": [10.0]}),
        options=options.assign(requires=["", "survey", "", ""]),
        option_years=pd.DataFrame(
            {"area": "A", "option": list(WORTH), "year": "2026-27", "grant": 0.0, "carbon": list(WORTH.values())}
        ),
    )


def take_up(settlement: sp.Settlement) -> dict[str, float]:
    table = settlement.take_up.set_index("option")["take_up"]
    return dict(table[list(WORTH)])


def test_what_it_serves_is_shared_as_if_it_were_not_there(made: sp.Scenario) -> None:
    """Equal shares of 0.6 bring the 0.9; a weight of its own, however small, would push the two apart."""
    settled = sp.settle(made)
    assert take_up(settled) == pytest.approx({"small": 0.6, "needing": 0.6, "survey": 1.2, "spare": 0.0}, abs=1e-12)


def test_rows_of_the_caller_may_tie_it_to_money(made: sp.Scenario) -> None:
    """Then it is chosen together with the others, and the row holds."""

    def tie(rows: sp.ExtraRows) -> None:
        shares = rows.labels("take_up")
        survey = shares["column"][shares["option"] == "survey"]
        grant = rows.labels("grant")["column"]
        rows.at_least("survey follows the grant", [*survey, *grant], [1.0, -0.15], 0.0)

    settled = sp.settle(made, extra=tie)
    assert settled.certificate.passed
    assert take_up(settled)["survey"] >= 0.15 * settled.grants["grant"].sum() - 1e-9


def test_the_double_build_agrees_where_one_is_needed() -> None:
    judge(sp.settle(made := scenario(seeded_two_tiers(269))), rebuild(made))
