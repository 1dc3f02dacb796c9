"""Build of the shipped scenario ``levelling-up-fund`` from the published winning bids.

Run ``python -m scenarios.library_build.build_levelling_up_fund FOLDER`` in the root of the checkout; it writes into a
new folder, from which the scenario is copied to ``scenarios/library``.
``scenarios/library/levelling-up-fund/README.md`` explains every definition.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from singlepot.models.files.csv_text import csv_text

from .build_england import FOLDER, read_table, write
from .england import Tables, money
from .england_areas import SUI_GENERIS, TYPES

NAME = "levelling-up-fund"

YEAR = "2022-23"

SHARE_OF_BIDS = 0.5
"""Pot over the sum of bids: an assumption, so that the pot is scarce."""


def documents() -> dict[str, bytes]:
    """Return every generated file: path under the library → content."""
    files = {f"{NAME}/{table}.csv": csv_text(frame) for table, frame in build().items()}
    settings = (FOLDER / "levelling_up_fund.toml").read_text(encoding="utf-8")
    return {f"{NAME}/scenario.toml": settings.encode(), **files}


def build() -> Tables:
    """Return the tables: the areas of winning bids, a pot of half of what they ask for, and their bids."""
    bids = bids_of(read_table("levelling_up_fund_awards"))
    authorities = read_table("authorities").set_index("code").loc[bids["area"]].reset_index()
    areas = authorities[["code", "name", "type", "region"]].copy()
    areas["type"] = ["sui generis" if code in SUI_GENERIS else TYPES[code[:3]] for code in areas["code"]]
    areas["population"] = authorities["population"].astype(float)
    areas["gdhi_per_head"] = authorities["gdhi_per_head_gbp_2023"].astype(float)
    amount = money([SHARE_OF_BIDS * bids["amount"].sum()])
    return {"areas": areas, "pot": pd.DataFrame({"year": [YEAR], "amount": amount}), "bids": bids}


def bids_of(awards: pd.DataFrame) -> pd.DataFrame:
    """Sum the bids of each upper-tier authority; a joint bid is divided equally among its authorities.

    The column ``note`` names the bids, those shared by several with the number of their authorities: ``LUF1-031/2``.
    """
    rows = []
    for bid, value, codes in awards[["bid_id", "bid_value_gbp", "upper_tier_codes"]].to_numpy():
        among = codes.split(";")
        note = bid if len(among) == 1 else f"{bid}/{len(among)}"
        rows += [(code, float(value) / len(among) / 1e6, note) for code in among]
    table = pd.DataFrame(rows, columns=["area", "amount", "note"]).groupby("area", sort=True)
    amounts, notes = money(table["amount"].sum()), table["note"].agg("; ".join)
    return pd.DataFrame({"area": notes.index, "year": YEAR, "amount": amounts, "note": notes.to_numpy()})


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the scenario into a new folder."""
    write(documents(), "Write the scenario levelling-up-fund.", arguments)


if __name__ == "__main__":
    main()
