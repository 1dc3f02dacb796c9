"""Floors of recipients and of their members that clash, in words, and what ends the clash."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import singlepot as sp

YEAR = "2026-27"


def four(rows: list[dict[str, Any]], pot: float, **more: Any) -> sp.Scenario:
    """Four areas that each bid 10, two of which R holds, and two S."""
    areas = pd.DataFrame(
        {"code": list("ABCD"), "name": ["Aston", "Barton", "Carton", "Darton"], "recipient": ["R", "R", "S", "S"]}
    )
    return sp.Scenario.from_tables(
        areas=areas,
        bids=pd.DataFrame({"area": list("ABCD"), "year": YEAR, "amount": 10.0}),
        pot=pd.DataFrame({"year": [YEAR], "amount": [pot]}),
        years=[YEAR],
        rule_rows=pd.DataFrame(rows).fillna(""),
        **more,
    )


CLASH = [
    {"rule": "grant_floor", "value": 0.7, "recipient": "R"},
    {"rule": "grant_floor", "value": 0.9, "recipient": "S"},
    {"rule": "grant_floor", "value": 0.8, "recipient": "R", "level": "recipient"},
]
"""R 16 by its own floor, above 14 of its members; S 18 by its members'."""


@pytest.mark.parametrize("pot", [33.0, 30.0])
def test_each_recipients_floor_is_the_larger_of_its_own_and_its_members(pot: float) -> None:
    """With 30 the members' floors of 32 clash by themselves; what is said counts the recipient's all the same."""
    with pytest.raises(sp.NoSettlementError) as caught:
        sp.settle(four(CLASH, pot))
    said = str(caught.value)
    assert "floors add up to £34.0m in 2026-27" in said
    assert "R £16.0m by its own floor (members £14.0m)" in said
    assert "S £18.0m by its members'" in said
    assert f"raise the pot by £{34 - pot:.1f}m" in said


def test_the_value_that_is_named_is_enough() -> None:
    rows = [{"rule": "grant_floor", "value": 1.0, "level": "recipient"}]
    with pytest.raises(sp.NoSettlementError, match=r"recipient's grant floor \(grant_floor\) to 0\.75") as caught:
        sp.settle(four(rows, 30.0))
    assert "R £20.0m by its own floor and S £20.0m by its own floor" in str(caught.value)
    assert sp.settle(four([{**rows[0], "value": 0.75}], 30.0)).recipients["grant"].tolist() == pytest.approx([15, 15])


@pytest.mark.parametrize("kinds", [None, ["pot"], ["recipient_grant_floor"], ["grant_floor"]])
def test_a_repair_of_any_kind_settles(kinds: list[str] | None) -> None:
    """33 is enough for the members' floors and 34 for all; R's own floor may fall to 15, or S's members' to 17."""
    repair = sp.repair(four(CLASH, 33.0), may_change=kinds)
    settled = sp.settle(repair.repaired())
    sums = settled.recipients.set_index("recipient")["grant"]
    assert sums["R"] >= 15 - 1e-9 and sums["S"] >= 17 - 1e-9
    assert sums.sum() <= 34 + 1e-9


def test_single_limits_of_recipients_are_repaired_as_rows_of_the_table() -> None:
    """A lock has no uniform change: its row is set, and no row is added."""
    rows = [
        {"rule": "grant_lock", "value": 21.0, "basis": "amount", "level": "recipient", "recipient": "R", "year": YEAR},
        {"rule": "grant_floor", "value": 0.7, "recipient": "S"},
    ]
    repair = sp.repair(four(rows, 30.0), may_change=["recipient_grant_lock"])
    table = repair.repaired().rules
    assert table["value"].tolist() == pytest.approx([16.0, 0.7]) and table["level"].tolist() == ["recipient", ""]
    assert sp.settle(repair.repaired()).grants["grant"].sum() == pytest.approx(30)
