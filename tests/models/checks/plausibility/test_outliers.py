"""Targets far out per pound of bid, where one year has no series to compare them in."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import singlepot as sp
from singlepot.models.diagnostics.problems import Diagnostic


def doubts(targets: list[float], years: int = 1, bids: list[float] | None = None) -> list[Diagnostic]:
    """The warnings of numbers far out, of areas that bid £10m and propose these targets in each of the years.

    Each proposes 20,000 trees for £1m.
    """
    codes = [f"A{number}" for number in range(len(targets))]
    shown = ["2026-27", "2027-28"][:years]
    of_years = pd.DataFrame([(code, year) for code in codes for year in shown], columns=["area", "year"])
    amounts = np.repeat(bids or [10.0] * len(targets), years)
    scenario = sp.Scenario.from_tables(
        years=shown,
        areas=pd.DataFrame({"code": codes, "name": codes}),
        objectives=pd.DataFrame({"key": ["skills", "trees"], "name": ["Skills", "Trees"], "unit": "a unit"}),
        bids=of_years.assign(amount=amounts),
        pot=pd.DataFrame({"year": shown, "amount": 50.0}),
        targets=pd.concat(
            [
                of_years.assign(objective="skills", target=np.repeat(targets, years)),
                of_years.assign(objective="trees", target=20_000 * amounts),
            ],
            ignore_index=True,
        ),
    )
    return [note for note in scenario.notes if note.code == "SP-N020"]


@pytest.mark.parametrize(("factor", "doubted"), [(250.0, True), (1 / 250, True), (150.0, False), (1 / 150, False)])
def test_a_target_two_hundred_times_the_median_per_pound_is_doubted_in_one_year(factor: float, doubted: bool) -> None:
    noted = doubts([20.0, 20.0, 20.0, 20.0 * factor, 20.0, 20.0, 20.0])
    assert [(note.table, note.place) for note in noted] == [("targets", "row label 3")] * doubted
    assert all("up to 250 times apart" in note.remedy for note in noted)


def test_among_five_or_over_several_years_no_target_is_compared_with_bids() -> None:
    """Too few make no median, and over years each series is compared with itself."""
    assert not doubts([20.0, 20.0, 20.0, 20.0, 5000.0])
    assert not doubts([20.0, 20.0, 20.0, 20.0, 20.0, 5000.0], years=2)


def test_targets_and_bids_of_nothing_have_no_price() -> None:
    """They are not among those compared; the sixth that is makes a median of them."""
    assert not doubts([0.0, *[20.0] * 4, 5000.0])
    assert doubts([0.0, *[20.0] * 5, 5000.0])
    assert not doubts([*[20.0] * 5, 5000.0], bids=[10.0] * 5 + [0.0])
    assert [note.place for note in doubts([*[20.0] * 6, 5000.0], bids=[0.0] + [10.0] * 6)] == ["row label 6"]
    assert not doubts([*[20.0] * 6, 5000.0], bids=[10.0] * 6 + [2500.0]), "as many per pound"
