"""Comparisons: what differs, and what each difference does to money, targets and areas."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import singlepot as sp
from singlepot.models.files.folder_kinds import COMPARISON
from singlepot.reports import comparison_text, comparison_workbook, verdict
from singlepot.scenarios.many.settle_each import Outcome, settle_each

from ...command_line import run
from ...examples import tries
from ...strategies import drafts, scenario, without_minima


def two_areas(pot: float = 9.0, **further: Any) -> sp.Scenario:
    return sp.Scenario.from_tables(
        areas=pd.DataFrame({"code": ["A", "B"], "name": ["Aston", "=Barton"], "region": ["N", "S"]}),
        pot=pd.DataFrame({"year": ["2026-27"], "amount": [pot]}),
        bids=pd.DataFrame({"area": ["A", "B"], "year": ["2026-27"] * 2, "amount": [4.0, 8.0]}),
        years=["2026-27"],
        **further,
    )


@pytest.fixture(scope="module")
def england() -> sp.Comparison:
    return sp.compare(["england", "england-pot-down-10", "england-carbon-up-20", "england-no-give"])


def test_money_is_set_side_by_side_by_hand() -> None:
    """9 and then 6 over bids of 4 and 8: in proportion."""
    comparison = sp.compare([two_areas(), two_areas(6.0)], names=["now", "less"])
    assert comparison.areas[["scenario", "area", "region"]].to_numpy().tolist() == [
        ["less", "B", "S"],
        ["less", "A", "N"],
    ]
    assert comparison.areas[["before", "after", "change", "share"]].to_numpy() == pytest.approx(
        np.asarray([[6, 4, -2, -1 / 3], [3, 2, -1, -1 / 3]])
    )
    assert comparison.regions.set_index("region")["change"].to_dict() == pytest.approx({"N": -1.0, "S": -2.0})
    assert comparison.grants["pounds_change"].tolist() == [-1_000_000, -2_000_000]
    assert comparison.inputs[["table", "row", "column", "before", "after", "change"]].to_numpy().tolist() == [
        ["pot", "2026-27", "amount", 9.0, 6.0, -3.0]
    ]
    assert comparison.scenarios["losing"].tolist() == [0, 2]
    assert comparison.nested == (("less", "now"),)
    assert len(comparison.nesting) == 0


@tries(10)
@given(drafts())
def test_a_scenario_differs_from_itself_in_nothing(made: Any) -> None:
    one = scenario(made)
    comparison = sp.compare([one, one])
    for name in ("inputs", "areas", "grants", "targets", "asks", "nesting"):
        assert len(getattr(comparison, name)) == 0, name
    for name in ("regions", "nation", "region_targets", "stages"):
        assert (getattr(comparison, name)["change"] == 0).all(), name


@tries(10)
@given(drafts(), st.sampled_from([0.95, 1.1]))
def test_sums_agree_between_areas_regions_and_nation(made: Any, factor: float) -> None:
    one = scenario(without_minima(made))
    comparison = sp.compare([one, sp.apply_what_if(one, [{"table": "pot", "multiply": {"amount": factor}}])])
    assert not comparison.failures
    row = comparison.scenarios.iloc[1]
    total = row["grants"] - comparison.scenarios["grants"].iloc[0]
    size = one.bids["amount"].sum()
    for table in (comparison.areas, comparison.regions, comparison.grants):
        assert table["change"].sum() == pytest.approx(total, abs=1e-6 * size)
    changed = comparison.targets.groupby(["objective", "year"])["change"].sum()
    for (objective, year), change in comparison.region_targets.groupby(["objective", "year"])["change"].sum().items():
        assert change == pytest.approx(changed.get((objective, year), 0.0), abs=1e-4)
    assert (comparison.areas["change"] > 0).sum() == row["gaining"]


def test_a_larger_pot_that_takes_money_is_found() -> None:
    """England at 105% and 115% of its pot: some areas are asked for dearer outcomes and then no longer are."""
    base = sp.read_scenario("england")
    more = [sp.apply_what_if(base, [{"table": "pot", "multiply": {"amount": factor}}]) for factor in (1.05, 1.15)]
    comparison = sp.compare(more, names=["105%", "115%"])
    assert comparison.nested == (("105%", "115%"),)
    losers = comparison.nesting
    assert len(losers) > 5
    assert (losers["change"] < 0).all()
    lost = comparison.areas[comparison.areas["change"] < 0].set_index("area")["change"]
    assert losers.set_index("area")["change"].to_dict() == pytest.approx(lost.to_dict())
    assert re.search(r"The larger pot of 115% takes £[0-9.]+m from [0-9]+ areas", comparison_text(comparison))


def test_what_cannot_be_settled_is_a_row_with_the_reason() -> None:
    comparison = sp.compare([two_areas(), two_areas(6.0, rules={"grant_floor": 0.9})], names=["now", "floors"])
    assert list(comparison.failures) == ["floors"]
    assert "floors add up to £10.8m" in comparison.scenarios["reason"].iloc[1]
    assert len(comparison.areas) == 0 and len(comparison.inputs) == 2
    assert "There is no settlement: floors add up" in " ".join(comparison_text(comparison).split())
    with pytest.raises(sp.NoSettlementError):
        sp.compare([two_areas(6.0, rules={"grant_floor": 0.9}), two_areas()])


def test_different_units_are_refused() -> None:
    with pytest.raises(sp.BadInputError, match=r"SP-W018.*money in GBP million in a and in GBP in b"):
        sp.compare([two_areas(), two_areas().with_(money="GBP")], names=["a", "b"])
    with pytest.raises(sp.BadInputError, match=r"SP-W018.*at least two"):
        sp.compare([two_areas()])


def test_written_settlements_are_compared_without_settling_again(tmp_path: Path) -> None:
    for name, pot in (("one", 9.0), ("two", 6.0)):
        sp.settle(two_areas(pot)).write(tmp_path / name)
    asked: list[sp.Scenario] = []

    def none(scenarios: Iterable[sp.Scenario]) -> Iterator[Outcome]:
        asked.extend(scenarios)
        return iter(())

    comparison = sp.compare([tmp_path / "one", str(tmp_path / "two")], run=none)
    assert asked == []
    fresh = sp.compare([two_areas(), two_areas(6.0)], names=comparison.names)
    for name, table in comparison.tables.items():
        pd.testing.assert_frame_equal(table, fresh.tables[name], rtol=1e-9)


def test_stability_is_included_where_it_is_asked_for() -> None:
    comparison = sp.compare([two_areas(), two_areas(6.0)], names=["now", "less"], stability=["A"])
    assert comparison.stability["scenario"].tolist() == ["now", "now", "less", "less"]
    assert "stability.csv" in comparison.documents()
    assert "How far grants move" in comparison_text(comparison)


def test_the_tables_are_written_whole(england: sp.Comparison, tmp_path: Path) -> None:
    england.write(tmp_path / "out", further={"comparison.xlsx": comparison_workbook(england)})
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        *(f"{name}.csv" for name in england.tables),
        *(COMPARISON.manifest, "comparison.xlsx"),
    }
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out" / "inputs.csv").read_text(encoding="utf-8"))))
    pot = [row for row in rows if row["scenario"] == "england-pot-down-10"]
    assert [pot[0][name] for name in ("row", "before", "after")] == ["2026-27", "2650", "2385"]
    mixed = sp.compare([two_areas(), two_areas(6.0, rules={"grant_ceiling": 1.0})], names=["a", "b"])
    assert mixed.documents()["inputs.csv"].decode().splitlines()[1:] == [
        "b,scenario,,rules.grant_ceiling,added,,1,",
        "b,pot,2026-27,amount,changed,9,6,-3",
    ]
    with pytest.raises(sp.FolderRefusedError):
        england.write(tmp_path / "out")


def test_the_text_fits_80_columns_and_says_the_numbers(england: sp.Comparison) -> None:
    text = comparison_text(england)
    assert max(map(len, text.splitlines())) <= 80
    texts = " ".join(text.split())
    for words in (
        "Input changed: pot amount: 4 rows, 10,600 to 9,540 in sum",
        "£1,060.0m less is granted; no area gains and 71 areas lose",
        "Input changed: allowance on the largest shortfall: 0.005 to 0",
        "takes money from no area",
    ):
        assert words in texts, words
    assert "the largest shortfall goes from 5.45% to 4.95%" in verdict(england, "england-no-give")


def test_the_workbook_holds_every_table_and_runs_nothing() -> None:
    """A name that begins like a formula is text; the same comparison gives the same bytes."""
    comparison = sp.compare([two_areas(), two_areas(6.0)], names=["now", "http://less"])
    content = comparison_workbook(comparison)
    assert content == comparison_workbook(comparison)
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheets = re.findall(r'<sheet name="([^"]+)"', book.read("xl/workbook.xml").decode())
        assert sheets == ["read me", *comparison.tables]
        parts = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
        rels = [name for name in book.namelist() if "worksheets/_rels" in name]
    assert "=Barton" in parts
    assert "<f>" not in parts
    assert "<hyperlink " not in parts
    assert rels == []
    assert "before (GBP million)" in parts


def test_the_command_compare(tmp_path: Path) -> None:
    done = run("compare", "bucks-and-burnley", "less.toml", "--out", "out", cwd=tmp_path)
    assert done.returncode == 3
    assert "less.toml" in done.stderr
    (tmp_path / "less.toml").write_text(
        'base = "bucks-and-burnley"\ntitle = "Less"\n[[change]]\ntable = "pot"\nmultiply = { amount = 0.96 }\n'
    )
    done = run("compare", "bucks-and-burnley", "less.toml", "--out", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "Compared with bucks-and-burnley" in done.stdout
    assert (tmp_path / "out" / "comparison.xlsx").is_file()
    assert "Compared with Bucks and Burnley" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    again = run("compare", "bucks-and-burnley", "less.toml", "--out", "out", cwd=tmp_path)
    assert again.returncode == 2
    alone = run("compare", "bucks-and-burnley")
    assert (alone.returncode, "at least two" in alone.stderr) == (3, True)


def test_the_command_compare_exits_4_where_one_has_no_settlement(tmp_path: Path) -> None:
    """And writes what it has."""
    (tmp_path / "no.toml").write_text(
        'base = "bucks-and-burnley"\ntitle = "No"\n[rules]\ngrant_floor = 1\n'
        '[[change]]\ntable = "pot"\nset = { amount = 10 }\n'
    )
    done = run("compare", "bucks-and-burnley", "no.toml", "--out", "out", cwd=tmp_path)
    assert done.returncode == 4
    assert "There is no settlement" in done.stdout
    assert (tmp_path / "out" / COMPARISON.manifest).is_file()


def test_one_without_a_settlement_does_not_end_the_others() -> None:
    outcomes = list(settle_each([two_areas(), two_areas(1.0, rules={"grant_floor": 1.0}), two_areas(6.0)]))
    assert [isinstance(outcome, sp.Settlement) for outcome in outcomes] == [True, False, True]
