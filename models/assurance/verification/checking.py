"""Every table of a written settlement, compared with what the take-ups make of the scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from ..statement import Place, Statement
from .levelling import check_levelling
from .outcome import NONE, Outcome
from .pounds import PENNY, whole_pounds
from .prices import Labels, Prices
from .reasons import Reasons
from .recipients import check_recipients
from .rules import check_rules
from .written import CLOSE, Book, Reader, Row, Table, said_number

TO_NINE = "to 1e-9 of their size"
EXACTLY = "exactly"

ASK_ABOVE = Fraction(1, 10**6)
"""Share of its largest take-up above which the use of an option is an ask."""

BARELY = Fraction(1, 10**8)
"""Relative distance from that share within which a take-up may stand on either side."""

DRIFT = Fraction(1, 10**9)
"""Distance, relative to its size, of a stage from its optimum and what it may give."""


def verify_tables(
    statement: Statement,
    tables: Mapping[str, Table],
    pounds_per_unit: int,
    rates: Sequence[Fraction],
    labels: Labels,
    book: Book,
) -> Outcome:
    """Check every table; return the outcome of the take-ups.

    Parameters
    ----------
    tables
        By name: take_up, grants, targets, national, asks, pot, stages; and those of levelling up and recipients where
        they are there.
    pounds_per_unit
        Pounds in one unit of the scenario's money.
    rates
        Discount rate of each year after the first.
    labels
        What the scenario calls its money, areas, options and units.
    book
        Takes the findings.
    """
    outcome = Outcome(statement, _take_up(statement, tables["take_up"], book))
    _grants(outcome, tables["grants"], rates, book)
    _targets(outcome, tables["targets"], book)
    _national(outcome, tables["national"], book)
    _asks(outcome, tables["asks"], book)
    _pot(outcome, tables["pot"], book)
    _pounds(outcome, tables["grants"], tables["pot"], pounds_per_unit, book)
    check_rules(outcome, tables["grants"].file, tables["targets"].file, tables["take_up"].file, book)
    _stages(outcome, tables["stages"], book)
    check_levelling(outcome, tables, book)
    check_recipients(outcome, tables, book)
    prices = Prices(outcome, tables, labels, book)
    prices.check()
    Reasons(outcome, tables["asks"], prices, labels, book).check()
    return outcome


def _take_up(statement: Statement, table: Table, book: Book) -> dict[Place, Fraction]:
    """Check the take-ups: one row for each option and scale-back, between zero and its largest."""
    book.topic("take-ups between zero and their limits", TO_NINE)
    reader = Reader(table, ("area", "option"), book)
    most = {(move.area, move.name): move.left for move in statement.moves} | dict.fromkeys(statement.dropped, NONE)
    take_up = dict.fromkeys(most, NONE)
    for key, row in reader.match(most):
        reader.within(row, "take_up", NONE, most[key[0], key[1]], "its limit")
        take_up[key[0], key[1]] = reader.number(row, "take_up") or NONE
    return take_up


def _grants(outcome: Outcome, table: Table, rates: Sequence[Fraction], book: Book) -> None:
    book.topic("grants: bid, grant, change and present value follow from the take-ups", TO_NINE)
    reader = Reader(table, ("area", "envelope", "year"), book)
    worth = dict.fromkeys(outcome.statement.years, Fraction(1))
    for before, year, rate in zip(outcome.statement.years, outcome.statement.years[1:], rates, strict=False):
        worth[year] = worth[before] / (1 + rate)
    for key, row in reader.match(outcome.grants):
        cell = (key[0], key[1], key[2])
        bid, grant = outcome.statement.bid.get(cell, NONE), outcome.grants[cell]
        size = outcome.grant_sizes[cell]
        reader.equal(row, "bid", bid)
        reader.equal(row, "grant", grant, size)
        reader.equal(row, "change", grant - bid, size)
        if "present_value" in table.columns:  # earlier versions did not write it
            reader.equal(row, "present_value", grant * worth[cell[2]], size)


def _targets(outcome: Outcome, table: Table, book: Book) -> None:
    book.topic("targets: proposed, agreed, uplift, concession and rate follow from the take-ups", TO_NINE)
    statement = outcome.statement
    reader = Reader(table, ("area", "objective", "year"), book)
    for key, row in reader.match(outcome.targets):
        cell = (key[0], key[1], key[2])
        proposed, agreed = statement.proposed.get(cell, NONE), outcome.targets[cell]
        given = NONE if cell[0] in statement.centre else max(NONE, proposed - agreed)
        size = max(outcome.target_sizes[cell], statement.proposed_in_all.get(cell[:2], NONE))
        reader.equal(row, "proposed", proposed)
        reader.equal(row, "agreed", agreed, size)
        reader.equal(row, "uplift", max(NONE, agreed - proposed), size)
        reader.equal(row, "concession", given, size)
        _rate(outcome, reader, row, cell[:2], agreed, size)


def _rate(outcome: Outcome, reader: Reader, row: Row, pair: Place, agreed: Fraction, size: Fraction) -> None:
    """Check a rate: (baseline ± contribution) / denominator; empty where a figure is missing."""
    statement = outcome.statement
    wants_per = any(key == pair[1] for _, key in statement.per)
    level, per = statement.level.get(pair), statement.per.get(pair) if wants_per else Fraction(1)
    if level is None or per is None or per <= 0:
        empty = row.cells.get("rate", "") == ""
        reader.book.require(empty, reader.where(row), f"{pair[0]}, {pair[1]}, rate", row.cells.get("rate", ""), "empty")
        return
    reader.equal(row, "rate", (level + statement.sign[pair[1]] * agreed) / per, (abs(level) + size) / per)


def _national(outcome: Outcome, table: Table, book: Book) -> None:
    book.topic("national position: sums over areas, and what they leave", TO_NINE)
    reader = Reader(table, ("objective", "year"), book)
    rows = {(row.objective, row.label): r for r, row in enumerate(outcome.statement.national)}
    for key, row in reader.match(rows):
        r = rows[key[0], key[1]]
        target, agreed = outcome.statement.national[r].target, outcome.met(r, outcome.targets)
        size = max(target, outcome.met(r, outcome.target_sizes))
        reader.equal(row, "target", target)
        reader.equal(row, "proposed", outcome.met(r, outcome.statement.proposed), size)
        reader.equal(row, "agreed", agreed, size)
        reader.equal(row, "shortfall", max(NONE, target - agreed), size)


def _asks(outcome: Outcome, table: Table, book: Book) -> None:
    book.topic("asks: every move that is used, and what it changes", TO_NINE)
    statement = outcome.statement
    reader = Reader(table, ("area", "option"), book)
    share = {(m.area, m.name): outcome.take_up[m.area, m.name] / m.most for m in statement.moves}
    barely = {key for key, used in share.items() if abs(used - ASK_ABOVE) <= BARELY * ASK_ABOVE}
    used = {key: None for key in share if share[key] > ASK_ABOVE and (key not in barely or key in reader.by_key)}
    moves = {(move.area, move.name): move for move in statement.moves}
    for key, row in reader.match(used):
        move, taken = moves[key[0], key[1]], outcome.take_up[key[0], key[1]]
        reader.equal(row, "take_up", taken)
        money = sum(map(abs, move.grant.values()), NONE)
        reader.equal(row, "grant_change", taken * sum(move.grant.values(), NONE), money)
        for objective in statement.objectives:
            changes = [change for (k, _), change in move.outcome.items() if k == objective]
            reader.equal(row, objective, taken * sum(changes, NONE), sum(map(abs, changes), NONE))


def _pot(outcome: Outcome, table: Table, book: Book) -> None:
    """Check the balance of every pot: amounts, money moved, and what is left."""
    statement = outcome.statement
    book.topic("pots: allocated, carried, vired and left add up and keep to their limits", TO_NINE)
    reader = Reader(table, ("envelope", "year"), book)
    rows = {(k[0], k[1]): row for k, row in reader.match(statement.pot)}
    before = dict(zip(statement.years[1:], statement.years, strict=False))
    numbers = {
        pot: {name: reader.number(row, name) or NONE for name in ("carried", "vired", "vired_in")}
        for pot, row in rows.items()
    }
    for (envelope, year), row in rows.items():
        moved, amount = numbers[envelope, year], statement.pot[envelope, year]
        carried_in = numbers.get((envelope, before.get(year, "")), {}).get("carried", NONE)
        allocated = outcome.spent(envelope, year)
        last = year == statement.years[-1]
        left = amount + carried_in + moved["vired_in"] - moved["carried"] - moved["vired"] - allocated
        size = max(amount, outcome.spent_size(envelope, year))
        reader.equal(row, "amount", amount)
        reader.equal(row, "allocated", allocated, size)
        reader.equal(row, "carried_in", carried_in, size)
        reader.equal(row, "reserve", left, size)
        reader.within(
            row, "carried", NONE, NONE if last else statement.carry_over.get((envelope, year), NONE), "carry_over"
        )
        reader.within(row, "vired", NONE, statement.virement.get((envelope, year), NONE), "virement")
        if envelope in statement.ring_fenced:
            reader.within(row, "vired_in", NONE, NONE, "the ring fence")
        what = f"{envelope}, {year}, more than the pot and what moves into it"
        spare = said_number(size * CLOSE)
        book.require(left >= -CLOSE * size, reader.where(row), what, said_number(-left), f"at most {spare}")
        _moved(statement, reader, rows, (envelope, year))


def _moved(statement: Statement, reader: Reader, rows: Mapping[Place, Row], pot: Place) -> None:
    """Check that what each envelope gives to the others adds up on both sides."""
    envelope, year = pot
    if len(statement.envelopes) == 1:
        reader.equal(rows[pot], "vired", NONE, statement.pot[pot])
        reader.equal(rows[pot], "vired_in", NONE, statement.pot[pot])
        return
    size = max(statement.pot.values(), default=NONE)
    given = [reader.number(rows[pot], f"vired_to_{into}") or NONE for into in statement.envelopes]
    taken = [reader.number(row, f"vired_to_{envelope}") or NONE for (_, t), row in rows.items() if t == year]
    reader.equal(rows[pot], "vired", sum(given, NONE), size)
    reader.equal(rows[pot], "vired_in", sum(taken, NONE), size)


def _pounds(outcome: Outcome, grants: Table, pots: Table, unit: int, book: Book) -> None:
    """Check the whole pounds of every grant by the rounding rule, and that no pot is over by even £1."""
    statement = outcome.statement
    book.topic("whole pounds: every grant by the rounding rule, no pot over by £1", EXACTLY)
    of_grants, of_pots = Reader(grants, ("area", "envelope", "year"), book), Reader(pots, ("envelope", "year"), book)
    before = dict(zip(statement.years[1:], statement.years, strict=False))

    def moved(pot: Place, column: str) -> int:
        row = of_pots.by_key.get(pot)
        if row is None:
            return 0
        if column not in pots.columns:  # the first version did not write it
            return int((of_pots.number(row, column.removesuffix("_pounds")) or NONE) * unit + PENNY)
        return int(of_pots.number(row, column) or 0)

    for pot, amount in statement.pot.items():
        envelope, year = pot
        row = of_pots.by_key.get(pot)
        if row is None:
            continue
        for column, exact, cap in (
            ("carried_pounds", "carried", statement.carry_over.get(pot, NONE)),
            ("vired_pounds", "vired", statement.virement.get(pot, NONE)),
            ("vired_in_pounds", "vired_in", None),
        ):
            if column not in pots.columns:
                continue
            money, pounds = (of_pots.number(row, exact) or NONE) * unit, moved(pot, column)
            near = abs(pounds - money) <= len(statement.pot) + PENNY  # less than £1 for each pot that money comes from
            kept = cap is None or pounds <= cap * unit + PENNY
            what = f"{envelope}, {year}, {column}"
            book.require(near and kept, of_pots.where(row), what, row.cells.get(column, ""), said_number(money))
        limit = int((amount * unit + PENNY) // 1) - moved(pot, "carried_pounds") - moved(pot, "vired_pounds")
        limit += moved((envelope, before.get(year, "")), "carried_pounds") + moved(pot, "vired_in_pounds")
        cells = sorted(cell for cell in outcome.grants if (cell[1], cell[2]) == pot)
        expected = whole_pounds([outcome.grants[cell] * unit for cell in cells], limit)
        for cell, pounds in zip(cells, expected, strict=True):
            if cell in of_grants.by_key:
                of_grants.whole(of_grants.by_key[cell], "pounds", pounds)
        of_pots.whole(row, "pounds", sum(expected))
        what = f"{envelope}, {year}, whole pounds pass the pot"
        book.require(sum(expected) <= limit, of_pots.where(row), what, f"£{sum(expected)}", f"at most £{limit}")
    for year in statement.years:
        given = sum(moved((e, year), "vired_pounds") for e in statement.envelopes)
        taken = sum(moved((e, year), "vired_in_pounds") for e in statement.envelopes)
        book.require(
            given == taken, pots.file, f"{year}: pounds moved between envelopes", f"£{given} out", f"£{taken} in"
        )


def _stages(outcome: Outcome, table: Table, book: Book) -> None:
    book.topic("stages: their order, their values at the settlement, and that none ends above what it may", TO_NINE)
    reader = Reader(table, ("name",), book)
    stages = {(name,): (value, give, size) for name, value, give, size in outcome.stages()}
    order = [row.cells.get("name", "") for row in table.rows]
    wanted = [name for (name,) in stages]
    book.require(order == wanted, table.file, "the order of the stages", ", ".join(order), ", ".join(wanted))
    for key, row in reader.match(stages):
        value, give, size = stages[(key[0],)]
        reader.equal(row, "final", value, size)
        reader.equal(row, "give", give, size)
        optimum = reader.number(row, "value")
        if optimum is not None:
            scale = max(size, abs(optimum)) * DRIFT
            most = outcome.statement.usable(key[0], optimum, size)
            holds = value <= most + scale and (give > 0 or value >= optimum - scale)
            what = f"{key[0]} ends away from its optimum"
            book.require(holds, reader.where(row), what, said_number(value), said_number(most))
