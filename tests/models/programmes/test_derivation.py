"""What follows from programme lines: bids, targets, the rest and options, and what replaces them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import singlepot as sp
from singlepot.models.programmes.levels import contributions
from singlepot.models.settings.derive import Derive

from ...programme_strategies import programme_drafts
from ...strategies import Draft, scenario

YEARS = ["2026-27", "2027-28"]


def made(rows: list[dict[str, Any]], **further: Any) -> sp.Scenario:
    """Two areas, two objectives, and these rows of programmes."""
    tables: dict[str, Any] = {
        "areas": pd.DataFrame({"code": ["A", "B"], "name": ["Aston", "Barton"]}),
        "pot": pd.DataFrame({"year": YEARS, "amount": [30.0, 30.0]}),
        "objectives": pd.DataFrame(
            {"key": ["skills", "carbon"], "name": ["Skills", "Carbon"], "unit": ["people", "kt"]}
        ),
        "years": YEARS,
        **({"programmes": pd.DataFrame(rows)} if rows else {}),
        **further,
    }
    return sp.Scenario.from_tables(**tables)


def line(area: str, name: str, money: float, skills: float, **figures: Any) -> list[dict[str, Any]]:
    """A line with the same money and one outcome in both years."""
    return [
        {"area": area, "line": name, "item": "grant", **dict.fromkeys(YEARS, money), **figures},
        {"area": area, "line": name, "item": "skills", **dict.fromkeys(YEARS, skills), "holds": "level"},
    ]


def options_of(settled: sp.Scenario, **columns: str) -> pd.DataFrame:
    table = settled.options
    for name, value in columns.items():
        table = table[table[name] == value]
    return table


def profile_of(settled: sp.Scenario, option: str) -> pd.DataFrame:
    table = settled.filled("option_years")
    return table[table["option"] == option].set_index("year")


def test_lines_are_the_bid_and_the_targets_of_an_area_that_states_none() -> None:
    built = made([*line("A", "Skills", 8.0, 100.0), *line("A", "Retrofit", 10.0, 20.0), *line("B", "All", 7.0, 70.0)])
    assert built.bids.groupby("area")["amount"].sum().to_dict() == {"A": 36.0, "B": 14.0}
    assert built.targets.groupby("area")["target"].sum().to_dict() == {"A": 240.0, "B": 140.0}
    assert built.given["bids"].empty


@given(st.lists(st.floats(0.01, 1e6), min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_bids_are_correctly_rounded_sums_in_any_order_of_rows(amounts: list[float], random: Any) -> None:
    rows = [row for at, amount in enumerate(amounts) for row in line("A", f"L{at}", amount, amount)]
    pot = {"pot": pd.DataFrame({"year": YEARS, "amount": [1e7, 1e7]})}
    first = made(rows, **pot)
    random.shuffle(rows)
    second = made(rows, **pot)
    exact = float(sum(map(Fraction, amounts)))
    for built in (first, second):
        assert built.bids["amount"].tolist() == [exact] * 2
        assert built.targets["target"].tolist() == [exact] * 2
    for name in ("options", "option_years"):
        assert first.derived_rows[name].equals(second.derived_rows[name])


@given(programme_drafts())
def test_steps_add_up_to_what_a_line_could_use_and_bring(drawn: Draft) -> None:
    """Σ raises = (X − 1) M and (F − 1) O, and Σ saves likewise.

    What is assumed of the side whose other one is stated may have been bent; its money upwards is not.
    """
    rows = scenario(drawn).derived_rows["option_years"]
    if "programmes" not in drawn:
        return
    for (area, name), table in drawn["programmes"].groupby(["area", "line"], sort=False):
        if (table["reserve"] == 1).any():
            continue
        figures = {key: figure(table, key) for key in ("most", "most_outcome", "least", "least_outcome")}
        theme = next(iter(table["theme"][table["theme"] != ""]), "")
        for kind, share, outcome, other in (
            ("raise", "most", "most_outcome", "least_outcome"),
            ("save", "least", "least_outcome", "most_outcome"),
        ):
            x = setting(drawn, theme, share) if figures[share] is None else figures[share]
            f = x ** setting(drawn, theme, "elasticity") if figures[outcome] is None else figures[outcome]
            bent = figures[outcome] is None and figures[other] is not None
            mine = rows[(rows["area"] == area) & rows["option"].str.fullmatch(rf"{name} {kind} \d+")]
            for item, values in contributions_of(table, drawn["years"]).items():
                if bent and (kind == "save" or not item.startswith("grant")):
                    continue
                column = item if item in rows else f"{item}_total" if item == "grant" else "grant"
                by_year = mine.groupby("year")[column].sum().reindex(drawn["years"], fill_value=0.0)
                factor = x - 1 if item.startswith("grant") else f - 1
                expected = np.where(x == 1, 0.0, factor * values)
                assert np.allclose(by_year, expected, rtol=1e-9, atol=1e-9)


def figure(table: pd.DataFrame, key: str) -> float | None:
    stated = table[key].dropna() if key in table else []
    return float(stated.iloc[0]) if len(stated) else None


def setting(drawn: Draft, theme: str, key: str) -> float:
    section = drawn["derive"]
    return section.get("theme", {}).get(theme, {}).get(key, section.get(key, getattr(Derive(), key)))


def contributions_of(table: pd.DataFrame, years: list[str]) -> dict[str, np.ndarray]:
    holds = np.asarray([word or "level" for word in table["holds"]], dtype=object)
    holds[table["item"].str.startswith("grant").to_numpy()] = "level"
    values = contributions(table[years].to_numpy(dtype=float), holds, table["lasts"].to_numpy(dtype=float))
    return dict(zip(table["item"], np.nan_to_num(values), strict=True))


def test_a_line_by_hand() -> None:
    built = made(line("A", "Skills", 10.0, 100.0), derive={"elasticity": 0.5, "most": 1.44, "tiers": 1})
    raised = profile_of(built, "Skills raise 1")
    assert np.allclose(raised["grant_total"], 4.4)
    assert np.allclose(raised["skills"], 20.0)
    table = options_of(built, option="Skills raise 1").iloc[0]
    assert (table["name"], table["origin"]) == ("Skills: 44% more", "assumed")


def test_options_say_whether_all_their_numbers_are_the_areas() -> None:
    built = made(
        line("A", "Skills", 10.0, 100.0, most=1.5, most_outcome=1.3, least=0.9, efficiency=0.02, stretch=0.05)
        + line("A", "Road", 4.0, 10.0, reserve=1)
    )
    origin = dict(zip(built.options["option"], built.options["origin"], strict=True))
    assert origin == {
        "Skills raise 1": "stated",
        "Skills raise 2": "stated",
        "Skills save 1": "assumed",
        "Skills save 2": "assumed",
        "Skills efficiency": "stated",
        "Skills stretch": "assumed",
        "Road": "stated",
    }
    assert built.options.set_index("option")["own_cost"]["Skills stretch"] == 0.05 * 20.0


def test_titles_say_how_much_more() -> None:
    built = made(line("A", "Retrofit", 10.0, 100.0, efficiency=0.04, stretch=0.05))
    assert built.options["name"].tolist() == [
        "Retrofit: the same for 4% less",
        "Retrofit: 10% more",
        "Retrofit: a further 10%",
        "Retrofit: 10% less",
        "Retrofit: a further 10% less",
        "Retrofit: 5% more without grant",
    ]


def totals(money: float, skills: float) -> dict[str, pd.DataFrame]:
    area = ["A", "A"]
    return {
        "bids": pd.DataFrame({"area": area, "year": YEARS, "amount": money}),
        "targets": pd.DataFrame({"area": area, "objective": "skills", "year": YEARS, "target": skills}),
    }


def test_the_rest_of_a_stated_total_is_one_more_line() -> None:
    built = made(line("A", "Skills", 8.0, 100.0), **totals(10.0, 130.0), derive={"tiers": 1})
    assert set(built.options["option"]) == {"Skills raise 1", "Skills save 1", "rest raise 1", "rest save 1"}
    assert np.allclose(profile_of(built, "rest save 1")["grant_total"], -0.4)
    assert options_of(built, option="rest save 1")["name"].tolist() == ["Rest of the programme: 20% less"]


def test_an_area_without_lines_moves_as_a_whole() -> None:
    built = made([], **totals(10.0, 130.0), derive={})
    assert set(built.options["option"].str.rsplit(" ", n=2).str[0]) == {"whole programme"}
    assert set(built.options["origin"]) == {"assumed"}
    given = pd.DataFrame({"area": ["A"], "option": ["mine"]})
    years = pd.DataFrame({"area": ["A"], "option": ["mine"], "year": YEARS[:1], "grant": [1.0], "skills": [2.0]})
    assert made([], **totals(10.0, 130.0), derive={}, options=given, option_years=years).options["option"].tolist() == [
        "mine"
    ]


def test_unit_costs_part_the_rest_by_objective() -> None:
    both = totals(10.0, 130.0)
    carbon = both["targets"].assign(objective="carbon", target=10.0)
    both["targets"] = pd.concat([both["targets"], carbon], ignore_index=True)
    costs = {"skills": 0.1, "carbon": 0.7}
    built = made([], **both, derive={"unit_cost": costs, "tiers": 1})
    assert set(built.options["option"]) == {f"rest: {key} {kind} 1" for key in costs for kind in ("raise", "save")}
    saved = profile_of(built, "rest: carbon save 1")
    assert np.allclose(saved["grant_total"], -0.2 * 10.0 * 7 / 20)
    assert (saved["skills"] == 0).all()
    one_missing = made([], **both, derive={"unit_cost": {"skills": 0.1}, "tiers": 1})
    assert set(one_missing.options["option"]) == {"whole programme raise 1", "whole programme save 1"}


def test_a_rest_within_a_pound_is_none_and_the_total_stands() -> None:
    built = made(line("A", "Skills", 8.0, 100.0), **totals(8.0 - 0.9e-6, 100.0 * (1 + 9e-7)))
    assert built.bids["amount"].tolist() == [8.0 - 0.9e-6] * 2
    assert not built.options["option"].str.startswith("rest").any()


def refused(rows: list[dict[str, Any]], **further: Any) -> list[str]:
    with pytest.raises(sp.BadInputError) as error:
        made(rows, **further)
    return [problem.code for problem in error.value.problems]


def test_lines_above_the_total_are_refused_with_both_sums() -> None:
    with pytest.raises(sp.BadInputError, match=r"£8\.0m in the lines of A total 2026-27.*at most £7\.5m") as error:
        made(line("A", "Skills", 8.0, 100.0), **totals(7.5, 100.0))
    assert {problem.code for problem in error.value.problems} == {"SP-P003"}
    assert refused(line("A", "Skills", 8.0, 100.0), **totals(8.0, 99.0)) == ["SP-P003"] * 2


def test_a_total_must_cover_every_cell_of_its_lines() -> None:
    short = {name: table.iloc[:1] for name, table in totals(8.0, 100.0).items()}
    assert refused(line("A", "Skills", 8.0, 100.0), **short) == ["SP-P014"] * 2


def row(**cells: Any) -> list[dict[str, Any]]:
    rows = line("A", "Skills", 8.0, 100.0)
    rows[1] |= cells
    return rows


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (row(item="carbn"), "SP-P008"),
        (row(**{"2027-28": np.nan}), "SP-P009"),
        (row(holds="new_to_date", **{"2027-28": 90.0}), "SP-P010"),
        (row(item="carbon", **{"2026-27": -1.0}), "SP-P011"),
        (line("A", "Skills", 8.0, 100.0, most_outcome=1.1), "SP-P012"),
        (line("A", "Skills", 8.0, 100.0, least_outcome=0.9), "SP-P012"),
        (line("A", "scale-back of it", 8.0, 100.0), "SP-P013"),
        (line("A", "Skills; more", 8.0, 100.0), "SP-P013"),
        (line("A", "Skills", 8.0, 100.0) + line("A", "SKILLS", 8.0, 100.0), "SP-P013"),
        (line("A", "Skills", 8.0, 100.0) + line("A", "Skills raise 1", 8.0, 1.0, reserve=1), "SP-P013"),
        (line("A", "Skills", 8.0, 100.0, most=1.2, most_outcome=1.3, least=0.8, least_outcome=0.9), "SP-P004"),
        (row(lasts=2.0), "SP-P017"),
        (line("A", "Skills", 8.0, 100.0, holds="new"), "SP-P017"),
        (row(most=1.3) + line("A", "Skills", 8.0, 100.0, most=1.4)[:0], ""),
        (line("A", "Skills", -8.0, 100.0), "SP-D013"),
        (line("A", "Skills", 8.0, 100.0, least=0.5, least_outcome=1.0), "SP-D013"),
        (line("A", "Skills", 8.0, 100.0, **{"2028-29": 8.0}), "SP-D022"),
        (line("Z", "Skills", 8.0, 100.0), "SP-D021"),
    ],
)
def test_what_a_line_cannot_say_is_refused(rows: list[dict[str, Any]], code: str) -> None:
    if not code:
        made(rows)
        return
    assert set(refused(rows)) == {code}


def test_a_line_that_says_two_things_is_refused() -> None:
    rows = line("A", "Skills", 8.0, 100.0, most=1.3)
    rows[1]["most"] = 1.4
    assert refused(rows) == ["SP-P007"]
    rows[1]["most"] = 1.3
    made(rows)


def test_years_stand_across_or_below_one_another_and_not_both() -> None:
    rows = line("A", "Skills", 8.0, 100.0)
    table = pd.DataFrame(rows)
    long = table.melt(["area", "line", "item", "holds"], YEARS, "year", "value")
    wide, below = made(rows), made(long.to_dict("records"))
    for name in ("bids", "targets", "options", "option_years"):
        assert wide.tables[name].equals(below.tables[name])
    assert refused(table.assign(year=YEARS[0], value=1.0).to_dict("records")) == ["SP-P015"]
    assert refused(table.drop(columns=YEARS).to_dict("records")) == ["SP-P015"]


@pytest.mark.parametrize(
    ("section", "known"),
    [({"theme": {"skils": {"most": 1.3}}}, "skills"), ({"unit_cost": {"skils": 1.0}}, "skills, carbon")],
)
def test_a_setting_that_names_nothing_is_refused(section: dict[str, Any], known: str) -> None:
    with pytest.raises(sp.BadInputError) as error:
        made(line("A", "Skills", 8.0, 100.0, theme="skills"), derive=section)
    (problem,) = error.value.problems
    assert (problem.code, problem.value, problem.expected) == ("SP-P016", '"skils"', f"one of {known}")


def test_a_theme_has_its_own_settings() -> None:
    section = {"theme": {"skills": {"elasticity": 0.5}}, "tiers": 1, "most": 1.44}
    built = made(line("A", "S", 10.0, 100.0, theme="skills") + line("A", "R", 10.0, 100.0), derive=section)
    assert np.allclose(profile_of(built, "S raise 1")["skills"], 20.0)
    assert np.allclose(profile_of(built, "R raise 1")["skills"], 100 * (1.44**0.75 - 1))
    assert built.assumptions["derive.theme.skills.elasticity"]["value"] == "0.5"
    assert built.assumptions["derive.elasticity"]["confidence"] == "low"


def test_a_row_of_options_replaces_just_its_own() -> None:
    rows = line("A", "Skills", 8.0, 100.0)
    derived = made(rows)
    mine = pd.DataFrame({"area": ["A"], "option": ["Skills raise 2"], "own_cost": [0.5]})
    years = pd.DataFrame(
        {"area": ["A"], "option": ["Skills raise 2"], "year": YEARS[:1], "grant": [3.0], "skills": [9.0]}
    )
    built = made(rows, options=mine, option_years=years)
    assert profile_of(built, "Skills raise 2")["skills"].to_dict() == {"2026-27": 9.0}
    assert options_of(built, option="Skills raise 2")["origin"].tolist() == [""]
    others = derived.option_years[derived.option_years["option"] != "Skills raise 2"].reset_index(drop=True)
    assert built.derived_rows["option_years"].equals(others)


def test_no_take_up_removes_a_derived_option() -> None:
    rows = line("A", "Skills", 8.0, 100.0) + line("B", "All", 30.0, 90.0)
    none = pd.DataFrame({"area": ["B"], "option": ["All save 1"], "max_take_up": [0.0]})
    less = made(rows, options=none)
    derived = made(rows).derived()
    keep = lambda table: table[(table["option"] != "All save 1") | (table["area"] != "B")].reset_index(drop=True)  # noqa: E731
    other = derived.with_(options=keep(derived.options), option_years=keep(derived.option_years))
    one, two = sp.settle(less), sp.settle(other)
    assert np.allclose(one.grants["grant"], two.grants["grant"], atol=1e-9)


@given(programme_drafts())
def test_derived_rows_made_given_ones_say_the_same(drawn: Draft) -> None:
    built = scenario(drawn)
    plain = built.derived()
    for name in ("bids", "targets", "options", "option_years"):
        assert plain.filled(name).equals(built.filled(name))
    assert plain.settings.derive is None
    assert plain.given["programmes"].empty
    assert plain.derived() is plain


def test_a_scenario_without_programmes_and_derive_derives_nothing() -> None:
    shipped = sp.read_scenario("bucks-and-burnley")
    assert shipped.derived() is shipped
    assert dict(shipped.derived_rows) == {}
    assert "origin" not in shipped.options


def test_check_says_how_many_options_are_assumed() -> None:
    notes = {note.code: note.value for note in made(line("A", "Skills", 8.0, 100.0)).notes}
    assert notes["SP-P001"] == "4 of 4 options are assumed: illustrative"


def test_the_same_outcome_every_year_without_holds_is_doubted() -> None:
    codes = [note.code for note in made(row(holds="")).notes]
    assert codes.count("SP-P006") == 1
    for better in (row(), row(holds="", **{"2027-28": 101.0}), row(holds="new")):
        assert "SP-P006" not in [note.code for note in made(better).notes]
