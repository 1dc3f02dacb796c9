"""A scenario whose every key is unmistakable and has a title: what people read must hold the titles alone."""

from __future__ import annotations

from itertools import product

import pandas as pd

import singlepot as sp

YEARS = ["2026-27", "2027-28"]
AREAS = {"zzarea_1": "Aston", "zzarea_2": "Barton", "zzarea_3": "Carlow"}
OPTIONS = {
    "zzkey_more": ("More courses", 2.0, 10.0, 0.0),
    "zzkey_less": ("Fewer courses", -2.0, -6.0, -1.0),
    "zzkey_pipes": ("Insulate homes", 1.0, 0.0, 3.0),
}
"""Title, change of the grant, and changes of both objectives."""


def titled(*, options: bool = True, national: float = 1.0, bids: float = 1.0, areas: int = 3) -> sp.Scenario:
    """Three areas, two objectives of two priorities, two envelopes; rules of every kind for all areas, and rows.

    Parameters
    ----------
    options
        Whether areas have any.
    national, bids
        Factors of the national targets and of the bids; no national target, no bid where 0.
    areas
        Number of areas.
    """
    chosen = dict(list(AREAS.items())[:areas])
    objectives = {"zzkey_skills": ("Skills", "adults", 1), "zzkey_carbon": ("Carbon saved", "kt CO2", 2)}
    envelopes = {"zzkey_day": 1.0, "zzkey_long": 0.4}
    sizes = dict(zip(AREAS, (20.0, 25.0, 12.0), strict=True))
    wanted = {"zzkey_skills": 120.0, "zzkey_carbon": 60.0}
    tables = {
        "areas": pd.DataFrame(
            {
                "code": list(chosen),
                "name": list(chosen.values()),
                "region": ["North", "South", "South"][:areas],
                "population": [1000.0, 2000.0, 3000.0][:areas],
                "zzkey_income": [20000.0, 25000.0, 18000.0][:areas],
            }
        ),
        "objectives": pd.DataFrame(
            [(key, *texts) for key, texts in objectives.items()], columns=["key", "name", "unit", "priority"]
        ),
        "pot": pd.DataFrame(
            [(year, 50 * part, key) for year, (key, part) in product(YEARS, envelopes.items())],
            columns=["year", "amount", "envelope"],
        ),
        "bids": pd.DataFrame(
            [
                (code, year, bids * sizes[code] * part, key)
                for code, year, (key, part) in product(chosen, YEARS, envelopes.items())
            ],
            columns=["area", "year", "amount", "envelope"],
        ),
        "targets": pd.DataFrame(
            [(code, key, year, 30.0) for code, key, year in product(chosen, objectives, YEARS)],
            columns=["area", "objective", "year", "target"],
        ),
    }
    if national:
        rows = [(key, year, national * wanted[key]) for key, year in product(objectives, YEARS)]
        tables["national"] = pd.DataFrame(rows, columns=["objective", "year", "target"])
    if options:
        tables["options"] = pd.DataFrame(
            [(code, key, parts[0], "zzkey_group") for code, (key, parts) in product(chosen, OPTIONS.items())],
            columns=["area", "option", "name", "group"],
        )
        tables["option_years"] = pd.DataFrame(
            [
                (code, key, year, parts[1] * (1 + 0.1 * at), 0.2 * parts[1], *parts[2:])
                for (at, code), (key, parts), year in product(enumerate(chosen), OPTIONS.items(), YEARS)
            ],
            columns=["area", "option", "year", "grant_zzkey_day", "grant_zzkey_long", *objectives],
        )
    general = dict.fromkeys(("carry_over", "virement", "grant_step", "own_cost_ceiling"), 0.1)
    return sp.Scenario.from_tables(
        **tables,
        years=YEARS,
        title="Three areas",
        attributes=["zzkey_income"],
        equity={"attribute": "zzkey_income", "elasticity": 1.3},
        rules={**general, "grant_floor": 0.7, "grant_ceiling": 1.2, "target_floor": 0.6, "target_ceiling": 1.6},
        rule_rows=pd.DataFrame({"rule": ["grant_floor"], "value": [0.75], "envelope": ["zzkey_long"]}),
        stages={"give": {"shortfall.largest": 0.01}},
    )
