"""Anybody can verify a settlement they were sent: right ones hold, and every edit is found and named."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given

import singlepot as sp

from ...api.test_command_line import run
from ...strategies import Draft, drafts, scenario
from .test_double_build import tied

Rows = list[list[str]]
Edit = Callable[[Path], str]
"""Changes a written settlement; returns words that the verification must print."""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written") / "settlement"
    sp.settle(sp.read_scenario("bucks-and-burnley")).write(folder)
    return folder


def change(folder: Path, name: str, edit: Callable[[Rows], None]) -> None:
    path = folder / name
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    edit(rows)
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    path.write_bytes(text.getvalue().encode())


def column(rows: Rows, name: str) -> int:
    return rows[0].index(name)


def add(name: str, line: int, amount: float, table: str) -> Edit:
    """Add to a number on a line (the header is line 1)."""

    def edit(folder: Path) -> str:
        def within(rows: Rows) -> None:
            at = column(rows, name)
            number = float(rows[line - 1][at]) + amount
            rows[line - 1][at] = str(int(number)) if number == int(number) else repr(number)

        change(folder, f"tables/{table}.csv", within)
        return f"tables/{table}.csv line {line}:"

    return edit


def move_a_pound(folder: Path) -> str:
    add("pounds", 2, 1, "grants")(folder)
    return add("pounds", 4, -1, "grants")(folder)


def delete_a_grant(folder: Path) -> str:
    change(folder, "tables/grants.csv", lambda rows: rows.pop(3) and None)
    return "tables/grants.csv: no row for"


def repeat_a_target(folder: Path) -> str:
    change(folder, "tables/targets.csv", lambda rows: rows.insert(3, list(rows[2])))
    return "tables/targets.csv line 4: a second row for"


def forget_an_ask(folder: Path) -> str:
    change(folder, "tables/asks.csv", lambda rows: rows.pop() and None)
    return "tables/asks.csv: no row for"


def hide_a_shortfall(folder: Path) -> str:
    return add("target", 2, -5, "national")(folder)


def write_no_number(folder: Path) -> str:
    def within(rows: Rows) -> None:
        rows[1][column(rows, "grant")] = "about 30"

    change(folder, "tables/grants.csv", within)
    return "tables/grants.csv line 2: E06000052, total, 2026-27, grant: found 'about 30'; expected a number"


def raise_a_bid_in_the_scenario(folder: Path) -> str:
    def within(rows: Rows) -> None:
        rows[1][column(rows, "amount")] = "31"

    change(folder, "scenario/bids.csv", within)
    return "settlement.json: settled another scenario"


def loosen_a_rule(folder: Path) -> str:
    path = folder / "scenario/scenario.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("0.9", "0.8"), encoding="utf-8")
    return "settlement.json: settled another scenario"


def edit_the_document(folder: Path) -> str:
    path = folder / "settlement.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["grants"][2]["grant"] += 0.5
    path.write_text(json.dumps(document), encoding="utf-8")
    return "tables/grants.csv line 4: differs from settlement.json in grant"


def slip_a_file_in(folder: Path) -> str:
    (folder / "tables/more.csv").write_text("a\n", encoding="utf-8")
    return "tables/more.csv: the manifest does not list this file"


def write(name: str, line: int, text: str, table: str, words: str) -> Edit:
    """Put a text into a cell."""

    def edit(folder: Path) -> str:
        def within(rows: Rows) -> None:
            rows[line - 1][column(rows, name)] = text

        change(folder, f"tables/{table}.csv", within)
        return f"tables/{table}.csv line {line}: {words}"

    return edit


def say_otherwise(before: str, after: str, words: str) -> Edit:
    """Change a reason, wherever it says so."""

    def edit(folder: Path) -> str:
        lines = []

        def within(rows: Rows) -> None:
            at = column(rows, "reason")
            for number, row in enumerate(rows, start=1):
                if before in row[at] and not lines:
                    row[at] = row[at].replace(before, after)
                    lines.append(number)

        change(folder, "tables/asks.csv", within)
        return f"tables/asks.csv line {lines[0]}: {words}"

    return edit


EDITS: dict[str, Edit] = {
    "a price without a stage": write("price", 2, "2.5", "national", "a price without a stage"),
    "a price below zero": write("price", 3, "-1.5", "national", "price: found -1.5; expected above 0"),
    "a price in another unit": write("price_unit", 3, "pounds", "national", "price_unit: found pounds"),
    "a price in the money of no pot": write(
        "price_unit", 3, "GBP million of 2035-36 per kt CO2 a year", "national", "price_unit: found"
    ),
    "a price from no stage": write("price_stage", 3, "fairness", "national", "price_stage: found fairness"),
    "a price that removes what is no shortfall": write("removes", 3, "0.5", "national", "removes: found 0.5"),
    "a note that nobody writes": write("price_note", 3, "a bargain", "national", "price_note: found a bargain"),
    "a pot's price from another stage": write("price_stage", 2, "cost", "pot", "price_unit: found"),
    "a target's price raised": write("price", 3, "2", "national", "differs from settlement.json in price"),
    "a saving in a reason": say_otherwise("saves £5.0m", "saves £5.1m", "an amount in the reason: found £5.1m"),
    "a price in a reason": say_otherwise(
        "£1,500 for the last", "£1,600 for the last", "the last t CO2 a year: found £1,600"
    ),
    "a share in a reason": say_otherwise("and 50% of it", "and 60% of it", "60% of it: found 60"),
    "all of it in a reason": say_otherwise(
        ", and 50% of it was enough", ", so all of it is used", "reason: found 50.00%"
    ),
    "another area in a reason": say_otherwise(
        "grant” in Cornwall saves £5.0m", "grant” here saves £5.0m", "reason: found"
    ),
    "a pound moved": move_a_pound,
    "a grant changed": add("grant", 3, 0.001, "grants"),
    "a bid lowered": add("bid", 2, -1, "grants"),
    "a target changed": add("agreed", 5, 0.01, "targets"),
    "a row deleted": delete_a_grant,
    "a row repeated": repeat_a_target,
    "an ask forgotten": forget_an_ask,
    "a national target lowered": hide_a_shortfall,
    "a take-up raised": add("take_up", 2, 0.25, "take_up"),
    "the pot raised": add("amount", 2, 10, "pot"),
    "money left over": add("reserve", 3, 1, "pot"),
    "a better optimum claimed": add("value", 5, -1, "stages"),
    "a stage's value changed": add("final", 4, 0.1, "stages"),
    "no number": write_no_number,
    "the scenario's bid raised": raise_a_bid_in_the_scenario,
    "a rule loosened": loosen_a_rule,
    "the document changed": edit_the_document,
    "a file slipped in": slip_a_file_in,
}


def sign_again(folder: Path) -> None:
    """Make the manifest fit, as somebody who wants to deceive would."""
    path = folder / "manifest.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["files"] = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in document["files"]}
    path.write_text(json.dumps(document), encoding="utf-8")


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_is_found_though_the_manifest_was_made_to_fit(name: str, written: Path, tmp_path: Path) -> None:
    """The line is named, and nothing passes."""
    folder = tmp_path / "settlement"
    shutil.copytree(written, folder)
    words = EDITS[name](folder)
    sign_again(folder)
    verification = sp.verify(folder)
    assert not verification.passed
    assert any(str(finding).startswith(words) for finding in verification.findings), verification.statement()


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A settlement that misses both targets, and a bid that does not fit."""
    folder = tmp_path_factory.mktemp("short") / "settlement"
    years = ["2026-27"]
    made = sp.Scenario.from_tables(
        areas=pd.DataFrame({"code": ["A", "B"], "name": ["Aston", "Barton"]}),
        pot=pd.DataFrame({"year": years, "amount": [9.0]}),
        bids=pd.DataFrame({"area": ["A", "B"], "year": years * 2, "amount": [4.0, 8.0]}),
        objectives=pd.DataFrame({"key": ["carbon", "skills"], "name": ["Carbon", "Skills"], "unit": ["kt", "adults"]}),
        national=pd.DataFrame({"objective": ["carbon", "skills"], "year": years * 2, "target": [30.0, 40.0]}),
        targets=pd.DataFrame(
            {
                "area": ["A", "A", "B", "B"],
                "objective": ["carbon", "skills"] * 2,
                "year": years * 4,
                "target": [10.0, 20.0, 15.0, 10.0],
            }
        ),
        years=years,
    )
    sp.settle(made).write(folder)
    return folder


@pytest.mark.parametrize(
    ("table", "name", "factor", "words"),
    [
        ("national", "price", 1.01, "tables/national.csv: shortfall.largest[1]: targets times prices"),
        ("national", "removes", 0.99, "tables/national.csv line 2: removes"),
        ("pot", "removes", 1.01, "tables/pot.csv line 2: removes"),
        ("pot", "price", 1.01, "tables/pot.csv line 2: removes"),
    ],
)
def test_prices_of_what_is_missed_must_add_up(
    table: str, name: str, factor: float, words: str, short: Path, tmp_path: Path
) -> None:
    """Targets times prices come to one, and what £1m removes is its worth over the shortfall."""
    assert sp.verify(short).passed, sp.verify(short).statement()
    folder = tmp_path / "settlement"
    shutil.copytree(short, folder)

    def within(rows: Rows) -> None:
        at = column(rows, name)
        line = next(i for i in range(1, len(rows)) if float(rows[i][at] or 0) > 0)
        rows[line][at] = repr(float(rows[line][at]) * factor)

    change(folder, f"tables/{table}.csv", within)
    sign_again(folder)
    findings = [str(finding).replace("line 3", "line 2") for finding in sp.verify(folder).findings]
    assert any(finding.startswith(words) for finding in findings), findings


def test_a_hurried_edit_is_found_by_the_manifest_too(written: Path, tmp_path: Path) -> None:
    folder = tmp_path / "settlement"
    shutil.copytree(written, folder)
    move_a_pound(folder)
    verification = [str(finding) for finding in sp.verify(folder).findings]
    assert verification[0] == "tables/grants.csv: changed after the manifest was written"


def test_the_command_line_prints_a_statement_and_exits_0(written: Path) -> None:
    done = run("verify", str(written), "--independent")
    assert done.returncode == 0
    assert "everything holds" in done.stdout
    assert "double build: optimum of every stage: 5" in done.stdout
    assert "Not checked:" in done.stdout
    assert "(use --independent)" in run("verify", str(written)).stdout


def test_the_command_line_exits_6_and_names_the_line(written: Path, tmp_path: Path) -> None:
    folder = tmp_path / "settlement"
    shutil.copytree(written, folder)
    words = move_a_pound(folder)
    done = run("verify", str(folder))
    assert done.returncode == 6
    assert words in done.stdout
    document = json.loads(run("verify", str(folder), "--json").stdout)
    assert document["passed"] is False
    assert document["findings"][0]["place"] == "tables/grants.csv"


@pytest.mark.parametrize("lost", ["manifest.json", "settlement.json", "tables/pot.csv", "scenario/bids.csv"])
def test_a_folder_with_a_part_missing_is_no_settlement(written: Path, tmp_path: Path, lost: str) -> None:
    folder = tmp_path / "settlement"
    shutil.copytree(written, folder)
    (folder / lost).unlink()
    done = run("verify", str(folder))
    assert done.returncode == 6
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr
    assert run("verify", str(tmp_path / "nowhere")).returncode == 6


def written_under(extra: Callable[[sp.ExtraRows], None], made: sp.Scenario, folder: Path) -> None:
    """Write a settlement that a further constraint has bent, and hide the constraint."""
    sp.settle(made, extra=extra).write(folder)
    path = folder / "settlement.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["provenance"]["extra"] = []
    path.write_text(json.dumps(document), encoding="utf-8")
    sign_again(folder)


@pytest.mark.parametrize(
    ("preferred", "least", "words"),
    [(2, 19.8, "burden, value"), (1, 9.7, "grants can be shared more fairly")],
)
def test_a_hidden_constraint_is_found_though_every_sum_is_right(
    preferred: int, least: float, words: str, tmp_path: Path
) -> None:
    """Some of three equal areas were preferred: settling again finds it, the double build says what was possible."""
    folder = tmp_path / "settlement"

    def prefer(rows: sp.ExtraRows) -> None:
        rows.at_least("one before the others", rows.labels("grant")["column"][:preferred], 1.0, least)

    written_under(prefer, tied(), folder)
    again = {finding.place for finding in sp.verify(folder).findings}
    assert {"tables/take_up.csv line 2", "tables/grants.csv line 2"} <= again
    findings = [str(finding) for finding in sp.verify(folder, independent=True).findings]
    assert any(words in finding for finding in findings), findings


def test_constraints_that_it_cannot_know_are_said(tmp_path: Path) -> None:
    def cap(rows: sp.ExtraRows) -> None:
        rows.at_most("a cap of ours", rows.labels("grant")["column"][:1], 1.0, 9.5)

    folder = tmp_path / "settlement"
    sp.settle(tied(), extra=cap).write(folder)
    verification = sp.verify(folder, independent=True)
    assert verification.passed
    assert any("a cap of ours" in line for line in verification.not_checked)


@given(drafts())
def test_every_settlement_that_we_write_holds(made: Draft) -> None:
    """What we write of any valid scenario stands up to being done again in exact numbers."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        sp.settle(scenario(made)).write(f"{folder}/settlement")
        verification = sp.verify(f"{folder}/settlement")
    assert verification.passed, verification.statement()
