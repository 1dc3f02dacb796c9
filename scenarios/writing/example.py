"""Example scenario of a template: two areas use every table, and it settles without changes."""

from __future__ import annotations

import pandas as pd

from singlepot.models.scenario.scenario import Scenario
from singlepot.models.tables.schema import NAN

_YEARS = ["2026-27", "2027-28"]
_NOTE = "example: replace or delete"


def example() -> Scenario:
    """Build the example.

    >>> example()
    <Scenario 'Example': 2 areas, 2 years, 1 objective, 10 options>
    """
    areas = ["AREA1", "AREA2"]
    both = [(area, year) for area in areas for year in _YEARS]
    return Scenario.from_tables(
        title="Example",
        price_base="2025-26",
        years=_YEARS,
        rules={"grant_floor": 0.7, "grant_ceiling": 1.2, "target_floor": 0.7, "target_ceiling": 1.6},
        areas=pd.DataFrame(
            {
                "code": areas,
                "name": ["Northam", "Southam"],
                "type": "county",
                "region": ["North", "South"],
                "population": [300_000.0, 200_000.0],
                "note": _NOTE,
            }
        ),
        objectives=pd.DataFrame(
            {"key": ["skills"], "name": ["Adults with a new qualification"], "unit": ["adults"], "note": _NOTE}
        ),
        national=pd.DataFrame({"objective": "skills", "year": _YEARS, "target": [1_000.0, 2_100.0], "note": _NOTE}),
        pot=pd.DataFrame({"year": _YEARS, "amount": [28.0, 28.0], "source": "Education", "note": _NOTE}),
        bids=pd.DataFrame(
            {
                "area": [area for area, _ in both],
                "year": [year for _, year in both],
                "amount": [18.0, 18.0, 12.0, 12.0],
                "reference": [16.0, 16.0, 11.0, 11.0],
                "note": _NOTE,
            }
        ),
        targets=pd.DataFrame(
            {
                "area": [area for area, _ in both],
                "objective": "skills",
                "year": [year for _, year in both],
                "target": [550.0, 1_150.0, 400.0, 850.0],
                "note": _NOTE,
            }
        ),
        programmes=pd.DataFrame(
            {
                "area": "AREA1",
                "line": ["College places", "College places", "Workshops", "Workshops"],
                "item": ["grant", "skills", "grant", "skills"],
                "2026-27": [8.0, 250.0, 4.0, 90.0],
                "2027-28": [8.0, 500.0, 4.0, 200.0],
                "holds": ["", "level", "", "level"],
                "theme": ["college", "", "", ""],
                "most": [1.3, NAN, NAN, NAN],
                "most_outcome": [1.2, NAN, NAN, NAN],
                "note": _NOTE,
            }
        ),
        derive={},
        options=pd.DataFrame(
            {
                "area": areas,
                "option": ["evening-courses", "fewer-sites"],
                "name": ["Evening courses", "Fewer sites"],
                "own_cost": [0.1, 0.0],
                "note": _NOTE,
            }
        ),
        option_years=pd.DataFrame(
            {
                "area": ["AREA1", "AREA1", "AREA2", "AREA2"],
                "option": ["evening-courses", "evening-courses", "fewer-sites", "fewer-sites"],
                "year": _YEARS * 2,
                "grant": [0.5, 0.5, -1.5, -1.5],
                "skills": [60.0, 120.0, 0.0, 0.0],
                "note": _NOTE,
            }
        ),
        rule_rows=pd.DataFrame({"rule": ["grant_floor"], "value": [0.75], "area": ["AREA2"], "note": _NOTE}),
    )
