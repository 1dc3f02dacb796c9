"""A scenario for the tests of reports: every text in it is an attack."""

from __future__ import annotations

import pandas as pd

import singlepot as sp

NAMES = (
    "</script><script>window.hit=1</script>",
    "<img src=x onerror=window.hit=1>",
    "=cmd|' /C calc'!A0",
    "\"quotes\" & 'apostrophes' {{ 7*7 }} {% raw %}",
    "مجلس المدينة",
    "🦊 Foxford-on-🌊",
    "Very long name " + "x" * 185,
    "javascript:alert(1)//",
    "Ordinary",
    "Ordinary",
)
"""Names of areas that are meant to do harm, or are only unusual; the longest that a scenario takes is among them."""

YEARS = ["2026-27", "2027-28"]


def hostile() -> sp.Scenario:
    """Bids above the pot and targets below the nation's, every text an attack."""
    attack = NAMES[0]
    codes = [f"A{i}" for i in range(len(NAMES))]
    areas = pd.DataFrame(
        {
            "code": codes,
            "name": NAMES,
            "region": [attack, "=SUM(A1)", *["north", "south"] * 4],
            "population": [1000 * (i + 1) for i in range(len(codes))],
            "income": [15000 + 500 * i for i in range(len(codes))],
        }
    )
    cells = [(code, year) for code in codes for year in YEARS]
    options = pd.DataFrame(
        {
            "area": codes,
            "option": "more",
            "name": [f"{attack} {i}" for i in range(len(codes))],
            "component": ["<b>trees</b>", *["roads"] * (len(codes) - 1)],
        }
    )
    return sp.Scenario.from_tables(
        areas=areas,
        years=YEARS,
        attributes=["income"],
        title=f"Attack {attack} {'long' * 75} (illustrative: nothing here is real)",
        equity={"attribute": "income", "elasticity": 1.3},
        objectives=pd.DataFrame({"key": ["trees"], "name": [attack], "unit": ['"trees" <planted>']}),
        national=pd.DataFrame({"objective": "trees", "year": YEARS, "target": [150.0, 170.0]}),
        pot=pd.DataFrame({"year": YEARS, "amount": [90.0, 95.0]}),
        bids=pd.DataFrame({"area": [c for c, _ in cells], "year": [y for _, y in cells], "amount": 10.0}),
        targets=pd.DataFrame(
            {"area": [c for c, _ in cells], "objective": "trees", "year": [y for _, y in cells], "target": 12.0}
        ),
        options=options,
        option_years=pd.DataFrame(
            {
                "area": [c for c, _ in cells],
                "option": "more",
                "year": [y for _, y in cells],
                "grant": [0.5 + 0.1 * int(c[1:]) for c, _ in cells],
                "trees": 2.0,
            }
        ),
        rules={"grant_floor": 0.5},
    )
