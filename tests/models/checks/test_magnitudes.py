"""What an option changes by less than a penny is named, by whichever name its column of money goes."""

from __future__ import annotations

import pandas as pd
import pytest

from singlepot.models.scenario.scenario import Scenario

from ..scenario.test_scenario import YEARS, small


@pytest.mark.parametrize("column", ["grant", "grant_total"])
def test_a_grant_of_a_thousandth_of_a_pound_is_named(column: str) -> None:
    profile = {"area": ["A"], "option": ["more"], "year": [YEARS[0]], column: [1e-9], "skills": [3.0]}
    notes = Scenario.from_tables(**small(option_years=pd.DataFrame(profile))).notes
    (tiny,) = [note for note in notes if note.code == "SP-N040"]
    assert (tiny.table, tiny.column, tiny.value) == ("option_years", column, "1e-09")
    assert tiny.expected == "0, or at least a penny"
