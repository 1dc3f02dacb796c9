"""No money moves into a ring-fenced envelope, and areas within one another may be meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import singlepot as sp
from singlepot.models.assurance.double_build import rebuild
from singlepot.models.formulation.formulation import formulate

from ...agreement import judge

YEAR = "2026-27"


def short(**more: Any) -> sp.Scenario:
    """A pot of 5 for capability, where 8 is asked for, and 10 more than is asked for in the other envelope."""
    return sp.Scenario.from_tables(
        areas=pd.DataFrame({"code": ["A"], "name": ["Aston"]}),
        pot=pd.DataFrame({"year": YEAR, "envelope": ["capability", "resource"], "amount": [5.0, 20.0]}),
        bids=pd.DataFrame({"area": "A", "year": YEAR, "envelope": ["capability", "resource"], "amount": [8.0, 10.0]}),
        years=[YEAR],
        rules={"virement": 0.5},
        **more,
    )


def test_money_moves_into_the_envelope_unless_it_is_ring_fenced() -> None:
    free, fenced = (sp.settle(short(**more)) for more in ({}, {"ring_fenced": ["capability"]}))
    assert free.pot["allocated"].tolist() == pytest.approx([8, 10])
    assert fenced.pot["allocated"].tolist() == pytest.approx([5, 10])
    assert fenced.pot["vired_in"].tolist() == [0, 0] and fenced.pot["vired_in_pounds"].tolist() == [0, 0]


def test_money_may_move_out_of_a_ring_fenced_envelope() -> None:
    programme = formulate(short(ring_fenced=["resource"])).programme
    labels = [programme.column_label(column) for column in range(programme.shape[1])]
    assert [label for label in labels if label.startswith("virement")] == [f"virement[resource,capability,{YEAR}]"]


def test_the_double_build_keeps_the_fence_and_verification_insists_on_it(tmp_path: Path) -> None:
    fenced = short(ring_fenced=["capability"])
    judge(sp.settle(fenced), rebuild(fenced))
    with pytest.raises(AssertionError):
        judge(sp.settle(short()), rebuild(fenced))
    sp.settle(fenced).write(tmp_path / "settlement")
    assert sp.verify(tmp_path / "settlement").passed


@pytest.mark.parametrize("file", ["scenario", "scenario.xlsx", "scenario.json"])
def test_both_keys_are_kept_in_every_format(file: str, tmp_path: Path) -> None:
    sp.write_scenario(short(ring_fenced=["capability"], overlapping=True), tmp_path / file)
    settings = sp.read_scenario(tmp_path / file).settings
    assert settings.ring_fenced == ("capability",) and settings.overlapping is True


def test_a_ring_fenced_envelope_is_one_of_the_pot() -> None:
    with pytest.raises(sp.BadInputError, match=r'SP-D082 .*"ring_fenced".*did you mean "capability"') as caught:
        short(ring_fenced=["capabilty"])
    assert len(caught.value.problems) == 1


def test_councils_in_their_combined_authority_are_a_warning_unless_they_are_meant() -> None:
    """Bolton and Greater Manchester."""
    plain = sp.read_scenario("bucks-and-burnley")
    areas = pd.DataFrame({"code": ["E08000001", "E47000001"], "name": ["Bolton", "Greater Manchester"]})
    year = plain.settings.years[0]
    bids = pd.DataFrame({"area": areas["code"], "year": year, "amount": 1.0})
    tables = {"areas": areas, "bids": bids, "pot": pd.DataFrame({"year": [year], "amount": [2.0]}), "years": [year]}
    counts = [
        sum(note.code == "SP-A007" for note in sp.Scenario.from_tables(**tables, overlapping=meant).notes)
        for meant in (False, True)
    ]
    assert counts == [1, 0]
