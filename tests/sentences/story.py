"""The grammar of the story: the one sentence on money, national targets, and who gains and loses."""

from __future__ import annotations

import re

from .scanning import AMOUNT, PERCENT, Scanner

PROVED = "Proved: no rule is broken, and no settlement is better in the agreed order."
UNPROVED = "NOT PROVED: do not use this settlement; --verbose shows the figures."


def read_story(scanner: Scanner) -> None:
    """Read the sentence and work out everything that it claims."""
    _money(scanner)
    _targets(scanner)
    scanner.need("; ")
    _areas(scanner)
    scanner.need(r"\.")


def _money(scanner: Scanner) -> None:
    facts = scanner.facts
    pot, bids = sum(facts.pot.values()), sum(facts.bid.values())
    if match := scanner.take(rf"Bids equal the pot of ({AMOUNT})"):
        scanner.claim("bids equal the pot", abs(bids - pot) * facts.pounds < 0.5)
        scanner.amount("the pot", match[1], pot)
        return
    match = scanner.need(rf"Bids are ({AMOUNT}) (above|below) the pot of ({AMOUNT})")
    scanner.claim("above or below", (match[2] == "above") == (bids > pot))
    scanner.amount("the difference", match[1], abs(bids - pot))
    scanner.amount("the pot", match[3], pot)


def _targets(scanner: Scanner) -> None:
    facts = scanner.facts
    last = max((row.label for row in facts.national if ":" not in row.label), default="")
    rows = [row for row in facts.national if row.label == last or ":" in row.label]
    if not rows:
        return
    met = sum(row.short <= 1e-9 for row in rows)
    worst = max(rows, key=lambda row: row.short)
    year = rf"(?: for {re.escape(last)})?" if last else ""
    if scanner.take(rf"; the national target{year} is met"):
        scanner.claim("the one is met", met == len(rows) == 1)
    elif match := scanner.take(rf"; (?:all (\d+)|both) national targets{year} are met"):
        scanner.claim("all are met", met == len(rows) == int(match[1] or 2))
    elif match := scanner.take(rf"; the national target{year} ends ({PERCENT}) short"):
        scanner.claim("one is missed", (met, len(rows)) == (0, 1))
        scanner.number("its shortfall", match[1], worst.short)
    elif match := scanner.take(rf"; (?:all (\d+)|both) national targets{year} end ({PERCENT}) short"):
        scanner.claim("all are missed", (met, len(rows)) == (0, int(match[1] or 2)))
        for row in rows:
            scanner.number("a shortfall like all", match[2], row.short)
    else:
        match = scanner.need(
            rf"; (\d+) of (\d+) national targets?{year} (?:is|are) met, and (.+?) ends ({PERCENT}) short"
        )
        scanner.claim("so many are met", (met, len(rows)) == (int(match[1]), int(match[2])))
        scanner.number("the largest shortfall", match[4], worst.short)
        alike = {facts.names[row.objective] for row in rows if row.short >= worst.short * (1 - 1e-9)}
        scanner.claim("which ends furthest", match[3] in alike, match[3])


def _areas(scanner: Scanner) -> None:
    facts = scanner.facts
    bids = {a: sum(v for (of, _, _), v in facts.bid.items() if of == a) for a in facts.area_names}
    grants = facts.settlement.grants.groupby("area")["grant"].sum()
    change = {a: float(grants.get(a, 0.0)) - bid for a, bid in bids.items() if a not in facts.centre}
    known = {a: value if abs(value) * facts.pounds >= 0.5 else 0.0 for a, value in change.items()}
    gain, lose = sum(value > 0 for value in known.values()), sum(value < 0 for value in known.values())
    if scanner.take("every area receives what it bid|nobody bids"):
        scanner.claim("nothing changes", gain == lose == 0)
        return
    match = scanner.need(
        rf"(\d+|no) areas? gains? and (\d+|none) loses?, most of all (.+) ({AMOUNT}) (less|more) than it bid"
    )
    counted = [0 if text in ("no", "none") else int(text) for text in match.groups()[:2]]
    scanner.claim("who gains and loses", counted == [gain, lose], f"{counted} for {[gain, lose]}")
    end = min(known.values()) if lose else max(known.values())
    scanner.claim("less or more", (match[5] == "less") == (end < 0))
    scanner.amount("the largest change", match[4], abs(end))
    names = {facts.area_names[a] for a, value in known.items() if abs(value - end) <= 1e-9 * abs(end)}
    scanner.claim("whose it is", match[3] in names, match[3])
