"""Limits of rules by their basis, worked out by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import singlepot as sp
from singlepot.models.formulation.formulation import formulate

YEAR = "2026-27"


def damping(basis: str, **settings: Any) -> sp.Scenario:
    """Two areas ask for less than last year, one for more; nobody is to fall below 95% of the basis."""
    return sp.Scenario.from_tables(
        areas=pd.DataFrame({"code": list("ABC"), "name": ["Aston", "Barton", "Colne"]}),
        pot=pd.DataFrame({"year": [YEAR], "amount": [100.0]}),
        bids=pd.DataFrame(
            {"area": list("ABC"), "year": YEAR, "amount": [9.0, 90.0, 5.0], "reference": [12.0, 80.0, 9.0]}
        ),
        years=[YEAR],
        rule_rows=pd.DataFrame({"rule": ["grant_floor"], "value": [0.95], "basis": [basis]}),
        **settings,
    )


@pytest.mark.parametrize(
    ("basis", "floors"),
    [("bid", [8.55, 85.5, 4.75]), ("reference", [11.4, 76.0, 8.55]), ("least", [8.55, 76.0, 4.75])],
)
def test_a_floor_is_a_share_of_its_basis(basis: str, floors: list[float]) -> None:
    limits = formulate(damping(basis)).rules["grant_floor"].value
    np.testing.assert_allclose(limits[:, 0, 0], floors)


def test_a_damping_floor_never_asks_for_more_than_the_bid(tmp_path: Path) -> None:
    """By the smaller of bid and reference a floor has a settlement, which the double build settles alike."""
    with pytest.raises(sp.NoSettlementError):
        sp.settle(damping("reference"))
    sp.settle(damping("least")).write(tmp_path / "out")
    assert sp.verify(tmp_path / "out", independent=True).passed
