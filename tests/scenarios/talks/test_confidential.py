"""Nothing of one area reaches another's file: no name, code, contact, option or unit cost, in any part of the file."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import singlepot as sp
from singlepot.models.explanation.amounts import spoken_price
from singlepot.scenarios.talks.rounds.asks import plain_reasons

from ...steered import MANY
from ...strategies import scenario, seeded
from .players import CENTRE, accept_all, answer_to

PRICE = r"£[0-9.,]*[0-9](?:m|bn)?|[0-9.,]*[0-9]p"
COSTS, AGAINST = re.compile(rf"costs ({PRICE})|({PRICE}) for each £1 saved"), re.compile(rf"against ({PRICE}) for ")


def distinct(seed: int) -> sp.Scenario:
    """The scenario of a seed whose areas and options have names that stand nowhere else."""
    made = scenario(seeded(seed, objectives=2))
    codes = {code: f"CODE{at}Q" for at, code in enumerate(made.areas["code"])}
    options = {
        (row.area, row.option): f"Option{at}q" for at, row in enumerate(made.given["options"].itertuples(index=False))
    }

    def renamed(table: pd.DataFrame) -> pd.DataFrame:
        columns: dict[str, Any] = {}
        if "area" in table:
            columns["area"] = table["area"].map(codes).fillna("")
            for name in ("option", "requires"):
                if name in table:
                    keys = zip(table["area"], table[name], strict=True)
                    columns[name] = [options.get(key, key[1]) for key in keys]
        return table.assign(**columns)

    tables = {name: renamed(made.given[name]) for name in ("bids", "targets", "options", "option_years")}
    rules = {"rule_rows": renamed(made.given["rules"])} if len(made.given["rules"]) else {}
    areas = made.areas.assign(code=list(codes.values()), name=[f"Nameof{at}q" for at in range(len(codes))],
                              contact=[f"leader{at}@council.example" for at in range(len(codes))])  # fmt: skip
    return made.with_(areas=areas, **{name: table for name, table in tables.items() if len(table)}, **rules)


def everything(file: Path) -> str:
    """All text of a file; of a workbook that of all its parts, with those that no cell shows."""
    if file.suffix == ".csv":
        return file.read_text(encoding="utf-8")
    with zipfile.ZipFile(file) as parts:
        return "\n".join(parts.read(name).decode() for name in parts.namelist())


def words_of(made: sp.Scenario, code: str) -> set[str]:
    """Words by which an area and what it offers are known."""
    row = made.areas.set_index("code").loc[code]
    options = made.options[made.options["area"] == code]
    return {code, row["name"], row["contact"], *options["option"]}


def prices_of(asks: pd.DataFrame, code: str) -> tuple[set[str], set[str]]:
    """What each of an area's options costs in the full reasons, and what those of others cost that are named there."""
    mine = " \n".join(asks[asks["area"] == code]["reason"])
    return {one or other for one, other in COSTS.findall(mine)}, set(AGAINST.findall(mine))


def telling(prices: set[str]) -> set[str]:
    """Prices of at least three digits, which nothing else is likely to be."""
    return {price for price in prices if sum(letter.isdigit() for letter in price) >= 3}


def leaks(talks: sp.Talks, counts: dict[str, int]) -> list[tuple[str, str]]:
    """Words and prices of other areas in each area's files of the round, and of the agreement."""
    made, asks = talks.scenario, talks.all_accepted.asks
    known = {code: words_of(made, code) for code in made.areas["code"]}
    prices = {code: prices_of(asks, code) for code in known}
    found = []
    for code, own in known.items():
        others = set().union(*(words for other, words in known.items() if other != code)) - own
        costs = prices[code][1].union(*(prices[other][0] for other in known if other != code)) - prices[code][0]
        files = [file for file in talks.path.glob(f"**/{code}.*") if file.suffix in (".xlsx", ".csv")]
        for file in files:
            text = everything(file)
            found += [(file.name, word) for word in sorted(others) if word in text]
            found += [(file.name, price) for price in sorted(telling(costs) & set(re.findall(PRICE, text)))]
            found += [(file.name, word) for word in ["against"] if word in text]  # which begins a comparison
            counts["files"] += 1
        counts["costs"] += len(telling(costs))
    return found


@pytest.mark.parametrize("seed", range(0, max(3 * MANY, 12), 3))
def test_nothing_of_an_area_is_in_the_file_of_another(seed: int, tmp_path: Path) -> None:
    talks = sp.open_talks(distinct(seed), tmp_path / "talks", by=CENTRE)
    counts = {"files": 0, "costs": 0}
    assert leaks(talks, counts) == []
    assert counts["files"] >= 2 * (len(talks.scenario.areas) - 1)


def test_nothing_reaches_another_by_what_is_offered_refused_or_signed(tmp_path: Path) -> None:
    talks = sp.open_talks("bucks-and-burnley", tmp_path / "talks", by=CENTRE)
    read = 0
    accept_all(talks)
    first, *_, last = talks.asks.itertuples()
    row = {"area": last.area, "option": "Offered-q", "instead_of": last.option, "reason": "Reasonof-q"}
    years = pd.DataFrame([{"area": last.area, "option": "Offered-q", "year": "2027-28", "grant": 1, "carbon": 1}])
    talks.answer(offers=pd.DataFrame([row]), offer_years=years, by="Personof-q")
    talks.answer(pd.DataFrame([answer_to(first, up_to=0, reason="Whyof-q")]), by="Personof-q")
    talks.move({"levers": {"pot": 1.001}}, reason="Moveof-q", by=CENTRE)
    while not talks.status.ended:
        talks.next(by=CENTRE)
    signed = talks.pages.assign(signed_by="Signerof-q", role="r", date="2026-06-01", state="signed")
    talks.agree(signed.drop(columns="name"), by=CENTRE)
    for code in talks.scenario.areas["code"]:
        for file in talks.path.glob(f"**/{code}.*"):
            said = set(re.findall(r"\w+-q", everything(file)))
            assert said <= ({"Offered-q"} if code == last.area else set()), file
            read += 1
    assert read >= 2 * 2 * 3 + 3


def test_a_rivals_cost_is_in_the_centres_reasons_and_not_in_the_areas(tmp_path: Path) -> None:
    """Without it the test above would look for nothing."""
    talks = sp.open_talks("bucks-and-burnley", tmp_path / "talks", by=CENTRE)
    asks, seen = talks.asks, 0
    for ask in asks.to_dict("records"):
        own = set(re.findall(PRICE, ask["reason"]))
        theirs = set(AGAINST.findall(ask["reason_with_rivals"])) - own
        seen += len(theirs)
        assert {one or other for one, other in COSTS.findall(ask["reason"])}
    assert seen > 0


def test_the_digits_of_an_areas_price_do_not_tell_how_near_a_rival_is() -> None:
    """The centre's reasons have as many digits as it takes to tell rivals apart; the area's three."""
    settlement = sp.settle(scenario(seeded(22, objectives=2)))
    asks, longer = settlement.asks, 0
    full = dict(zip(zip(asks["area"], asks["option"], strict=True), asks["reason"], strict=True))
    for key, reason in plain_reasons(settlement).items():
        (mine, *_), (theirs, *_) = (
            [price for price, _ in COSTS.findall(one)] or [""] for one in (reason, full.get(key, ""))
        )
        if mine:
            assert mine == spoken_price(float(mine.strip("£m").replace(",", "")) * (1e6 if mine.endswith("m") else 1))
            longer += mine != theirs
    assert longer > 0
