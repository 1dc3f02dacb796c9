"""Every sentence of drawn settlements is read from left to right, and everything that it claims is worked out again.

A part of a sentence that no pattern of :mod:`tests.sentences` recognises is a failure: a new kind of sentence joins
the patterns. ``SINGLEPOT_EXAMPLES=thorough`` reads those of 400 scenarios.
"""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import Any

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import singlepot as sp
from singlepot.models.analysis.area_account import explain_area
from singlepot.reports.page import area_page, pictures
from singlepot.reports.page.area_page import area_page_html
from singlepot.reports.page.report import report_html
from singlepot.reports.text.summary import summary
from singlepot.reports.text.why import why, why_area

from ..reports.page.test_report import check_area, check_report
from ..reports.report_pages import area_pages, read_page
from ..sentences.facts import Facts
from ..sentences.pages import PageReader
from ..sentences.reasons import ReasonReader, sentences
from ..sentences.scanning import Claim, read
from ..sentences.texts import TextReader
from ..strategies import Draft, drafts, scenario, seeded

WORDS = {
    "carbon": ("Carbon", "kt CO2 a year"),
    "skills": ("Skills and training", "adults with level 3"),
    "trees": ("Trees", "£m GVA a year"),
}
"""Names and units of the objectives, each of another kind."""


def in_words(made: Draft, money: str = "GBP million") -> Draft:
    """The draft with names of people for objectives and options, and this unit of money."""
    made = {**made, "money": money, "title": "A settlement"}
    if "objectives" in made:
        keys = made["objectives"]["key"]
        named = [WORDS[key] for key in keys]
        made["objectives"] = made["objectives"].assign(name=[n for n, _ in named], unit=[u for _, u in named])
    return made


@st.composite
def worded(draw: Any) -> Draft:
    return in_words(draw(drafts()), draw(st.sampled_from(["GBP million", "GBP million", "GBP thousand", "GBP"])))


def insist(claims: list[Claim]) -> None:
    wrong = [f"{claim.kind}: {claim.about}" for claim in claims if not claim.holds]
    assert not wrong, "\n".join(wrong)


def of_reasons(settlement: sp.Settlement, every: int = 1) -> list[Claim]:
    """The claims of each reason, or of one in so many."""
    facts = Facts(settlement)
    reader = ReasonReader(facts)
    found = [
        read(facts, reason, reader.grammar(area, option))
        for area, option, reason in islice(sentences(facts), 0, None, every)
    ]
    return [claim for claims in found for claim in claims]


@given(worded())
def test_every_reason_is_true(made: Draft) -> None:
    """Its numbers are those of the tables, its claims hold, and its comparisons are right."""
    insist(of_reasons(sp.settle(scenario(made))))


@given(worded())
@example(in_words(seeded(560)))
def test_every_line_of_the_command_line_is_true(made: Draft) -> None:
    """The summary of a run, prices and merit orders, and each area's account."""
    insist(read_lines(sp.settle(scenario(made))).claims)


def read_lines(settlement: sp.Settlement) -> TextReader:
    """Read what the command line says of a settlement and of each area."""
    facts = Facts(settlement)
    reader, price = TextReader(facts, ReasonReader(facts)), sp.price_fairness(settlement)
    reader.summary(summary(settlement, price, verbose=True), price)
    reader.why(why(settlement))
    for code in facts.area_names:
        account = explain_area(settlement, code)
        reader.account(why_area(account, settlement.scenario), account)
    return reader


def read_pages(settlement: sp.Settlement) -> PageReader:
    """Read the report and every area's page; charts are not drawn, but their specifications are read."""
    facts, price, cost = Facts(settlement), sp.price_fairness(settlement), sp.price_convergence(settlement)
    reader = PageReader(facts, ReasonReader(facts), price, cost)
    specs: list[dict[str, Any]] = []
    with pytest.MonkeyPatch.context() as patch:
        for module in (pictures, area_page):
            patch.setattr(module, "inline_svg", lambda spec, label: specs.append(spec) or "")
        html = report_html(settlement, price, cost=cost)
        reader.page(html)
        page = read_page(html)
        check_report(settlement, page)
        for code, area in area_pages(page).items():
            check_area(settlement, code, area)
        for code in facts.area_names:
            reader.page(area_page_html(settlement, code), code)
    for spec in specs:
        reader.merit_chart(spec)
    return reader


@given(worded())
def test_every_sentence_of_the_pages_is_true(made: Draft) -> None:
    """Tiles, facts, captions and labels of the report and of the areas' pages, and every number of their tables."""
    insist(read_pages(sp.settle(scenario(made))).claims)


@pytest.mark.parametrize(("name", "every"), [("england", 60), ("bucks-and-burnley", 1)])
def test_the_reasons_of_a_shipped_scenario_are_true(name: str, every: int) -> None:
    """Of England's 789 one in sixty: they are of few kinds, and each takes half a second."""
    insist(of_reasons(sp.settle(name), every))


RARE = 2
"""Times that each rare claim must have been read in the seeded scenarios."""


def test_the_sentences_read_hold_every_kind_of_claim() -> None:
    """Of many seeded scenarios: the claims that would be easy to lose are all among those that were checked."""
    counted: Counter[str] = Counter()
    for seed in range(60):
        counted.update(claim.kind for claim in of_reasons(sp.settle(scenario(in_words(seeded(seed))))))
    wanted = (
        "nothing",
        "all",
        "further short",
        "priority",
        "met all the same",
        "no national target counts it",
        "settled before",
        "no pot is short",
        "rate",
        "the rival is dearer",
        "another area has it left",
        "no other area",
        "pays for itself",
        "dearer than the last, or not",
        "options that the cut pays for",
        "money moved away",
        "the pot is short, or enough",
        "pence by the formula",
        "cost by the formula",
        "the rule is at its limit",
        "shared among several",
    )
    assert {kind: counted[kind] for kind in wanted if counted[kind] < RARE} == {}


def two_areas() -> sp.Scenario:
    """Skills and carbon are short, carbon further; an option saves in each area and gives up adults of skills."""
    year = "2026-27"
    return sp.Scenario.from_tables(
        areas=pd.DataFrame({"code": ["a", "b"], "name": ["Aston", "Barton"]}),
        objectives=pd.DataFrame({"key": ["skills", "carbon"], "name": ["Skills", "Carbon"], "unit": ["adults", "t"]}),
        national=pd.DataFrame({"objective": ["skills", "carbon"], "year": year, "target": 1000.0}),
        pot=pd.DataFrame({"year": [year], "amount": [20.0]}),
        bids=pd.DataFrame({"area": ["a", "b"], "year": year, "amount": 10.0}),
        targets=pd.DataFrame(
            {
                "area": ["a", "b", "a", "b"],
                "objective": ["skills", "skills", "carbon", "carbon"],
                "year": year,
                "target": [450.0, 450.0, 300.0, 300.0],
            }
        ),
        options=pd.DataFrame({"area": ["a", "b", "a"], "option": ["less skills", "less skills", "more carbon"]}),
        option_years=pd.DataFrame(
            {
                "area": ["a", "b", "a"],
                "option": ["less skills", "less skills", "more carbon"],
                "year": year,
                "grant": [-1.0, -1.0, 5.0],
                "skills": [-50.0, -50.0, 0.0],
                "carbon": [0.0, 0.0, 100.0],
            }
        ),
        years=[year],
    )


def test_a_cut_says_what_it_gives_up_and_what_is_decided_first() -> None:
    """Skills weighs nothing in the largest shortfall, which is carbon's; it is given up all the same."""
    settlement = sp.settle(two_areas())
    reasons = settlement.asks.set_index(["area", "option"])["reason"]
    assert reasons["a", "less skills"] == (
        "“less skills” in Aston saves £1.0m and gives up 50 adults of skills; carbon, which is further short, is "
        "decided first; measured by the largest shortfall, 0p for each £1 saved, against 150p for scaling back in "
        "Barton, so all of it is used."
    )
    assert reasons["a", "more carbon"] == (
        "“more carbon” in Aston takes £2.0m and adds 40 t of carbon; each t costs £50,000, against £50,000 for the "
        "last that was needed; no other area has any left to offer, and 40% of it was enough."
    )
    assert "measured by the largest shortfall alone" in " ".join(why(settlement).split())
    insist(of_reasons(settlement))


def test_a_scale_back_names_the_options_that_it_pays_for() -> None:
    """The bids fit the pot; what an option takes does not."""
    draft = two_areas()
    tables = {name: draft.tables[name] for name in ("options", "option_years")}
    raised = {name: table[table["option"] == "more carbon"].reset_index(drop=True) for name, table in tables.items()}
    raised["option_years"] = raised["option_years"].assign(grant=1.0)
    settlement = sp.settle(draft.with_(**raised))
    back = settlement.asks[settlement.asks["option"].str.startswith("scale-back")]
    assert len(back)
    for reason in back["reason"]:
        assert "Bids for 2026-27 add up to £20.0m, options that are used take £" in reason
    insist(of_reasons(settlement))


def test_prices_are_pounds_for_each_natural_unit_everywhere() -> None:
    """£50,000 a tonne: in the table, on the command line and in the report."""
    settlement = sp.settle(two_areas())
    row = settlement.national.set_index("objective").loc["carbon"]
    assert row["price"] == pytest.approx(0.05)
    assert row["price_words"] == "£50,000 per t, in money of 2026-27"
    assert "Carbon 2026-27: £50,000 per t, in money of 2026-27" in why(settlement)
    page = read_page(report_html(settlement, sp.price_fairness(settlement)))
    cell = page.tables["national"]["carbon 2026-27"]["price"]
    assert (cell.text, cell.value) == (row["price_words"], row["price"])


def test_all_objectives_that_tie_are_the_largest_shortfall() -> None:
    """Skills and carbon miss their targets by the same share: the tile names both."""
    draft = two_areas()
    targets = draft.targets.assign(target=[300.0] * 4)
    settlement = sp.settle(draft.with_(targets=targets, options=None, option_years=None))
    text = read_page(report_html(settlement, sp.price_fairness(settlement))).text
    assert "of the target: Carbon 2026-27 and Skills 2026-27;" in " ".join(text.split())


def test_an_option_that_an_earlier_stage_needs_is_said_to_be_decided_before() -> None:
    """It serves skills, which are short, and is ranked for carbon, which a cheaper option would serve."""
    year, areas, objectives = "2026-27", ["A", "B"], ["carbon", "skills"]
    options = [("A", "both", 5.0, 0.5, 0.1), ("A", "cheap", 1.0, 3.0, 0.0), ("B", "cheap", 3.0, 3.0, 0.0)]
    option = pd.DataFrame(options, columns=["area", "option", "own_cost", *objectives])
    pairs = pd.DataFrame([(area, key) for area in areas for key in objectives], columns=["area", "objective"])
    settlement = sp.settle(
        sp.Scenario.from_tables(
            areas=pd.DataFrame({"code": areas, "name": ["Aston", "Barton"]}),
            years=[year],
            stages={"order": ["shortfall.total", "burden"]},
            pot=pd.DataFrame({"year": [year], "amount": [18.0]}),
            bids=pd.DataFrame({"area": areas, "year": year, "amount": [10.0, 10.0]}),
            objectives=pd.DataFrame(
                {"key": objectives, "name": ["Carbon", "Skills"], "unit": ["kt", "adults"], "priority": [2, 1]}
            ),
            national=pd.DataFrame({"objective": objectives, "year": year, "target": [12.0, 16.0]}),
            targets=pairs.assign(year=year, target=[5.0, 5.0, 5.0, 4.0]),
            options=option[["area", "option", "own_cost"]],
            option_years=option.drop(columns="own_cost").assign(year=year, grant=0.0),
        )
    )
    assert "used for what was decided before" in settlement.asks.set_index("option")["reason"]["both"]
    insist(of_reasons(settlement))
