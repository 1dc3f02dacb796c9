"""Areas of the shipped scenarios of England: authorities by themselves or aggregated to recipients."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

Holder = Literal["recipient", "code"]
"""Who would hold the grant: a column of the authorities."""

WEEKS = 52
"""Weeks in a year, for yearly from weekly hours."""

TYPES = {
    "E06": "unitary authority",
    "E08": "metropolitan district",
    "E09": "London borough",
    "E10": "county",
    "E47": "combined authority",
    "E61": "Greater London Authority",
}
"""Kind of authority by the first three characters of its GSS code."""

SUI_GENERIS = ("E06000053", "E09000001")
"""Isles of Scilly and City of London, councils of their own kind under the codes of others."""

ATTRIBUTES = {
    "gdhi_per_head": 0,
    "gdp": 1,
    "hours": 4,
    "rnd": 3,
    "population_thousands": 3,
    "level3_adults": 0,
    "in_work": 0,
    "population_16_64": 0,
    "co2": 2,
}
"""Attributes of an area, with the decimals they are rounded to."""


def add_up(authorities: pd.DataFrame, by: Holder, held_by: Holder) -> pd.DataFrame:
    """Aggregate the authorities to recipients of grants: the table of areas, in the order of their codes.

    ``by`` is ``recipient`` for combined authorities and the like, ``code`` for each authority by itself. Counts
    add up. A share that a member does not publish is taken to be that of the members that do; where no member
    does, the count is not known. Household income per head is the mean by population. The region is the one
    where most of its people live. ``held_by`` says whose name is the recipient: that of the combined authority, or of
    the area itself.
    """
    people, adults = authorities["population"], authorities["population_16_64"]
    parts = pd.DataFrame(
        {
            "population": people,
            "income": authorities["gdhi_per_head_gbp_2023"] * people,
            "gdp": authorities["gdp_gbp_million_2022"],
            "hours": authorities["weekly_hours_million_2019"] * WEEKS,
            "rnd": authorities["berd_gbp_per_head_itl2_2024"] * people / 1e6,
            "population_16_64": adults,
            "co2": authorities["co2_kt_2020"],
        }
    )
    for count, share in (("level3_adults", "rqf3plus_pct_2023"), ("in_work", "employment_rate_pct_2023")):
        parts[count] = authorities[share] / 100 * adults
        parts[f"{count}_known"] = adults.where(authorities[share].notna())
    sums = parts.groupby(authorities[by]).sum(min_count=1).sort_index()
    for count in ("level3_adults", "in_work"):
        sums[count] *= sums["population_16_64"] / sums[f"{count}_known"]
    sums["gdhi_per_head"] = sums["income"] / sums["population"]
    sums["population_thousands"] = sums["population"] / 1000
    by_region = people.groupby([authorities[by], authorities["region"]]).sum().sort_values()
    regions = dict(by_region.index)  # the largest comes last and stays
    names, recipients = (
        dict(zip(authorities[by], authorities["recipient_name" if name == "recipient" else "name"], strict=True))
        for name in (by, held_by)
    )
    codes = list(sums.index)
    head = {
        "code": codes,
        "name": [names[code] for code in codes],
        "type": ["sui generis" if code in SUI_GENERIS else TYPES[code[:3]] for code in codes],
        "region": [regions[code] for code in codes],
        "recipient": [recipients[code] for code in codes],
        "population": sums["population"].to_numpy(),
    }
    counts = {name: np.round(sums[name].to_numpy(dtype=float), places) for name, places in ATTRIBUTES.items()}
    return pd.DataFrame({**head, **counts})
