"""The report: every figure is one of the settlement's, names do no harm, nothing is fetched."""

from __future__ import annotations

import dataclasses
import math
import re
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import singlepot as sp
from singlepot.reports.page import PagesNotInstalledError, area_page_html, picture_files, report_html, templating
from singlepot.reports.page.drawings.drawing import _svg
from singlepot.reports.page.drawings.map import Measure, classify
from singlepot.reports.page.figures.cells import cells_of, read_cells
from singlepot.reports.page.figures.merit_order import MeritOrder

from ...places import ROOT
from ...sentences.facts import near
from ...strategies import scenario, seeded
from ..report_pages import Page, area_pages, read_page
from ..report_scenarios import NAMES, hostile

LARGEST = 4_000_000
"""Bytes of a report on England that a mail attachment carries."""


@cache
def england() -> sp.Settlement:
    return sp.settle(sp.read_scenario("england"))


@cache
def england_report() -> str:
    return report_html(england(), sp.price_fairness(england()))


@cache
def england_page() -> Page:
    return read_page(england_report())


@cache
def attacked() -> sp.Settlement:
    return sp.settle(hostile())


def same(found: float | None, expected: float) -> bool:
    """Whether a cell holds a number; none where the settlement has none."""
    if found is None:
        return bool(math.isnan(expected))
    return math.isclose(found, expected, rel_tol=1e-12, abs_tol=1e-12)


def check_rows(page: Page, table: str, expected: dict[str, dict[str, float]]) -> None:
    """Every row and no other, each number of it exactly that of the settlement."""
    rows = page.tables[table]
    assert set(rows) - {""} == set(expected)
    for key, values in expected.items():
        for column, value in values.items():
            assert same(rows[key][column].value, value), (table, key, column, rows[key][column], value)


def by_area(settlement: sp.Settlement) -> dict[str, dict[str, float]]:
    """Sums of the grants, by a loop that owes nothing to the report."""
    people = dict(zip(*(settlement.scenario.filled("areas")[c] for c in ("code", "population")), strict=True))
    pounds = {"GBP": 1, "GBP thousand": 1e3, "GBP million": 1e6}[settlement.scenario.settings.money]
    rows = {}
    for code in people:
        bids = [row for row in settlement.grants.to_dict("records") if row["area"] == code]
        sums = {column: math.fsum(row[column] for row in bids) for column in ("bid", "grant", "change")}
        head = people[code] if people[code] > 0 else math.nan
        rows[code] = {
            **sums,
            "share": sums["grant"] / sums["bid"] if sums["bid"] else math.nan,
            "per_head": sums["grant"] * pounds / head,
            "change_per_head": sums["change"] * pounds / head,
            "asks": float(sum(settlement.asks["area"] == code)),
        }
    return rows


def check_report(settlement: sp.Settlement, page: Page) -> None:
    """Compare every table of a report with the settlement, cell by cell."""
    bids = settlement.grants.groupby(["envelope", "year"])["bid"].sum()
    pot = {
        f"{row['envelope']} {row['year']}": {
            **{c: row[c] for c in ("amount", "allocated", "carried", "reserve", "pounds")},
            "bid": float(bids.get((row["envelope"], row["year"]), 0.0)),
        }
        for row in settlement.pot.to_dict("records")
    }
    check_rows(page, "pot", pot)
    columns = ("target", "proposed", "agreed", "shortfall", "price")
    national = {
        f"{row['objective']} {row['year']}": {c: row[c] for c in columns} | {"short": row["shortfall"] / row["target"]}
        for row in settlement.national.to_dict("records")
    }
    if national:
        check_rows(page, "national", national)
        for key, cells in page.tables["short"].items():
            if key:
                assert all(same(cells[c].value, national[key][c]) for c in ("target", "agreed", "shortfall", "short"))
    areas = by_area(settlement)
    centre = settlement.scenario.filled("areas").query("type == 'centre'")["code"]
    check_rows(page, "areas", {code: values for code, values in areas.items() if code not in set(centre)})
    stages = {
        row["name"]: {c: row[c] for c in ("value", "final", "give")} for row in settlement.stages.to_dict("records")
    }
    check_rows(page, "stages", stages)
    asks = {f"{row['area']} {row['option']}": row for row in settlement.asks.to_dict("records")}
    for key, cells in page.tables.get("asks", {}).items():
        if key:
            assert cells["grant_change"].value == asks[key]["grant_change"]
            assert cells["reason"].text == asks[key]["reason"]
    for column in ("grant_change", *settlement.scenario.objectives["key"]):
        total = math.fsum(cells[column].value or 0.0 for key, cells in page.tables.get("kinds", {}).items() if key)
        assert math.isclose(total, settlement.asks[column].sum(), rel_tol=1e-9, abs_tol=1e-9)
    best = settlement.best_placed.table
    for need in best["need"].unique():
        chosen = best[best["need"] == need]
        rows = {f"{r['area']} {r['option']}": r for r in chosen.to_dict("records")}
        shown = {key: cells for key, cells in page.tables.get(f"merit-{need}", {}).items() if key}
        assert len(shown) == min((chosen["outcome"] > 0).sum(), 150)
        for key, cells in shown.items():
            assert all(cells[c].value == rows[key][c] for c in ("outcome", "cost", "taken")), key
            assert cells["stop"].text == rows[key]["stop"]
    for table in ("regions", "deprivation"):
        groups = {key: cells for key, cells in page.tables.get(table, {}).items() if key}
        if groups:
            everybody = areas.values() if table == "regions" else [row for row in areas.values() if row["bid"] > 0]
            for column in ("bid", "grant"):
                total = math.fsum(cells[column].value or 0 for cells in groups.values())
                assert math.isclose(total, math.fsum(row[column] for row in everybody))


def check_area(settlement: sp.Settlement, code: str, page: Page) -> None:
    """Compare every table of an area's page with the settlement, cell by cell, and miss no row of it."""
    grants = settlement.grants[settlement.grants["area"] == code].to_dict("records")
    if grants:
        columns = ("bid", "grant", "change", "pounds")
        check_rows(page, f"grants-{code}", {f"{r['envelope']} {r['year']}": {c: r[c] for c in columns} for r in grants})
    targets = settlement.targets[settlement.targets["area"] == code].to_dict("records")
    for row in targets:
        for kind in ("proposed", "agreed", "uplift", "concession"):
            line = page.tables[f"targets-{code}"].get(f"{row['objective']} {kind}")
            assert (line is None and row[kind] == 0) or (line is not None and line[row["year"]].value == row[kind])
    asks = settlement.asks[settlement.asks["area"] == code].to_dict("records")
    for row in asks:
        cells = page.tables[f"asks-{code}"][row["option"]]
        assert cells["grant_change"].value == row["grant_change"]
        assert cells["reason"].text == row["reason"]
    shown = page.tables.get(f"asks-{code}", {})
    assert len([key for key in shown if key]) == len(asks)
    for table, rows in page.tables.items():
        if table.startswith("similar-"):
            areas = by_area(settlement)
            assert all(same(cells[c].value, areas[k][c]) for k, cells in rows.items() if k for c in ("bid", "share"))
        if table.startswith("components-"):
            total = math.fsum(cells["grant_change"].value or 0.0 for key, cells in rows.items() if key)
            assert math.isclose(total, math.fsum(row["grant_change"] for row in asks), abs_tol=1e-9)


def test_every_figure_of_the_report_on_england_is_one_of_the_settlements() -> None:
    check_report(england(), england_page())


def test_every_figure_of_every_areas_page_is_one_of_the_settlements() -> None:
    pages = area_pages(england_page())
    assert set(pages) == set(england().scenario.areas["code"])
    for code, page in pages.items():
        check_area(england(), code, page)


def test_the_maps_tables_are_the_settlements() -> None:
    last = england().targets.query("year == '2029-30'")
    for key in england().scenario.objectives["key"]:
        rows = last[last["objective"] == key].to_dict("records")
        expected = {row["area"]: {c: row[c] for c in ("proposed", "agreed", "uplift")} for row in rows}
        check_rows(england_page(), f"map-uplift-{key}", expected)
    areas = by_area(england())
    check_rows(england_page(), "map-per_head", {code: {"per_head": row["per_head"]} for code, row in areas.items()})


@pytest.mark.parametrize("seed", range(6))
def test_every_settlement_has_a_report_whose_figures_are_its_own(seed: int) -> None:
    settlement = sp.settle(scenario(seeded(seed)))
    page = read_page(report_html(settlement, sp.price_fairness(settlement)))
    check_report(settlement, page)
    for code, area in area_pages(page).items():
        check_area(settlement, code, area)


def test_what_a_cell_says_is_its_number_rounded() -> None:
    """The text of each cell lies within what its shown digits leave open."""
    checked = 0
    for page in (england_page(), *area_pages(england_page()).values()):
        for rows in page.tables.values():
            for cells in rows.values():
                for cell in cells.values():
                    if cell.value is None or "e" in cell.text:
                        continue
                    if money := re.match(r"-?£[\d,.]+m?|[-\d,.]+p$", cell.text):
                        held = (1.0, 1e3, 1e6) if "£" in cell.text else (1e6,)  # natural units in the objective's
                        assert any(near(money[0], cell.value * 1e6 / units) for units in held), cell
                        continue
                    text = cell.text.replace("−", "-").replace(",", "").rstrip("%")
                    if "<" in text:
                        assert 0 < abs(cell.value) < float(text.lstrip("-<"))
                        continue
                    scale = 0.01 if cell.text.endswith("%") else 1.0
                    digits = len(text.partition(".")[2])
                    whole = 4 if abs(cell.value) < 100 else 1
                    slack = max(0.5 * 10.0**-digits * scale, abs(cell.value) * 0.5 * 10.0**-whole * (digits > 1))
                    assert abs(float(text) * scale - cell.value) <= slack * (1 + 1e-9), cell
                    checked += 1
    assert checked > 10_000


def test_a_settlement_that_was_read_back_gives_the_same_pages(tmp_path: Path) -> None:
    settlement = attacked()
    price = sp.price_fairness(settlement)
    settlement.write(tmp_path / "out")
    again = sp.read_settlement(tmp_path / "out")
    assert report_html(again, price) == report_html(settlement, price)
    assert area_page_html(again, "A3") == area_page_html(settlement, "A3")
    assert picture_files(again, "svg") == picture_files(settlement, "svg")


def test_the_report_on_england_is_small_and_needs_no_network() -> None:
    text = england_report()
    assert len(text.encode()) < 0.65 * LARGEST  # the pictures are the same for twice as many areas
    assert not re.findall(r"(?:https?:)?//(?!www\.w3\.org/2000/svg)[a-z0-9-]+\.[a-z]{2,}", text)
    policy = next(words["content"] for tag, words in england_page().tags if words.get("http-equiv"))
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    runs = [words for tag, words in england_page().tags if tag == "script" and words.get("type") != "application/json"]
    assert len(runs) == 1


def test_the_first_screen_answers_what_ministers_ask() -> None:
    text = england_page().text
    for words in (
        "Bids are £1.06bn above",
        "Money left",
        "Largest shortfall",
        "Gain and lose",
        "✓ holds",
        "Illustrative: real",
    ):
        assert words in text
    assert "singlepot report ." in text
    assert "Placed by hand" in text


@dataclass(frozen=True)
class Log:
    key: str
    title: str
    about: str
    table: pd.DataFrame


def test_names_do_no_harm() -> None:
    """Every name stands in the page as a text, and nothing but the page's own script and drawings is in it."""
    log = Log("data", NAMES[0], NAMES[1], pd.DataFrame({NAMES[0]: [NAMES[1]], "n": [1.5]}))
    page = read_page(report_html(attacked(), sp.price_fairness(attacked()), [log]))
    check_report(attacked(), page)
    pages = [page, *area_pages(page).values(), *(read_page(area_page_html(attacked(), f"A{i}")) for i in range(3))]
    for item in pages:
        assert not [tag for tag, _ in item.tags if tag in ("img", "b", "iframe", "object", "foreignobject", "a:script")]
        assert not [text for _, text in item.tags for name in text if name.startswith("on")]
        assert not [s["href"] for _, s in item.tags if "href" in s and not s["href"].startswith("#")]
    assert len([1 for tag, _ in page.tags if tag == "script"]) == 2
    shown = [cells["name"].text for key, cells in page.tables["areas"].items() if key]
    assert sorted(shown) == sorted(NAMES)
    assert page.tables["log-data"][""][NAMES[0]].text in (NAMES[0], NAMES[1])
    for i, name in enumerate(NAMES):
        assert name in area_pages(page)[f"A{i}"].text


def test_marks_say_what_they_are_in_words() -> None:
    """No mark says its coordinates, as the library would have it; every hexagon says its authority."""
    tips = [text["data-tip"] for _, text in england_page().tags if "data-tip" in text]
    assert len(tips) > 3000
    assert not [tip for tip in tips if re.match(r"(x|y|v|at|label|name): ", tip)]
    for cell in read_cells()["name"]:
        assert sum(tip.startswith((f"{cell}:", f"{cell} (")) for tip in tips) >= 5, cell


def test_names_do_no_harm_in_pictures() -> None:
    for name, content in picture_files(attacked(), "svg").items():
        tags = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(content).iter()}
        assert tags <= {"svg", "g", "path", "rect", "text", "line", "tspan", "clipPath", "defs"}, name


def test_pictures_come_as_svg_and_png() -> None:
    svg, png = (picture_files(attacked(), kind) for kind in ("svg", "png"))
    assert {name.removesuffix(".svg") for name in svg} == {name.removesuffix(".png") for name in png}
    assert {"sums.svg", "merit-trees.svg", "merit-cuts.svg", "ranks.svg", "gains-change.svg"} <= set(svg)
    assert all(content.startswith(b"<svg") for content in svg.values())
    assert all(content.startswith(b"\x89PNG") for content in png.values())


def test_a_picture_is_drawn_once_for_all_its_files() -> None:
    picture_files(attacked(), "svg")
    drawn = _svg.cache_info().misses
    assert len(picture_files(attacked(), "png")) > 5
    assert _svg.cache_info().misses == drawn


def test_an_area_that_is_not_there_is_named() -> None:
    with pytest.raises(sp.BadOptionError, match="there is no area 'Nowhere'"):
        area_page_html(attacked(), "Nowhere")


def test_a_missing_library_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    templating.environment.cache_clear()
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(PagesNotInstalledError, match=r"reports need jinja2, which is not installed"):
        area_page_html(attacked(), "A0")
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(PagesNotInstalledError, match=r"need vl-convert-python"):
        picture_files(attacked(), "svg")


def test_further_constraints_that_are_not_there_are_said() -> None:
    provenance = {**attacked().provenance, "extra": ["a rule"]}
    lost = dataclasses.replace(attacked(), stored_orders=None, provenance=provenance)
    page = read_page(report_html(lost, sp.price_fairness(attacked())))
    assert "further constraints of a program" in page.text


def test_every_authority_has_a_hexagon_of_its_own() -> None:
    cells = read_cells()
    assert len(cells) == 153
    assert not cells[["q", "r"]].duplicated().any()
    assert (cells["placed"] == "by hand").sum() == 7
    figures = pd.read_csv(ROOT / "scenarios" / "library" / "figures" / "authorities.csv")
    both = cells.merge(figures, on="code", validate="one_to_one")
    assert len(both) == 153
    assert (both["recipient_x"] == both["recipient_y"]).all()


def test_members_have_the_hexagons_of_what_they_belong_to() -> None:
    cells = cells_of(sp.read_scenario("england"))
    assert len(cells) == 153
    assert cells["area"].nunique() == 71
    assert not len(cells_of(sp.read_scenario("bucks-and-burnley")))


def test_a_scenario_can_bring_its_own_hexagons() -> None:
    own = hostile()
    areas = own.areas.assign(hex_q=range(len(NAMES)), hex_r=1)
    mapped = own.with_(areas=areas, attributes=["income", "hex_q", "hex_r"])
    assert list(cells_of(mapped)["q"]) == list(range(len(NAMES)))
    assert "map-change.svg" in picture_files(sp.settle(mapped), "svg")


@given(
    st.lists(st.tuples(st.floats(0.1, 100), st.floats(-5, 50), st.floats(0, 1)), min_size=1, max_size=60),
    st.integers(1, 30),
)
def test_merged_bars_lose_nothing(rows: list[tuple[float, float, float]], most: int) -> None:
    """However few bars there are, they add up to the same outcome, the same use and the same cost, in order."""
    outcome, cost, taken = (np.asarray(item) for item in zip(*sorted(rows, key=lambda row: row[1]), strict=True))
    options = pd.DataFrame({"outcome": outcome, "cost": cost, "taken": taken})
    options = options.assign(area="A", name="A", region="R", called="more", stop="used up")
    order = MeritOrder("k", "K", "t", options, 1.0, "GBP million per t", 0.0, "GBP million")
    bars = pd.DataFrame(order.bars(most))
    assert len(bars) <= max(most, 1) + 1 or len(bars) == len(options)
    width = (bars["end"] - bars["start"]).to_numpy()
    assert math.isclose(width.sum(), outcome.sum())
    assert math.isclose((bars["used"] - bars["start"]).sum(), (outcome * taken).sum(), abs_tol=1e-9)
    assert math.isclose((width * bars["cost"]).sum(), (outcome * cost).sum(), abs_tol=1e-9)
    assert bars["cost"].is_monotonic_increasing or (np.diff(bars["cost"]) > -1e-9).all()


@given(st.lists(st.floats(-60, 60), min_size=1, max_size=40), st.booleans())
def test_a_value_lies_in_its_class(values: list[float], percent: bool) -> None:
    array = np.asarray(values if percent else np.abs(values))
    measure = Measure("change", "Change", pd.Series(array), percent)
    classes, labels, colours = classify(measure, array)
    assert len(labels) == len(colours)
    for value, group in zip(array, classes, strict=True):
        low, high = (
            float(s.replace("£", "").replace("%", "").replace(",", ""))
            for s in labels[group].partition(": ")[2].split(" to ")
        )
        slack = 0.0501 if percent else 0.501
        assert low - slack <= value <= high + slack, (value, labels[group])


def test_the_manuals_python_runs() -> None:
    text = (ROOT / "docs" / "report.md").read_text(encoding="utf-8")
    names: dict[str, str] = {}
    exec("\n".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL)), names)
    assert names["swept"].startswith("<!doctype html>")
    assert names["html"].startswith("<!doctype html>")
    assert "Burnley" in names["page"]
    assert "sums.svg" in names["pictures"]
