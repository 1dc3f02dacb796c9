"""A recipient of one area that is called almost as one of several is doubted; two bodies of different names are not."""

from __future__ import annotations

import pandas as pd
import pytest

import singlepot as sp


def doubts(*labels: str) -> list[str]:
    """Places of the warnings: areas with these recipients."""
    codes = [f"E{number}" for number in range(len(labels))]
    made = sp.Scenario.from_tables(
        years=["2026-27"],
        areas=pd.DataFrame({"code": codes, "name": [f"Area {code}" for code in codes], "recipient": labels}),
        pot=pd.DataFrame({"year": ["2026-27"], "amount": 10.0}),
        bids=pd.DataFrame({"area": codes, "year": "2026-27", "amount": 3.0}),
    )
    return [f"{note.value}: {note.remedy}" for note in made.notes if note.code == "SP-A012"]


@pytest.mark.parametrize("slip", ["Tees Valey", "Tees Vallley", "Tees Volley", "Tees Vlaley", "tees  valley"])
def test_a_letter_apart_is_doubted(slip: str) -> None:
    assert doubts("Tees Valley", slip, "Tees Valley") == [f'"{slip}": did you mean "Tees Valley"?']


@pytest.mark.parametrize("other", ["Tees Vale", "Zone 2", "West Sussex", "", "Area E0"])
def test_other_names_are_not(other: str) -> None:
    several = {"Zone 2": "Zone 1", "West Sussex": "East Sussex", "Area E0": "Area E1"}.get(other, "Tees Valley")
    assert doubts(several, other, several) == []


def test_two_of_each_are_two_bodies() -> None:
    assert doubts("Northern", "Northerm", "Northern", "Northerm") == []


def test_names_of_four_letters_may_differ_by_one() -> None:
    assert doubts("Kent", "Kint", "Kent") == []
    assert doubts("Leeds", "Leads", "Leeds") == ['"Leads": did you mean "Leeds"?']
