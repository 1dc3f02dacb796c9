"""A scenario is a value: what goes in comes out, unchanged, in every form."""

from __future__ import annotations

import copy
import pickle
import shutil
import tempfile
import time
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from singlepot.models.diagnostics.problems import BadInputError, in_latin
from singlepot.models.files.csv_text import csv_text, number_text
from singlepot.models.scenario.manual_page import tables_page
from singlepot.models.scenario.scenario import Scenario
from singlepot.models.tables.rule_kinds import RULES
from singlepot.models.tables.schema import TABLES
from singlepot.scenarios.reading.reading import read_scenario

from ...places import INPUT

YEARS = ["2026-27", "2027-28"]


def small(**changes: Any) -> dict[str, Any]:
    """Two areas, two years, one objective."""
    tables: dict[str, Any] = {
        "areas": pd.DataFrame({"code": ["A", "B"], "name": ["Aston", "Barton"]}),
        "objectives": pd.DataFrame({"key": ["skills"], "name": ["Skills"], "unit": ["adults"]}),
        "pot": pd.DataFrame({"year": YEARS, "amount": [10.0, 10.0]}),
        "bids": pd.DataFrame({"area": ["A", "B"], "year": YEARS, "amount": [6.0, 0.0]}),
        "options": pd.DataFrame({"area": ["A"], "option": ["more"]}),
        "option_years": pd.DataFrame(
            {"area": ["A"], "option": ["more"], "year": [YEARS[0]], "grant": [2], "skills": [3]}
        ),
        "years": YEARS,
    }
    return tables | changes


def full() -> Scenario:
    return read_scenario(INPUT / "full")


def write(scenario: Scenario, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in scenario.documents().items():
        (folder / name).write_bytes(content)
    return folder


def codes(attempt: Callable[[], object]) -> list[str]:
    with pytest.raises(BadInputError) as caught:
        attempt()
    return [problem.code for problem in caught.value.problems]


def test_documents_read_back_equal(tmp_path: Path) -> None:
    scenario = full()
    again = read_scenario(write(scenario, tmp_path / "a"))
    assert again == scenario
    assert again.documents() == scenario.documents()
    for name, table in scenario.tables.items():
        pd.testing.assert_frame_equal(again.tables[name], table)


def test_only_tables_with_rows_are_written() -> None:
    names = set(Scenario.from_tables(**small(options=None, option_years=None)).documents())
    assert names == {"scenario.toml", "areas.csv", "objectives.csv", "pot.csv", "bids.csv"}


def test_frames_and_folder_mean_the_same(tmp_path: Path) -> None:
    scenario = full()
    settings = scenario.settings
    tables: dict[str, Any] = dict(scenario.tables)
    rows = tables.pop("rules")
    again = Scenario.from_tables(
        **tables,
        rules=settings.rules,
        rule_rows=rows,
        years=settings.years,
        attributes=settings.attributes,
        title=settings.title,
        price_base=settings.price_base,
        equity={"attribute": "income", "elasticity": 1.3},
        stages={"order": settings.stages.order, "give": settings.stages.give},
    )
    assert again == scenario


def test_text_stays_text(tmp_path: Path) -> None:
    names = ["NA", "null", "None", "True", "0123", "1E3", "=1+1", "nan", 'a "quoted", name', "Ynys Môn", "2026-27"]
    areas = pd.DataFrame(
        {"code": names, "name": names[::-1], "_hidden": range(len(names)), "note": [None] * len(names)}
    )
    bids = pd.DataFrame({"area": names, "year": "2026-27", "amount": 1.0})
    scenario = Scenario.from_tables(**small(areas=areas, bids=bids, options=None, option_years=None))
    assert list(scenario.areas["code"]) == names
    assert list(scenario.areas["_hidden"]) == [str(number) for number in range(len(names))]
    assert list(scenario.areas["note"]) == [""] * len(names)
    assert read_scenario(write(scenario, tmp_path / "a")) == scenario


@given(st.lists(st.floats(min_value=0, allow_infinity=False, allow_nan=False), min_size=1, max_size=20))
def test_numbers_come_back_to_the_last_digit(numbers: list[float]) -> None:
    frame = pd.DataFrame({"amount": numbers})
    lines = csv_text(frame).decode().splitlines()
    assert [float(line) for line in lines[1:]] == numbers
    assert not any(line.endswith(".0") for line in lines)


WORDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).filter(
    lambda word: word.isprintable() and word == word.strip() == unicodedata.normalize("NFC", word)
)


@given(st.lists(WORDS, min_size=1, max_size=6, unique_by=in_latin), st.just(0.0) | st.floats(0.01, 1e5))
def test_any_text_comes_back(words: list[str], amount: float) -> None:
    areas = pd.DataFrame({"code": words, "name": words[::-1], "region": words, "_kept": "a\n b "})
    bids = pd.DataFrame({"area": words, "year": YEARS[0], "amount": amount})
    scenario = Scenario.from_tables(**small(areas=areas, bids=bids, options=None, option_years=None))
    with tempfile.TemporaryDirectory() as folder:
        assert read_scenario(write(scenario, Path(folder))) == scenario


def test_whole_numbers_truth_values_and_missing_cells_are_written_as_csv() -> None:
    frame = pd.DataFrame(
        {"a": [1, 2], "b": [True, False], "c": [None, "x\ny"], "d": pd.array([1, None], dtype="Int64")}
    )
    assert csv_text(frame) == b'a,b,c,d\n1,True,,1\n2,False,"x\ny",\n'
    assert number_text(-0.0) == "-0"


def test_tables_are_typed_and_in_the_users_order() -> None:
    scenario = full()
    assert list(scenario.areas["code"]) == ["E1", "E2", "E3", "E4", "C1"]
    assert list(scenario.bids.columns) == ["area", "year", "amount", "envelope", "reference"]
    for name, table in scenario.tables.items():
        for column in table:
            known = TABLES[name].by_name.get(column)
            numeric = column != "note" if known is None else known.numeric
            assert (table[column].dtype == np.float64) == numeric, column
    assert scenario.bids["reference"].isna().sum() == 2
    assert scenario.targets["weight"].isna().sum() == 3
    assert list(scenario.areas["type"]) == ["county", "unitary", "county", "parish", "centre"]


def test_absent_tables_have_their_required_columns() -> None:
    tables = Scenario.from_tables(**small(options=None, option_years=None)).tables
    assert list(tables) == list(TABLES)
    for name in ("national", "targets", "options", "option_years", "rules"):
        assert list(tables[name]) == [column.name for column in TABLES[name] if column.required]
        assert len(tables[name]) == 0


def test_filled_has_every_column_and_default() -> None:
    scenario = Scenario.from_tables(**small())
    assert scenario.envelopes == ("total",)
    bids = scenario.filled("bids")
    assert list(bids["envelope"]) == ["total", "total"]
    assert bids["reference"].isna().all()
    options = scenario.filled("options")
    assert (options["max_take_up"][0], options["own_cost"][0], options["group"][0], options["requires"][0]) == (
        1,
        0,
        "",
        "",
    )
    assert scenario.filled("objectives")[["direction", "weight", "priority"]].to_numpy().tolist() == [
        ["increase", 1, 1]
    ]
    years = scenario.filled("option_years")
    assert list(years) == ["area", "option", "year", "grant_total", "skills"]
    assert years.loc[0, ["grant_total", "skills"]].tolist() == [2, 3]
    for name in TABLES:
        if name != "option_years":
            assert list(scenario.filled(name)) == [column.name for column in TABLES[name]]
    assert list(full().filled("targets")["weight"]) == [2, 2, 1, 1, 1, 1]
    assert list(full().filled("areas"))[-2:] == ["income", "hours"]
    assert list(full().filled("rules")["basis"])[:2] == ["bid", "bid"]
    profile = full().filled("option_years")
    assert list(profile) == ["area", "option", "year", "grant_resource", "grant_capital", "skills", "carbon"]
    assert not profile.isna().any().any()


def test_a_single_envelope_may_have_a_name() -> None:
    pot = pd.DataFrame({"year": YEARS, "amount": [10, 10], "envelope": "capital"})
    bids = pd.DataFrame({"area": ["A"], "year": YEARS[:1], "amount": [1], "envelope": ["capital"]})
    scenario = Scenario.from_tables(**small(pot=pot, bids=bids))
    assert scenario.envelopes == ("capital",)
    assert scenario.filled("option_years")["grant_capital"].tolist() == [2]
    both = small()["option_years"].assign(grant_capital=1)
    assert codes(lambda: Scenario.from_tables(**small(pot=pot, bids=bids, option_years=both))) == ["SP-D032"]


def test_with_merges_mappings_and_replaces_tables() -> None:
    scenario = full()
    other = scenario.with_(
        rules={"grant_floor": 0.8, "virement": None},
        stages={"give": {"burden": 0.01, "shortfall.total": None}},
        equity={"elasticity": 0.8},
        title="other",
        bids=scenario.bids.head(4),
        targets=None,
    )
    kept = {name: value for name, value in scenario.settings.rules.items() if name != "virement"}
    assert other.settings.rules == kept | {"grant_floor": 0.8}
    assert other.settings.stages.give == {"shortfall.largest": 0.005, "burden": 0.01}
    assert other.settings.stages.order == scenario.settings.stages.order
    assert other.settings.equity is not None
    assert (other.settings.equity.attribute, other.settings.equity.elasticity) == ("income", 0.8)
    assert (len(other.bids), len(other.targets)) == (4, 0)
    assert scenario == full()
    assert other.with_(equity=None).settings.equity is None
    assert scenario.with_() == scenario
    assert len(scenario.with_(rules=scenario.rules.head(1)).rules) == 1
    assert len(scenario.with_(rule_rows=None).rules) == 0
    assert codes(lambda: scenario.with_(rules={"grant_floor": 8})) == ["SP-S004"]
    with pytest.raises(TypeError, match="no bid"):
        scenario.with_(bid=scenario.bids)


def test_a_scenario_cannot_be_changed() -> None:
    scenario = full()
    bids = scenario.bids
    bids.loc[0, "amount"] = 99.0
    bids = scenario.tables["bids"]
    bids["amount"] = 0.0
    with pytest.raises(AttributeError, match="with_"):
        scenario.bids = bids  # type: ignore[misc]
    with pytest.raises(TypeError):
        scenario.tables["bids"] = bids  # type: ignore[index]
    with pytest.raises(TypeError):
        Scenario()
    assert scenario == full()


def test_changing_what_was_given_changes_nothing() -> None:
    given_tables = small()
    scenario = Scenario.from_tables(**given_tables)
    given_tables["bids"].loc[0, "amount"] = 99.0
    assert scenario.bids["amount"].tolist() == [6.0, 0.0]


def test_a_scenario_can_be_copied_and_sent_to_another_process() -> None:
    scenario = full()
    assert pickle.loads(pickle.dumps(scenario)) == scenario
    assert copy.deepcopy(scenario) == scenario
    with pytest.raises(BadInputError) as caught:
        scenario.with_(rules={"grant_floor": 8})
    assert pickle.loads(pickle.dumps(caught.value)).problems == caught.value.problems


def test_notebooks_show_names_as_text() -> None:
    title = "<script>alert(1)</script>"
    scenario = Scenario.from_tables(**small(title=title, bids=small()["bids"].assign(**{"_<b>": "x"})))
    html = scenario._repr_html_()
    assert "<script>" not in html and "<b>" not in html and "&lt;script&gt;" in html
    assert "\n" not in repr(scenario) and len(repr(scenario)) < 120


def numbers(kind: Callable[[list[Any]], Any]) -> pd.DataFrame:
    return pd.DataFrame({"area": ["A", "B"], "year": YEARS, "amount": kind([6, 4])})


@pytest.mark.parametrize(
    "kind",
    [
        list,
        lambda cells: pd.array(cells, dtype="Int64"),
        lambda cells: pd.array(cells, dtype="Float32"),
        lambda cells: np.array(cells, dtype=np.uint8),
        lambda cells: pd.Series(cells, dtype=object),
        lambda cells: [str(cell) for cell in cells],
        lambda cells: [Decimal(cells[0]), Fraction(cells[1])],
        lambda cells: [f" {cells[0]}.0e0 ", np.float32(cells[1])],
    ],
)
def test_numbers_of_every_kind_are_read(kind: Callable[[list[Any]], Any]) -> None:
    assert Scenario.from_tables(**small(bids=numbers(kind))).bids["amount"].tolist() == [6.0, 4.0]


@pytest.mark.parametrize(
    ("cells", "code", "says"),
    [
        ([6, True], "SP-D011", "got True"),
        ([True, False], "SP-D011", "got True"),
        ([6, None], "SP-D010", "an empty cell"),
        ([6, pd.NA], "SP-D010", "an empty cell"),
        ([6, float("inf")], "SP-D012", "got inf"),
        ([6, 10**400], "SP-D012", "got 1000"),
        ([6, 1 + 2j], "SP-D011", "got (1+2j)"),
        ([6, pd.Timestamp("2026-04-01")], "SP-D011", "2026-04-01"),
        ([6, "£4"], "SP-D011", "write 4"),
        ([6, [4]], "SP-D011", "got [4]"),
        ([6, -4], "SP-D013", "got -4;"),
    ],
)
def test_cells_that_are_no_number_are_refused(cells: list[Any], code: str, says: str) -> None:
    bids = numbers(lambda _: pd.Series(cells, dtype=None if cells == [True, False] else object))
    with pytest.raises(BadInputError) as caught:
        Scenario.from_tables(**small(bids=bids))
    assert caught.value.problems[-1].code == code
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("column", "cells", "says"),
    [
        ("area", ["A", 2], 'write it as text, "2"'),
        ("area", ["A", ["B"]], "as text"),
        ("year", [2026, "2027-28"], 'write "2026-27"'),
        ("year", [pd.Timestamp("2026-04-01"), "2027-28"], 'write "2026-27"'),
    ],
)
def test_cells_that_are_no_text_are_refused(column: str, cells: list[Any], says: str) -> None:
    bids = small()["bids"]
    bids[column] = pd.Series(cells, dtype=object)
    with pytest.raises(BadInputError) as caught:
        Scenario.from_tables(**small(bids=bids))
    assert [problem.code for problem in caught.value.problems] == ["SP-D016"]
    assert says in str(caught.value)


def test_texts_of_every_kind_are_read() -> None:
    for kind in ("category", "string", object):
        bids = small()["bids"].astype({"area": kind, "year": kind})
        assert Scenario.from_tables(**small(bids=bids)) == Scenario.from_tables(**small())


def test_settings_of_every_kind_are_read() -> None:
    scenario = Scenario.from_tables(**small(years=pd.Index(YEARS), rules={"grant_floor": np.float32(0.5)}))
    assert scenario.settings.years == tuple(YEARS)
    assert scenario.settings.rules["grant_floor"] == 0.5
    assert codes(lambda: Scenario.from_tables(**small(rules={"grant_floor": np.True_}))) == ["SP-S003"]


def test_rows_are_named_by_their_labels() -> None:
    bids = small()["bids"].set_axis(["first", "second"]).assign(amount=[1, -1])
    with pytest.raises(BadInputError) as caught:
        Scenario.from_tables(**small(bids=bids))
    assert str(caught.value).startswith('SP-D013 table bids row label second, column "amount": got -1;')


def test_an_index_that_should_be_a_column_is_refused_with_the_remedy() -> None:
    with pytest.raises(BadInputError) as caught:
        Scenario.from_tables(**small(bids=small()["bids"].set_index("area")))
    assert "it is the index: call reset_index()" in str(caught.value.problems[0])


@pytest.mark.parametrize("table", [None, "bids.csv", [1, 2], {"area": ["A"]}])
def test_what_is_no_table_is_refused(table: Any) -> None:
    assert codes(lambda: Scenario.from_tables(**small(bids=table))) == ["SP-D001"]


def test_a_table_without_rows_is_refused_where_it_is_required() -> None:
    assert codes(lambda: Scenario.from_tables(**small(bids=small()["bids"].head(0)))) == ["SP-D005"]
    empty = Scenario.from_tables(**small(options=small()["options"].head(0), option_years=None))
    assert empty == Scenario.from_tables(**small(options=None, option_years=None))


def test_headers_that_are_no_text_are_refused() -> None:
    assert codes(lambda: Scenario.from_tables(**small(bids=small()["bids"].assign(x=1).rename(columns={"x": 7})))) == [
        "SP-D003"
    ]


def test_a_zero_population_is_allowed() -> None:
    areas = small()["areas"].assign(population=[0, 5])
    assert Scenario.from_tables(**small(areas=areas)).areas["population"].tolist() == [0, 5]


def test_the_page_of_tables_names_every_column_and_rule() -> None:
    page = tables_page()
    for table in TABLES.values():
        assert f"## {table.name}\n" in page
        assert all(f"| `{column.name}` |" in page for column in table)
    assert all(f"| `{rule}` |" in page for rule in RULES)
    for block in page.split("\n\n"):
        rows = [line for line in block.splitlines() if line.startswith("|")]
        assert len({line.count("|") for line in rows}) <= 1, block


def test_every_column_and_rule_is_explained() -> None:
    for table in TABLES.values():
        assert table.explanation.endswith(".")
        for column in table:
            assert column.explanation.endswith("."), (table.name, column.name)
            assert column.required or column.default is not None
            assert column.kind != "word" or column.words
    assert all(rule.explanation.endswith(".") for rule in RULES.values())


def test_a_hundred_thousand_rows_are_checked_in_a_moment() -> None:
    """Checks are vectorised: this takes about a tenth of a CPU second."""
    count = 50_000
    areas = [f"A{number % 1000}" for number in range(count)]
    names = [f"option {number // 1000}" for number in range(count)]
    tables = small(
        areas=pd.DataFrame({"code": [f"A{n}" for n in range(1000)], "name": "x"}),
        bids=pd.DataFrame({"area": ["A1"], "year": YEARS[:1], "amount": [1.0]}),
        options=pd.DataFrame({"area": areas, "option": names}),
        option_years=pd.DataFrame(
            {
                "area": areas * 2,
                "option": names * 2,
                "year": [YEARS[0]] * count + [YEARS[1]] * count,
                "skills": 1.0,
                "grant": 1.0,
            }
        ),
    )
    begun = time.process_time()
    scenario = Scenario.from_tables(**tables)
    assert time.process_time() - begun < 3
    assert len(scenario.option_years) == 2 * count


def test_the_log_says_what_is_read(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(INPUT / "full", tmp_path / "a"))
    (folder / "other.csv").write_text("x", encoding="utf-8")
    with caplog.at_level("INFO", logger="singlepot"):
        read_scenario(folder)
    assert "SP-F023 other.csv: it is no table of a scenario and is not read" in caplog.text
