"""Recipients are sums of their members: the label moves no grant, and every table of them adds up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import singlepot as sp
from singlepot.models.scenario.recipients import holders
from singlepot.reports.page import report_html

from ...examples import tries
from ...reports.report_pages import read_page
from ...strategies import Draft, drafts, scenario


def two_tiers(**changes: Any) -> sp.Scenario:
    """Aston and Barton in a combined authority, and Carton alone."""
    years = ["2026-27", "2027-28"]
    tables: dict[str, Any] = {
        "areas": pd.DataFrame(
            {
                "code": ["A", "B", "C"],
                "name": ["Aston", "Barton", "Carton"],
                "recipient": ["Riverside", "Riverside", "Carton"],
                "population": [10_000.0, 20_000.0, 30_000.0],
            }
        ),
        "objectives": pd.DataFrame({"key": ["skills"], "name": ["Skills"], "unit": ["adults"]}),
        "pot": pd.DataFrame({"year": years, "amount": [20.0, 24.0]}),
        "bids": pd.DataFrame({"area": list("ABC") * 2, "year": years[:1] * 3 + years[1:] * 3, "amount": 9.0}),
        "targets": pd.DataFrame({"area": list("ABC"), "objective": "skills", "year": years[1], "target": 30.0}),
        "years": years,
    }
    return sp.Scenario.from_tables(**{**tables, **changes})


@tries(8)
@given(drafts(), st.data())
def test_the_label_changes_no_grant_and_the_tables_are_sums(made: Draft, data: st.DataObject) -> None:
    """Also of the centre, and of labels that are codes, names, or neither."""
    plain = scenario(made)
    areas = plain.filled("areas")
    words = ["Riverside", "Riverside", ""]
    if "population" not in plain.areas:  # else a holder that bids must serve people
        words += [*areas["code"], *areas["name"]]
    labels = [data.draw(st.sampled_from(words)) for _ in range(len(areas))]
    labelled = plain.with_(areas=plain.areas.assign(recipient=labels))
    one, other = sp.settle(plain), sp.settle(labelled)
    pd.testing.assert_frame_equal(one.grants, other.grants)
    held = holders(labelled)
    if other.recipients is None:
        assert all(
            code == holder for code, holder in held.items() if code not in set(areas["code"][areas["type"] == "centre"])
        )
        return
    for table, sums, across in (
        (other.grants, other.recipients, ["envelope", "year"]),
        (other.targets, other.recipient_targets, ["objective", "year"]),
    ):
        names = [name for name in sums if name not in ("recipient", "members", *across)]
        expected = table.assign(recipient=table["area"].map(held)).groupby(["recipient", *across])[names].sum()
        found = sums.set_index(["recipient", *across])[names]
        pd.testing.assert_frame_equal(
            found.sort_index(), expected.sort_index(), check_dtype=False, check_index_type=False
        )
        assert sums["members"].sum() == len(table)


def test_a_folder_is_read_back_and_verified_and_a_wrong_sum_is_found(tmp_path: Path) -> None:
    settled = sp.settle(two_tiers())
    settled.write(tmp_path / "out")
    again = sp.read_settlement(tmp_path / "out")
    pd.testing.assert_frame_equal(again.recipients, settled.recipients)
    assert sp.verify(tmp_path / "out").passed
    assert settled.recipients["recipient"].tolist() == ["C", "C", "Riverside", "Riverside"]
    file = tmp_path / "out" / "tables" / "recipients.csv"
    text = file.read_text(encoding="utf-8")
    pounds = str(int(settled.recipients["pounds"].iloc[2]))
    file.write_text(text.replace(pounds, str(int(pounds) + 1)), encoding="utf-8")
    found = sp.verify(tmp_path / "out")
    assert not found.passed and any("Riverside" in str(finding) for finding in found.findings)


def test_the_report_shows_recipients_and_unfolds_their_members() -> None:
    settled = sp.settle(two_tiers())
    page = read_page(report_html(settled, sp.price_fairness(settled)))
    table = page.tables["recipients"]
    whole = settled.recipients.groupby("recipient")[["bid", "grant", "pounds"]].sum()
    for recipient in ("C", "Riverside"):
        for name in ("bid", "grant", "pounds"):
            assert table[recipient][name].value == pytest.approx(whole.at[recipient, name])
    members = page.tables["members-Riverside"]
    assert {code for code in members if code} == {"A", "B"}
    assert "members-C" not in page.tables


def test_a_holder_that_bids_itself_serves_people_of_its_own() -> None:
    areas = two_tiers().areas.assign(recipient=["C", "C", "C"], population=[10_000.0, 20_000.0, 0.0])
    with pytest.raises(sp.BadInputError, match="SP-D077"):
        two_tiers(areas=areas)
    two_tiers(areas=areas.assign(population=[10_000.0, 20_000.0, 5_000.0]))


def test_england_in_two_tiers_is_the_sum_of_its_authorities() -> None:
    two, one = sp.read_scenario("england-two-tiers"), sp.read_scenario("england-authorities")
    for name in ("bids", "targets", "options", "option_years", "national", "pot"):
        pd.testing.assert_frame_equal(two.tables[name], one.tables[name])
    held = pd.Series(holders(two))
    names = set(two.areas["recipient"]) - set(two.areas["name"])
    assert held.nunique() == 71 and "Tees Valley" in names
