"""Reports of comparisons, sweeps and ensembles: every figure is theirs, names do no harm, nothing is fetched."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import singlepot as sp
from singlepot.reports.page import (
    alternatives_html,
    comparison_html,
    ensemble_html,
    frontier_html,
    regimes_html,
    robust_html,
    stability_html,
    sweep_html,
)
from singlepot.reports.text.ensemble import by_item
from singlepot.reports.text.regimes import average_short, paid_shares
from singlepot.scenarios.ensemble.plan import make_plan

from ...command_line import run
from ...places import ROOT
from ...pot_plan import pot_plan
from ..report_pages import Page, read_page
from ..report_scenarios import NAMES, hostile
from .test_browser import DESK, PHONE, STANDARDS, Watch, browser

assert browser  # the fixture


@cache
def comparison() -> sp.Comparison:
    start = hostile()
    less = start.with_(pot=start.pot.assign(amount=start.pot["amount"] * 0.9), title=f"Less {NAMES[0]}")
    none = start.with_(pot=start.pot.assign(amount=1.0), title="None")
    return sp.compare([start, less, none], names=["now", NAMES[1], NAMES[0]], stability=["A0"])


@cache
def sweep(*levers: str) -> sp.Sweep:
    values = {"pot": [0.3, 0.9, 1.0, 1.2], "rules.grant_floor": [0.4, 0.5]}
    return sp.sweep(hostile(), {lever: values[lever] for lever in levers})


@pytest.fixture(scope="module")
def ensemble(tmp_path_factory: pytest.TempPathFactory) -> sp.Ensemble:
    folder = tmp_path_factory.mktemp("ensemble")
    for name, content in hostile().documents().items():
        (folder / "base").mkdir(exist_ok=True)
        (folder / "base" / name).write_bytes(content)
    costs = {"name": NAMES[0], "table": "pot", "columns": ["amount"], "each": "year"}
    text = {**costs, "distribution": "uniform", "low": 0.8, "high": 1.2}
    plan = make_plan({"base": str(folder / "base"), "title": NAMES[1], "draws": 8, "uncertain": [text]}, "plan")
    return sp.run_ensemble(plan, folder / "out")


@cache
def regimes() -> sp.Regimes:
    return sp.compare_regimes(hostile())


@cache
def frontier() -> sp.Frontier:
    return sp.trace_frontier(hostile(), "trees", "burden")


@cache
def alternatives() -> sp.Alternatives:
    return sp.find_alternatives(sp.settle(hostile()), 0.05, 2, by="area")


@cache
def stability() -> pd.DataFrame:
    return sp.measure_stability(sp.settle(hostile()), ["A0", "A1"])


@cache
def robust() -> sp.Robust:
    return sp.settle_robust(ROOT / "scenarios" / "library" / "ensembles" / "bucks-elasticity.toml", draws=4)


def further_pages() -> dict[str, str]:
    """Reports of regimes, a frontier, alternatives and stability of the scenario whose names are an attack."""
    return {
        "regimes": regimes_html(regimes()),
        "frontier": frontier_html(frontier()),
        "alternatives": alternatives_html(alternatives()),
        "stability": stability_html(stability(), sp.settle(hostile())),
    }


def check(page: Page, table: str, frame: pd.DataFrame, by: list[str], columns: list[str]) -> None:
    """Every row of a frame stands in the page's table, and no other, each figure with its exact value."""
    shown = {key: cells for key, cells in page.tables[table].items() if key}
    assert len(shown) == len(frame)
    for row in frame.to_dict("records"):
        cells = shown[" ".join(str(row[name]) for name in by)]
        for column in columns:
            value, result = row[column], cells[column].value
            assert result == value or (result is None and math.isnan(value)), (table, column)


CHANGE = ["before", "after", "change"]


def test_every_figure_of_a_comparison_is_its_own() -> None:
    result = comparison()
    page = read_page(comparison_html(result))
    figures = [name for name in result.scenarios if name not in ("scenario", "title", "reason")]
    check(page, "scenarios", result.scenarios, ["scenario"], figures)
    of_one = {name: t[t["scenario"] == NAMES[1]] for name, t in result.tables.items() if "scenario" in t}
    check(page, "areas-1", of_one["areas"], ["area"], ["bid", *CHANGE, "share"])
    check(page, "regions-1", of_one["regions"], ["region"], ["bid", *CHANGE, "share"])
    check(page, "nation-1", of_one["nation"], ["objective", "year"], ["target", *CHANGE, "short_before", "short"])
    check(page, "stages-1", of_one["stages"], ["stage"], CHANGE)
    numbers = of_one["inputs"][[isinstance(item, float) for item in of_one["inputs"]["before"]]]
    assert len(numbers)
    shown = page.tables["inputs-1"]
    for row in numbers.to_dict("records"):
        cells = shown[f"{row['table']} {row['row']} {row['column']}"]
        assert [cells[name].value for name in CHANGE] == [row[name] for name in CHANGE]
    check(page, "stability", result.stability, ["scenario", "area", "number", "moved"], [*CHANGE, "elasticity"])
    assert "There is no settlement" in page.text


@pytest.mark.parametrize("levers", [("pot",), ("pot", "rules.grant_floor")])
def test_every_figure_of_a_sweep_is_its_own(levers: tuple[str, ...]) -> None:
    result = sweep(*levers)
    page = read_page(sweep_html(result))
    settled = result.points["status"] == "settled"
    assert 0 < settled.sum() < len(result.points)
    figures = [str(name) for name in result.points if name not in ("status", "reason")]
    check(page, "points", result.points[settled], list(levers), figures)
    check(page, "unsettled", result.points[~settled], list(levers), list(levers))
    for area, group in result.grants.groupby("area"):
        cells = page.tables["areas"][str(area)]
        for column in ("grant", "share"):
            ends = [cells[f"{column}_{end}"].value for end in ("lowest", "highest")]
            assert ends == [group[column].min(), group[column].max()]


def test_every_figure_of_an_ensemble_is_its_own(ensemble: sp.Ensemble) -> None:
    html = ensemble_html(ensemble)
    page = read_page(html)
    for kind, table in (("target", "targets"), ("grant", "grants"), ("stage", "stages"), ("regret", "regret")):
        frame = by_item(ensemble, kind).reset_index()
        assert len(frame)
        check(page, table, frame, ["item"], [str(name) for name in frame if name != "item"])
    counts = [cells["size"].value for key, cells in page.tables["draws"].items() if key]
    assert sum(count or 0 for count in counts) == len(ensemble.draws)
    assert ensemble_html(ensemble) == html
    assert str(Path(ensemble.plan.base).parent) not in html


def test_every_figure_of_regimes_is_its_own() -> None:
    page, result = read_page(regimes_html(regimes())), regimes()
    sums = result.grants.groupby(["area", "regime"])["grant"].sum()
    for area, cells in page.tables["areas"].items():
        for key in result.settlements if area else []:
            assert math.isclose(cells[key].value or 0.0, sums[area, key], abs_tol=1e-12)
    for key in result.settlements:
        ratio = paid_shares(result[key])
        cells = page.tables["regimes"][key]
        assert [cells[c].value for c in ("lowest", "median", "highest")] == [ratio.min(), ratio.median(), ratio.max()]
        assert cells["short"].value == average_short(result[key])


def test_every_figure_of_frontier_alternatives_and_stability_is_its_own() -> None:
    corners = frontier().corners.assign(number=[float(k) for k in range(1, len(frontier().corners) + 1)])
    shown = read_page(frontier_html(frontier())).tables["corners"]
    assert [[cells[c].value for c in ("first", "second")] for key, cells in shown.items() if key] == (
        corners[["first", "second"]].to_numpy().tolist()
    )
    page = read_page(alternatives_html(alternatives()))
    check(page, "ranges", alternatives().ranges, ["area"], ["bid", "grant", "equal_low", "near_high"])
    check(page, "groups", alternatives().groups, ["group"], ["central", "low", "high", "alternative 1"])
    page = read_page(stability_html(stability(), sp.settle(hostile())))
    check(page, "stability", stability(), ["area", "number", "moved"], [*CHANGE, "elasticity"])


def test_every_figure_of_robust_grants_is_its_own() -> None:
    page, sums = read_page(robust_html(robust())), robust().grants.groupby("area")
    frame = sums[["bid", "central", "grant", "change"]].sum().reset_index()
    check(page, "areas", frame, ["area"], ["bid", "central", "grant", "change"])
    for case in ("robust", "central", "known"):
        assert page.tables["cases"][case]["expected"].value == robust().figure(f"expected, {case}")


def test_pages_are_headed_by_titles_and_name_no_file() -> None:
    for name, html in further_pages().items():
        heading = re.findall(r"<h1>(.*?)</h1>", html)[0]
        assert "Attack" in heading and "html" not in heading and ".toml" not in heading, (name, heading)


def test_names_do_no_harm_and_nothing_is_fetched(ensemble: sp.Ensemble) -> None:
    """Every name stands there as a text; nothing but the page's own script and drawings is in it; no host is named."""
    changed = [*comparison().names, *comparison().areas["name"]]
    pages = [(comparison_html(comparison()), changed), (sweep_html(sweep("pot")), NAMES)]
    further = [(html, []) for html in further_pages().values()]
    for html, names in [*pages, (ensemble_html(ensemble), NAMES), *further]:
        page = read_page(html)
        assert not [tag for tag, _ in page.tags if tag in ("img", "b", "iframe", "object", "foreignobject", "a")][1:]
        assert not [text for _, text in page.tags for name in text if name.startswith("on")]
        assert not [s["href"] for _, s in page.tags if "href" in s and not s["href"].startswith("#")]
        scripts = [text for tag, text in page.tags if tag == "script" and text.get("type") != "application/json"]
        assert len(scripts) == 1
        assert all(name in page.text for name in names)
        assert not re.findall(r"(?:https?:)?//(?!www\.w3\.org/2000/svg)[a-z0-9-]+\.[a-z]{2,}", html)
        policy = next(text["content"] for _, text in page.tags if text.get("http-equiv"))
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        tips = [text["data-tip"] for _, text in page.tags if "data-tip" in text]
        assert tips
        assert not [tip for tip in tips if re.match(r"(at|v|value|name|outer low|median): ", tip)]


def test_a_sweep_without_any_settlement_has_a_report() -> None:
    page = read_page(sweep_html(sp.sweep(hostile(), {"pot": [0.1]})))
    assert "0.1" in page.text
    assert "0 of 1 point has a settlement" in page.text


@pytest.mark.needs("chromium")
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_they_open_quietly_and_axe_finds_nothing(
    browser: Any, viewport: Any, ensemble: sp.Ensemble, tmp_path: Path
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    made = {"comparison": comparison_html(comparison()), "sweep": sweep_html(sweep("pot"))}
    for name, html in {**made, "ensemble": ensemble_html(ensemble), **further_pages()}.items():
        path = tmp_path / f"{name}.html"
        path.write_text(html, encoding="utf-8")
        with Watch(browser, path, viewport, bypass_csp=True) as page:
            assert page.evaluate("typeof window.hit") == "undefined"
            assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
            if viewport is PHONE:
                continue
            output = Axe().run(page, options={"runOnly": STANDARDS}).response["violations"]
            assert not [(item["id"], item["nodes"][0]["html"]) for item in output], name


def test_without_the_extra_one_line_says_what_to_install(tmp_path: Path) -> None:
    """The rest is written, and the exit code is 0."""
    code = (
        "import sys\nsys.modules['jinja2'] = None\nfrom singlepot.cli import _run\n"
        "sys.exit(_run(['compare', 'bucks-and-burnley', 'bucks-and-burnley', '--out', 'out']))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "report.html was not written: reports need jinja2, which is not installed; python -m pip" in done.stdout
    assert {path.name for path in (tmp_path / "out").iterdir()} >= {"comparison.json", "areas.csv"}
    assert not (tmp_path / "out" / "report.html").exists()


def test_the_command_writes_it_into_a_finished_ensemble(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(pot_plan("bucks-and-burnley", 3), encoding="utf-8")
    for _ in range(2):  # a finished ensemble is not settled again, and its report is the same
        done = run("ensemble", "plan.toml", "--out", "drawn", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        html = ensemble_html(sp.read_ensemble(tmp_path / "drawn"))
        assert (tmp_path / "drawn" / "report.html").read_text(encoding="utf-8") == html
    assert "report.html" in (tmp_path / "drawn" / "manifest.json").read_text(encoding="utf-8")
