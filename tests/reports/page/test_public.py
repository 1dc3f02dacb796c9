"""What the public sees: promises, money and how targets stand, in open formats, and nothing of how it was come to."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import singlepot as sp
from singlepot.reports.page.public import SHAPES, pages

from ...scenarios.review.plans import outturn
from ..report_pages import Page

GRANTS = {"funder": "Treasury", "funder_id": "GB-GOR-D1", "prefix": "360G-us", "awarded": "2026-05-29"}


@pytest.fixture(scope="module")
def signed() -> sp.Settlement:
    return sp.settle("bucks-and-burnley")


@pytest.fixture(scope="module")
def published(signed: sp.Settlement, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published") / "public"
    review = sp.review(signed, outturn(signed, 1, {("E07000117", "carbon"): 0.5}).assign(source="DESNZ"))
    sp.publish(signed, folder, review=review, **GRANTS)
    return folder


def read(html: bytes) -> Page:
    page = Page()
    page.feed(html.decode())
    return page


def test_each_target_has_a_sentence_with_its_status_in_words_and_shape(published: Path) -> None:
    text = " ".join(read((published / "areas" / "E07000117.html").read_bytes()).text.split())
    assert "Burnley was granted £44.0m for 2026-27 to 2027-28. Of 2 targets, 1 on track, 1 off track." in text
    assert "22 kt CO2 a year better by 2027-28. In 2026-27 it had come to 5.5; 11 was due." in text
    assert "Figures: DESNZ." in text
    assert "■ Off track." in text and "● On track." in text
    assert len(set(SHAPES.values())) == len(SHAPES)


def test_every_area_has_a_page_that_the_first_one_leads_to(published: Path, signed: sp.Settlement) -> None:
    links = [attrs["href"] for tag, attrs in read((published / "index.html").read_bytes()).tags if tag == "a"]
    for code in signed.scenario.areas["code"]:
        assert f"areas/{code}.html" in links
        back = [
            attrs["href"] for tag, attrs in read((published / f"areas/{code}.html").read_bytes()).tags if tag == "a"
        ]
        assert "../index.html" in back


def test_indicators_are_what_their_description_says(published: Path) -> None:
    """CSV on the Web: names, order, datatypes, required cells and key."""
    described = json.loads((published / "kpis.csv-metadata.json").read_bytes())
    assert described["@context"][0] == "http://www.w3.org/ns/csvw"
    rows = list(csv.reader(io.StringIO((published / described["url"]).read_text(encoding="utf-8"))))
    columns = described["tableSchema"]["columns"]
    assert rows[0] == [column["titles"] for column in columns]
    for row in rows[1:]:
        for column, cell in zip(columns, row, strict=True):
            assert cell or not column["required"]
            if cell and column["datatype"] == "number":
                float(cell)
    (key,) = described["tableSchema"]["primaryKey"]
    keys = [row[rows[0].index(key)] for row in rows[1:]]
    assert len(set(keys)) == len(keys) == 6


def test_grants_have_the_titles_of_360giving(published: Path, signed: sp.Settlement) -> None:
    table = pd.read_csv(published / "grants.csv")
    required = ["Identifier", "Title", "Description", "Currency", "Amount Awarded", "Award Date",
                "Recipient Org:Identifier", "Recipient Org:Name", "Funding Org:Identifier",
                "Funding Org:Name"]  # fmt: skip
    assert set(required) <= set(table.columns) and not table[required].isna().any(axis=None)
    assert table["Identifier"].str.startswith("360G-us-").all() and table["Identifier"].is_unique
    assert table["Amount Awarded"].sum() == signed.grants["pounds"].sum()
    assert table[["Planned Dates:Start Date", "Planned Dates:End Date"]].iloc[0].tolist() == [
        "2026-04-01",
        "2028-03-31",
    ]


def test_the_largest_weights_of_an_area_are_shown_and_no_more_than_the_scenario_says(signed: sp.Settlement) -> None:
    targets = signed.scenario.targets
    weight = np.where((targets["area"] == "E07000117") & (targets["objective"] == "trees"), 5.0, 1.0)
    scenario = sp.apply_what_if(signed.scenario.with_(targets=targets.assign(weight=weight)), {"public": {"kpis": 1}})
    kpis = sp.list_kpis(sp.settle(scenario))
    assert dict(zip(kpis["area"], kpis["objective"], strict=True)) == {
        "E06000052": "carbon", "E06000060": "carbon", "E07000117": "trees"
    }  # fmt: skip


def test_indicators_say_how_an_objective_is_measured(signed: sp.Settlement) -> None:
    rows = [
        {"objective": "carbon", "indicator": "Emissions of homes", "source": "council", "order": 2},
        {"objective": "carbon", "indicator": "Territorial emissions", "source": "DESNZ", "lag_months": 18, "order": 1},
    ]
    kpis = sp.list_kpis(signed, indicators=pd.DataFrame(rows)).set_index("kpi")
    assert kpis.loc["E07000117:carbon", ["indicator", "source", "lag_months"]].tolist() == [
        "Territorial emissions", "DESNZ", 18.0
    ]  # fmt: skip
    assert kpis.loc["E07000117:trees", "indicator"] == "Trees"


@pytest.mark.parametrize(
    ("row", "code"),
    [({"objective": "carbn"}, "SP-O002"), ({"indicator": ""}, "SP-O002"), ({"lag": 3}, "SP-O001")],
)
def test_a_wrong_indicator_is_named(signed: sp.Settlement, row: dict[str, Any], code: str) -> None:
    table = pd.DataFrame([{"objective": "carbon", "indicator": "x", "source": "y", **row}])
    with pytest.raises(sp.BadInputError, match=code):
        sp.list_kpis(signed, indicators=table)


def test_nothing_of_a_negotiating_position_is_published(tmp_path: Path) -> None:
    talks = sp.open_talks("bucks-and-burnley", tmp_path / "talks", by="the centre")
    (ask,) = talks.asks.query("area == 'E07000117' and option == 'retrofit-more'").itertuples()
    refusal = {
        "round": 1,
        "area": ask.area,
        "option": ask.option,
        "asked": ask.asked,
        "up_to": 0,
        "reason": "no builders",
    }
    talks.answer(pd.DataFrame([refusal]), by="Burnley leader")
    heads = [talks.head]
    while not talks.status.ended:
        talks.next(by="the centre")
        heads.append(talks.head)
    rows = [{"area": row.area, "signed_by": "A. Person", "role": "leader", "date": "2026-06-01", "page": row.page,
             "state": "signed"} for row in talks.pages.itertuples()]  # fmt: skip
    talks.agree(pd.DataFrame(rows), by="the centre")
    sp.publish(talks.path, tmp_path / "public", **GRANTS)
    options = set(talks.scenario.options["option"]) | set(talks.scenario.filled("options")["name"]) - {""}
    secrets = ["no builders", "Burnley leader", "refused", "scale-back", *heads, *options]
    for file in (tmp_path / "public").rglob("*"):
        if file.is_file():
            text = re.sub(r"<(style|script).*?</\1>", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
            assert not [secret for secret in secrets if secret in text], file.name
    assert talks.head in (tmp_path / "public" / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *[("funder_id", " "), ("prefix", "foo"), ("prefix", "360G-"), ("prefix", "360G-a b")],
        *[("awarded", "29/05/2026"), ("awarded", "2026-13-01"), ("awarded", "20260529")],
    ],
)
def test_texts_of_grants_are_checked(signed: sp.Settlement, tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(sp.BadOptionError, match=f"^{name} "):
        sp.publish(signed, tmp_path / "public", **{**GRANTS, name: text})
    assert not (tmp_path / "public").exists()


def test_a_review_of_another_agreement_or_one_that_was_changed_is_refused(
    signed: sp.Settlement, tmp_path: Path
) -> None:
    review = sp.review(signed, outturn(signed, 1, {("E07000117", "carbon"): 0.5}))
    review.write(tmp_path / "after")
    other = sp.settle(sp.read_scenario("bucks-and-burnley", levers=[("pot", 0.95)]))
    for one in (review, tmp_path / "after"):
        with pytest.raises(sp.BadOptionError, match="of another agreement"):
            sp.publish(other, tmp_path / "public", review=one, **GRANTS)
    assert set(sp.list_kpis(signed, review=tmp_path / "after")["status"]) == {"on track", "off track"}
    status = tmp_path / "after" / "review" / "status.csv"
    status.write_bytes(status.read_bytes().replace(b"off track", b"on track"))
    with pytest.raises(sp.BadOptionError, match=r"status\.csv is not what outturn and agreement lead to"):
        sp.publish(signed, tmp_path / "public", review=tmp_path / "after", **GRANTS)
    assert not (tmp_path / "public").exists()


def test_names_that_are_an_attack_are_text(signed: sp.Settlement) -> None:
    areas = signed.scenario.areas
    hostile = signed.scenario.with_(areas=areas.assign(name="<script>window.hit=1</script>", recipient="<b>x</b>"))
    made = sp.settle(hostile)
    for content in pages(made, sp.list_kpis(made), "").values():
        assert b"<script>window.hit" not in content and b"<b>x" not in content


def test_who_holds_the_grant_of_an_area_receives_it_and_answers_for_its_targets(
    signed: sp.Settlement, tmp_path: Path
) -> None:
    areas = signed.scenario.areas
    held = np.where(areas["code"] == "E07000117", "E06000052", "")
    settled = sp.settle(signed.scenario.with_(areas=areas.assign(recipient=held)))
    sp.publish(settled, tmp_path / "public", **GRANTS)
    grants = pd.read_csv(tmp_path / "public" / "grants.csv").set_index("Beneficiary Location:Geographic Code")
    assert grants.loc["E07000117", ["Recipient Org:Identifier", "Recipient Org:Name"]].tolist() == [
        "360G-us-org:E06000052", "Cornwall"
    ]  # fmt: skip
    assert set(sp.list_kpis(settled).query("area == 'E07000117'")["owner"]) == {"Cornwall"}
