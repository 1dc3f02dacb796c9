"""What values show in a notebook: uniform, small, escaped, and tables that a screen reader can follow."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from html.parser import HTMLParser

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import singlepot as sp
from singlepot.models.notebook_display import MOST_CHARACTERS, rich, rich_table

HARMFUL = "<script>alert(1)</script> & \"'"


class Outline(HTMLParser):
    """The tables of a page: captions, header cells without a scope, rows; elements and texts."""

    VOID = frozenset({"br"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.unscoped = 0
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.unscoped += tag == "th" and dict(attrs).get("scope") not in ("col", "row")
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def harmful() -> sp.Scenario:
    return sp.Scenario.from_tables(
        areas=pd.DataFrame({"code": ["A", "B"], "name": [HARMFUL, "Barton"], "region": ["North", HARMFUL]}),
        pot=pd.DataFrame({"year": ["2026-27"], "amount": [9.0]}),
        bids=pd.DataFrame({"area": ["A", "B"], "year": ["2026-27"] * 2, "amount": [4.0, 8.0]}),
        years=["2026-27"],
        title=HARMFUL,
    )


@cache
def settled() -> sp.Settlement:
    return sp.settle(harmful())


def clash() -> sp.Repair:
    return sp.repair(harmful().with_(rules={"grant_floor": 0.9}))


SHOWN: dict[str, Callable[[], object]] = {
    "scenario": harmful,
    "settlement": settled,
    "certificate": lambda: settled().certificate,
    "account": lambda: sp.explain_area(settled(), "A", without=True),
    "comparison": lambda: sp.compare([harmful(), harmful().with_(rules={"grant_floor": 0.7})], names=[HARMFUL, "b"]),
    "sweep": lambda: sp.sweep(harmful(), {"pot": [0.9, 1.0]}),
    "repair": clash,
    "findings": lambda: sp.check_scenario("bucks-and-burnley"),
}


@pytest.mark.parametrize("kind", SHOWN)
def test_every_value_shows_itself_in_the_same_way(kind: str) -> None:
    html = SHOWN[kind]()._repr_html_()  # type: ignore[attr-defined]
    outline = Outline(html)
    assert outline.open == [] and outline.unscoped == 0
    assert html.startswith("<p><strong>")
    assert outline.seen.count("table") == outline.seen.count("caption") > 0 or kind == "findings"
    assert set(outline.seen) <= {"p", "strong", "br", "table", "caption", "thead", "tbody", "tr", "th", "td"}
    assert len(html) < 20_000
    assert "style" not in html and "class" not in html


@pytest.mark.parametrize("kind", ["scenario", "settlement", "account", "comparison", "sweep", "repair"])
def test_names_are_shown_as_they_are(kind: str) -> None:
    html = SHOWN[kind]()._repr_html_()  # type: ignore[attr-defined]
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_a_written_settlement_and_an_ensemble_show_themselves(tmp_path: object) -> None:
    settled().write(f"{tmp_path}/settled")
    verification = sp.verify(f"{tmp_path}/settled")._repr_html_()
    assert Outline(verification).unscoped == 0 and "everything holds" in verification and "Not checked" in verification
    plan = sp.Plan(
        schema=1,
        base="bucks-and-burnley",
        draws=4,
        seed=1,
        uncertain=[
            {"name": "costs", "table": "option_years", "columns": ["grant"], "distribution": "uniform"}
            | {"low": 0.9, "high": 1.1}
        ],
    )
    shown = sp.run_ensemble(plan, f"{tmp_path}/ensemble")._repr_html_()
    assert Outline(shown).unscoped == 0 and "4 of 4 draws settled" in shown and "carbon 2027-28" in shown


@given(
    cells=st.lists(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.none()), min_size=1, max_size=30),
    most=st.integers(min_value=1, max_value=30),
)
def test_any_table_is_shown_well_formed_and_short(cells: list[object], most: int) -> None:
    table = pd.DataFrame({"<name>": range(len(cells)), "cell": pd.Series(cells, dtype=object)})
    outline = Outline(rich("title", "said", rich_table("caption", table, most)))
    assert outline.open == [] and "name" not in outline.seen
    assert outline.seen.count("tr") == 1 + min(len(cells), most)
    assert all(len(text) <= MOST_CHARACTERS for text in outline.texts)
    left = len(cells) - most
    assert any(text.startswith("caption") and (f"({left} more row" in text) == (left > 0) for text in outline.texts)


@given(st.floats(min_value=-1e300, max_value=1e300).filter(lambda x: abs(x) >= 1e-9 or x == 0))
def test_a_number_keeps_the_digits_that_matter(value: float) -> None:
    shown = re.search("<td>(.*)</td>", rich_table("", pd.DataFrame({"row": [1], "value": [value]})))
    assert shown is not None
    assert float(shown[1].replace(",", "")) == pytest.approx(value, rel=5.1e-4)


def test_an_empty_table_is_left_out() -> None:
    assert rich_table("caption", pd.DataFrame({"a": []})) == ""
