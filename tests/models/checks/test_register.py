"""The register of official codes agrees with the figures that are shipped, and with itself."""

from __future__ import annotations

import csv
from collections import Counter
from importlib.resources import files

import pytest

import singlepot as sp
from singlepot.models.checks.register import OFFICIAL, TERRITORIAL, register
from singlepot.models.checks.register.names import current_codes, is_whole, names_of_wholes

AUTHORITIES = list(
    csv.DictReader(
        (files("singlepot.scenarios.library") / "figures" / "authorities.csv").read_text("utf-8").splitlines()
    )
)


def test_the_register_has_every_authority_with_its_name_and_recipient() -> None:
    known = register()
    for row in AUTHORITIES:
        assert known.names[row["code"]] == row["name"]
        if row["recipient"] != row["code"]:
            assert known.within[row["code"]][0] == row["recipient"]
            assert known.names[row["recipient"]] == row["recipient_name"]


def test_districts_lie_in_counties() -> None:
    """164 districts in use today, in 21 counties; all others were replaced."""
    known = register()
    in_use = [code for code in known.names if code not in known.changes]
    districts = [code for code in in_use if code.startswith("E07")]
    counties = [code for code in in_use if code.startswith("E10")]
    assert (len(districts), len(counties)) == (164, 21)
    assert {known.within[code][0] for code in districts} == set(counties)
    assert all(OFFICIAL.fullmatch(code) or TERRITORIAL.fullmatch(code) for code in known.names)


def test_whatever_replaced_something_is_in_use_or_was_replaced_later() -> None:
    known = register()
    today = {row["code"] for row in AUTHORITIES}
    for old, change in known.changes.items():
        assert old in known.names
        assert old not in today
        for new in change.new:
            assert known.begun[new] == change.date
            assert new in known.changes or new in known.names
        for last in known.successors(old):
            assert last in today or last in {"E07000244", "E07000245"}


def test_each_reorganisation_replaced_the_number_of_authorities_that_it_did() -> None:
    """How many authorities each reorganisation replaced."""
    assert Counter(change.date for change in register().changes.values()) == {
        "2019-04-01": 8 + 1 + 6,  # Dorset with its county, Bournemouth and Poole; six districts in three
        "2020-04-01": 5,
        "2021-04-01": 8,
        "2023-04-01": 7 + 8 + 5,
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("E07000048", ("E06000058",)),  # Christchurch joined Bournemouth and Poole
        ("E10000009", ("E06000058", "E06000059")),
        ("E10000002", ("E06000060",)),
        ("E07000152", ("E06000061",)),
        ("E07000154", ("E06000062",)),
        ("E07000027", ("E06000064",)),
        ("E07000168", ("E06000065",)),
        ("E07000191", ("E06000066",)),  # by way of Somerset West and Taunton
        ("E07000206", ("E07000244",)),
        ("E06000001", ()),
        ("nothing", ()),
    ],
)
def test_the_successors_of_a_code_are_those_in_use(old: str, new: tuple[str, ...]) -> None:
    assert register().successors(old) == new


def test_the_areas_around_a_district_are_its_county_and_combined_authority() -> None:
    assert list(register().containers("E07000117"))[:2] == ["E10000017", "E92000001"]
    assert "E47000018" in list(register().containers("E07000117"))
    assert next(register().containers("E10000011")) == "E12000008"
    assert list(register().containers("K02000001")) == []
    assert list(register().containers("B-12")) == []


def test_the_shipped_scenarios_have_codes_in_use() -> None:
    for name, _ in sp.list_scenarios():
        for code in sp.read_scenario(name).areas["code"]:
            assert code not in register().changes


def test_names_stand_for_authorities_in_use_and_for_no_total_of_them() -> None:
    known = register()
    named = {code for codes in current_codes().values() for code in codes}
    assert named == {code for code in known.names if code not in known.changes and not is_whole(code)}
    assert {row["code"] for row in AUTHORITIES} <= named


def test_names_of_wholes_are_those_of_countries_and_regions_alone() -> None:
    assert {
        "wales",
        "united kingdom",
        "england and wales",
        "north east",
        "yorkshire and the humber",
    } <= names_of_wholes()
    assert not {row["name"].casefold() for row in AUTHORITIES} & names_of_wholes()
