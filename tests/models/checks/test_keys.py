"""A key that comes twice is named where its table needs no envelope, too."""

from __future__ import annotations

import pandas as pd

from singlepot.models.scenario.scenario import Scenario

from ..scenario.test_scenario import YEARS, codes, small

TWICE = pd.DataFrame({"area": ["A", "A"], "year": YEARS[0], "amount": [6.0, 5.0]})


def test_two_bids_of_an_area_for_a_year_are_refused_where_the_pot_has_no_envelopes() -> None:
    assert codes(lambda: Scenario.from_tables(**small(bids=TWICE))) == ["SP-D020"]


def test_bids_without_the_column_of_their_envelopes_lack_that_alone() -> None:
    """They may be for one each; with the column they are."""
    pot = pd.DataFrame({"year": YEARS * 2, "envelope": ["capital", "capital", "resource", "resource"], "amount": 10.0})
    tables = small(pot=pot, options=None, option_years=None)
    assert codes(lambda: Scenario.from_tables(**tables | {"bids": TWICE})) == ["SP-D024"]
    Scenario.from_tables(**tables | {"bids": TWICE.assign(envelope=["capital", "resource"])})
