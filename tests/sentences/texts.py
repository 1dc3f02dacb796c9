"""The grammar of what the command line prints: the summary of a run, prices and merit orders, and an area's account."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from singlepot.models.analysis.area_account import AreaAccount
from singlepot.models.analysis.price_of_fairness import PriceOfFairness
from singlepot.models.explanation.prices import Price
from singlepot.models.tables.stage_words import stage_words

from .facts import Facts, Move
from .levelling import LevellingFacts
from .limits import sits_on
from .reasons import ReasonReader
from .scanning import AMOUNT, NUMBER, PERCENT, Claim, NoPatternError, Scanner, read
from .story import PROVED, UNPROVED, read_story

ASKS = re.compile(r"Nothing was asked|\d+ asks? of")
"""How the section on asks begins."""

SIGNED = rf"[-+]{NUMBER}"
UNITS = "share of the target|weighted share|money, weighted|money|share of the aim|share of both targets"
"""Units of stages."""

SMALL = r"[\d.]+e[-+]\d+"


class TextReader:
    """Reads the texts of one settlement; every line and sentence of them is counted."""

    def __init__(self, facts: Facts, reasons: ReasonReader) -> None:
        self.facts, self.reasons = facts, reasons
        self.levelling = LevellingFacts(facts)
        self.claims: list[Claim] = []
        self.sentences = 0

    def say(self, text: str, grammar: Callable[[Scanner], None]) -> None:
        """Read one sentence or line."""
        self.sentences += 1
        self.claims += read(self.facts, text, grammar)

    def fail(self, text: str) -> None:
        self.claims.append(Claim("recognised", False, text))

    # the summary of a run

    def summary(self, text: str, price: PriceOfFairness) -> None:
        """Read a summary section by section."""
        title = self.facts.settlement.scenario.settings.title
        sections = text.rstrip("\n").split("\n\n")
        if title:
            self.say(" ".join(sections.pop(0).split()), lambda scanner: _only(scanner, title))
        self._money(sections.pop(0).split("\n"))
        if self.facts.national:
            self._national(sections.pop(0).split("\n"))
        if self.facts.settlement.scenario.settings.sections and not ASKS.match(sections[0]):
            for sentence in _sentences(sections.pop(0)):
                self.say(sentence, self._levelling)
        self._asks(sections.pop(0).split("\n"))
        for sentence in _sentences(sections.pop(0)):
            self.say(sentence, lambda scanner: self._fairness(scanner, price))
        for sentence in _sentences(sections.pop(0)):
            self.say(sentence, self._certificate)
        answer = " ".join(sections.pop(0).split())
        told, _, proof = answer.rpartition(". ")
        self.say(f"{told}.", read_story)
        passed = self.facts.settlement.certificate.passed
        self.say(proof, lambda scanner: _only(scanner, PROVED if passed else UNPROVED))
        for section in sections:
            self.fail(section)

    def _levelling(self, scanner: Scanner) -> None:
        scanner.claim("a sentence on convergence or inclusion", self.levelling.read(scanner))

    def _money(self, lines: list[str]) -> None:
        facts = self.facts
        header = re.split(r"\s{2,}", lines[1].strip())
        moves = any(row["vired_in_pounds"] != row["vired_pounds"] for row in facts.pot_rows.values())
        moved = ["moved in"] if moves else []
        if lines[0] != "Money" or header != ["year", "pot", "bids", "grants", "carried on", *moved, "left"]:
            self.fail("\n".join(lines[:2]))
        rows = list(facts.pot_rows.items())
        for line, (cell, row) in zip(lines[2:-1], rows, strict=True):
            when = f"{cell[0]} {cell[1]}" if len(facts.envelopes) > 1 else cell[1]
            granted = facts.settlement.grants
            mine = granted[(granted["envelope"] == cell[0]) & (granted["year"] == cell[1])]
            amounts = [facts.pot[cell], facts.bids(cell), float(mine["grant"].sum()), row["carried"]]
            amounts += [*([row["vired_in"] - row["vired"]] if moves else []), row["reserve"]]
            self.say(line, _row(re.escape(when), amounts))
        grants = float(facts.settlement.grants["grant"].sum())
        left = sum(row["reserve"] for _, row in rows)
        self.say(lines[-1], _row("all", (sum(facts.pot.values()), sum(facts.bid.values()), grants, left)))

    def _national(self, lines: list[str]) -> None:
        facts = self.facts
        if lines[0] != "National objectives, last year and ranges":
            self.fail(lines[0])
        years = [row.label for row in facts.national if ":" not in row.label]
        last = max(years, default="")
        rows = [row for row in facts.national if row.label == last or ":" in row.label]
        table = facts.settlement.national.to_dict("records")
        for line, row in zip(lines[2:-1], rows, strict=True):
            of = next(r for r in table if (r["objective"], r["year"]) == (row.objective, row.label))
            parts = re.split(r"\s{2,}", line.strip())

            def grammar(
                scanner: Scanner, parts: list[str] = parts, row: object = row, of: dict[str, float] = of
            ) -> None:
                scanner.claim("a row of the nation", len(parts) == 8, str(parts))
                proposed = sum(v for (_, k, t), v in facts.proposed.items() if k == row.objective and t in row.years)
                values = (of["target"], proposed, of["agreed"], max(of["target"] - of["agreed"], 0.0))
                for text, value in zip(parts[2:6], values, strict=True):
                    scanner.number("a sum of the nation", text, value)
                scanner.number("share short", parts[6], row.short)
                scanner.at = len(scanner.text)

            self.say(line, grammar)
        match = re.fullmatch(r"(\d+) of (\d+) national targets are missed\.", lines[-1])
        if match is None:
            self.fail(lines[-1])
            return
        missed = sum(row.shortfall > 1e-9 * row.target for row in facts.national)
        self.say(lines[-1], _holds("missed", (int(match[1]), int(match[2])) == (missed, len(facts.national))))

    def _asks(self, lines: list[str]) -> None:
        asks = self.facts.settlement.asks
        text = " ".join(line.strip() for line in lines)
        if text == "Nothing was asked of anybody: bids and targets stand as they are.":
            grants, targets = self.facts.settlement.grants, self.facts.settlement.targets
            stand = (grants["change"].abs() <= 1e-5 * grants["bid"].clip(lower=1)).all()
            stand &= ((targets["agreed"] - targets["proposed"]).abs() <= 1e-5 * targets["proposed"].clip(lower=1)).all()
            self.say(text, _holds("nothing was asked", not len(asks) and bool(stand)))
            return
        match = re.match(r"(\d+) asks? of (\d+) areas?; the largest by money, over all years", lines[0])
        if match is None:
            self.fail(lines[0])
            return
        self.say(lines[0], _holds("asks", (int(match[1]), int(match[2])) == (len(asks), asks["area"].nunique())))
        sizes = sorted((abs(move.money(1) + move.money(-1)) for move in self._used()), reverse=True)
        for line, size in zip(lines[2:], sizes, strict=False):
            *_, amount = re.split(r"\s{2,}", line.strip())

            def grammar(scanner: Scanner, amount: str = amount, size: float = size) -> None:
                scanner.amount("one of the largest asks, in order", amount.lstrip("+-"), size)
                scanner.at = len(scanner.text)

            self.say(line, grammar)

    def _used(self) -> Iterator[Move]:
        asked = set(zip(self.facts.settlement.asks["area"], self.facts.settlement.asks["option"], strict=True))
        return (move for key, move in self.facts.moves.items() if key in asked)

    def _fairness(self, scanner: Scanner, price: PriceOfFairness) -> None:
        """Read a sentence on the spread of grants, on areas at limits, or on what fairness costs."""
        facts = self.facts
        bids = {a: sum(v for (of, _, _), v in facts.bid.items() if of == a) for a in facts.area_names}
        floored, ceiled = sits_on(facts)
        if match := scanner.take(
            rf"Grants are ({PERCENT}) to ({PERCENT}) of bids, the median area ({PERCENT}); "
            r"(\d+|no) areas? sits? on a floor, (\d+|no) others? sits? on a ceiling\."
        ):
            grants = facts.settlement.grants.groupby("area")["grant"].sum()
            shares = sorted(float(grants[a]) / bid for a, bid in bids.items() if bid > 0)
            middle = (shares[(len(shares) - 1) // 2], shares[len(shares) // 2])
            for kind, text, value in zip(
                ("lowest", "highest", "median"), match.groups(), (shares[0], shares[-1], sum(middle) / 2), strict=False
            ):
                scanner.number(f"{kind} share", text, value)
            counted = [0 if text == "no" else int(text) for text in match.groups()[3:]]
            scanner.claim("on floors and ceilings", counted == [len(floored), len(ceiled)], f"{counted}")
        elif scanner.take("More than a third of the areas sit on a limit: the rules decide, not the programme"):
            scanner.need(r"\.")
            bidding = sum(bid > 0 for bid in bids.values())
            scanner.claim("more than a third", 3 * (len(floored) + len(ceiled)) > bidding)
        elif match := scanner.take("(Sharing losses more fairly|Letting large losses weigh more): "):
            later = "fairly" in match[1]
            costs = price.give_costs if later else price.bands_cost
            finals = dict(zip(facts.settlement.stages["name"], facts.settlement.stages["final"], strict=True))
            without = price.without_give if later else price.without_bands
            while point := scanner.take(rf"([+−]{NUMBER}) points of "):
                stage = self.reasons.stage(scanner)
                cost = 100 * (finals[stage] - without[stage])
                scanner.number("cost of fairness", point[1].lstrip("+").replace("−", "-"), cost)
                scanner.claim("a shortfall stage", stage in costs)
                scanner.need(r", |\.")

    def _certificate(self, scanner: Scanner) -> None:
        certificate = self.facts.settlement.certificate
        if scanner.take("Note: "):
            scanner.claim("a note of the certificate", scanner.text[6:-1] in certificate.notes)
            scanner.at = len(scanner.text)
            return
        match = scanner.need(
            rf"Certificate (holds|FAILS) at ({SMALL}): largest violation ({SMALL}), duality gap ({SMALL}), "
            rf"drift of a stage ({SMALL}), sharing ({SMALL}); whole pounds fit every pot\."
        )
        stages = certificate.stages
        values = (
            certificate.tolerance,
            certificate.violation,
            max((stage.gap for stage in stages), default=0.0),
            max((stage.drift for stage in stages), default=0.0),
            certificate.sharing,
        )
        for text, value in zip(match.groups()[1:], values, strict=True):
            scanner.number("a figure of the certificate", text, value)
        holds = all(value <= values[0] for value in values[1:4])
        scanner.claim("the certificate holds", (match[1] == "holds") == (certificate.passed and holds))
        for row in self.facts.pot_rows.values():
            spent = row["pounds"] + row["carried_pounds"] + row["vired_pounds"] - row["vired_in_pounds"]
            before = self.facts.carried_in_pounds(row)
            scanner.claim("whole pounds fit every pot", spent - before <= row["amount"] * self.facts.pounds + 1e-3)

    # prices and the merit order

    def why(self, text: str) -> None:
        """Read what ``singlepot why`` prints for a whole settlement."""
        blocks = [_unwrapped(block) for block in text.rstrip("\n").split("\n\n")]
        if blocks[0][0] != "What the last unit costs":
            self.fail(blocks[0][0])
        for line in blocks[0][1:]:
            self.say(line.strip(), self._price)
        for block in blocks[1:]:
            if block[0].startswith("What holds"):
                self.say(" ".join(block), self._holding)
            else:
                self._best_placed(block)

    def _price(self, scanner: Scanner) -> None:
        for row in self.facts.settlement.national.to_dict("records"):
            if scanner.take(re.escape(f"{self.facts.names[row['objective']]} {row['year']}: ")):
                break
        else:
            raise NoPatternError(scanner.text)
        price = self._price_words(scanner, row["objective"], row["price"])
        part = scanner.take(r" \(a part\)") is not None
        scanner.claim("a part", part == str(row["price_stage"]).startswith("shortfall.largest"))
        if scanner.take("; one less saves "):
            below = self._either(scanner, row["objective"])
            scanner.need("; one more costs ")
            above = self._either(scanner, row["objective"])
            if below[1:] == above[1:] == (*price[1:], ""):
                scanner.claim("one less saves no more than one more costs", below[0] <= above[0] * (1 + 5e-3) + 1e-9)

    def _either(self, scanner: Scanner, objective: str) -> tuple[float, str, str]:
        """Read one side of a price, with its unit, and its stage where the other side's is another."""
        if scanner.take("more than anything"):
            return float("inf"), "", ""
        value, unit = self._price_words(scanner, objective, None)
        stages = {stage_words(name) for name in self.facts.settlement.stages["name"]}
        stage = scanner.take(rf" \((?:{'|'.join(map(re.escape, stages))})\)")
        return value, unit, stage[0] if stage else ""

    def _price_words(self, scanner: Scanner, objective: str, value: float | None) -> tuple[float, str]:
        """Read a price with its unit, and claim that it is this one, by the table."""
        facts, per = self.facts, re.escape(self.facts.one_of(self.facts.units[objective]))
        if scanner.take("nothing"):
            scanner.claim("a price of nothing", value in (None, 0.0), f"{value}")
            return 0.0, ""
        units, one = facts.natural(objective)
        if match := scanner.take(rf"({AMOUNT}) per {re.escape(one)}, in money of ({facts.pots})"):
            if value is not None:
                scanner.amount("a price in pounds for each natural unit", match[1], value / units)
            return _value(match[1]), match[2]
        match = scanner.need(rf"({NUMBER}) ({UNITS}) per {per}")
        if value is not None:
            scanner.claim("a price in a stage's unit", abs(_value(match[1]) - value) <= 6e-3 * abs(value), match[1])
        return _value(match[1]), match[2]

    def _holding(self, scanner: Scanner) -> None:
        scanner.need("What holds the others down, by its part in the price: ")
        stage = next(
            s
            for n, s in self.reasons.stages.items()
            if n.startswith("shortfall.largest") and s.marginals.value > 0 and any(s.national)
        )
        weight: dict[str, float] = {}
        for row, dual in zip(self.facts.national, stage.national, strict=True):
            weight[row.objective] = weight.get(row.objective, 0.0) + dual * row.base
        keys = {name: key for key, name in self.facts.names.items()}
        while match := scanner.take(rf"(\D+?) ({PERCENT})(?:, |\.$)"):
            scanner.number("its part in the price", match[2], weight[keys[match[1]]] / sum(weight.values()))

    def _best_placed(self, block: list[str]) -> None:
        best = self.facts.settlement.best_placed
        match = re.match(r"Best placed for ([^:]+): (.+)", block[0])
        if match is None:
            self.fail(block[0])
            return
        keys, title = {name: key for key, name in self.facts.names.items()}, match[2]
        need = keys.get(match[1], match[1])
        table = best.table[best.table["need"] == need].to_dict("records")
        self.say(title, lambda scanner: self._title(scanner, need, table[0]))
        rows, costs = len(table), [row["cost"] for row in table]
        price = table[0]["price"]
        self.say(
            "best placed first",
            _holds("the best placed first", all(one <= other + 1e-9 * abs(price) for one, other in pairwise(costs))),
        )
        for line in block[1:]:
            if more := re.fullmatch(r"  and (\d+) more", line):
                self.say(line, _holds("and more", int(more[1]) == rows - 10))
            elif offered := re.fullmatch(r"  (\d+) areas? offered nothing: (.+)\.", line):
                names = set(offered[2].split(", "))
                self.say(line, _holds("offered nothing", names == self.silent(need) and len(names) == int(offered[1])))
            else:
                self.say(line, self._row_of(need, table.pop(0)))

    def silent(self, need: str) -> set[str]:
        """Names of the areas with a bid that have no option, used or not, that adds to an objective or saves money."""
        facts = self.facts
        offering = {
            move.area
            for move in facts.moves.values()
            if not move.back
            and move.usable
            and any(
                value < 0 if need == "cuts" else key == need and value > 0
                for (key, _), value in (move.whole_grant if need == "cuts" else move.whole_outcome).items()
            )
        }
        bidding = {area for (area, _, _), amount in facts.bid.items() if amount > 0}
        return {facts.area_names[area] for area in bidding - offering}

    def _title(self, scanner: Scanner, need: str, row: dict[str, object]) -> None:
        if need == "cuts":
            scanner.need("given up for each £1 saved, measured by ")
            name = self.reasons.stage(scanner)
            scanner.need(" alone")
            first = next(n for n, s in self.reasons.stages.items() if any(s.pots.values()))
            scanner.claim("the stage that ranks cuts", name == first)
            return
        scanner.need("the last cost ")
        units, one = self.facts.natural(need)
        one = re.escape(one)
        per = re.escape(self.facts.one_of(self.facts.units[need]))
        stage = next(
            s
            for s in self.reasons.stages.values()
            if any(d for r, d in zip(self.facts.national, s.national, strict=True) if r.objective == need)
        )
        rows = [(r, d) for r, d in zip(self.facts.national, stage.national, strict=True) if r.objective == need]
        total = sum(dual for _, dual in rows)
        labels = [r.label.replace(":", " to ") + (" together" if ":" in r.label else "") for r, d in rows if d > 0]
        match = scanner.need(rf"({NUMBER}|{AMOUNT}) ((?:{UNITS}) )?per (?:{per}|{one})")
        if len(rows) > 1:
            scanner.need(" in each of " if len(labels) > 1 else " in ")
            scanner.claim("years of the price", scanner.read_list(labels) == labels, str(labels))
        if match[2]:
            scanner.claim("price of the last", abs(_value(match[1]) - total) <= 6e-3 * total, match[1])
            return
        pot = scanner.need(rf", in money of ({self.facts.pots})")[1]
        scanner.amount("price of the last, by the formula", match[1], total / stage.numeraire(pot) / units)

    def _row_of(self, need: str, row: dict[str, object]) -> Callable[[Scanner], None]:
        def grammar(scanner: Scanner) -> None:
            move = self.facts.moves[str(row["area"]), str(row["option"])]
            area, option = (_clipped(title) for title in (self.facts.area_names[move.area], move.title))
            scanner.need(rf"  {re.escape(area)}\s+{re.escape(option)}\s+")
            cost, taken = scanner.need(rf"(-?{NUMBER}p?|{AMOUNT})")[1], scanner.need(rf"\s+({PERCENT}) ")[1]
            value = float(row["cost"])  # type: ignore[arg-type]
            if need == "cuts" or "£" in cost:
                scanner.number("cost in the merit order", cost, value * (1 if need == "cuts" else self._pounds(need)))
            else:
                scanner.claim("cost in the merit order", abs(_value(cost) - value) <= 1e-3 * abs(value), cost)
            scanner.number("taken", taken, self.facts.moves[str(row["area"]), str(row["option"])].share)
            stop = scanner.text[scanner.at :]
            scanner.claim("what stopped it", str(row["stop"]).startswith(stop.rstrip("…")), stop)
            scanner.at = len(scanner.text)

        return grammar

    def _pounds(self, need: str) -> float:
        """Pounds for a natural unit in one unit of the price of an objective."""
        return self.facts.pounds / self.facts.natural(need)[0]

    # an area's account

    def account(self, text: str, account: AreaAccount) -> None:
        """Read what ``singlepot why FOLDER AREA`` prints."""
        blocks = [_unwrapped(block) for block in text.rstrip("\n").split("\n\n")]
        code = account.area
        self.say(blocks[0][0], lambda scanner: _only(scanner, f"{account.name} ({code})"))
        for line in blocks[1]:
            self.say(line, lambda scanner: self._cell(scanner, code))
        for block in blocks[2:]:
            head, lines = block[0], block[1:]
            if head == "Nothing is asked.":
                self.say(head, _holds("nothing is asked", code not in set(self.facts.settlement.asks["area"])))
            elif head == "How far it catches up":
                for line in lines:
                    self.say(line.strip().removeprefix("- "), self._levelling)
            elif head == "What is asked, and why":
                for option, line in zip(account.asks["option"], lines, strict=True):
                    sentence = line.strip().removeprefix("- ")
                    self.say(sentence, self.reasons.grammar(code, option))
            elif head == "What is not asked":
                for line in lines:
                    self.say(line, lambda scanner: self._unasked(scanner, code))
            elif head == "Rules that bind, and what one unit of slack would be worth":
                for line, price in zip(lines, account.rules, strict=True):
                    self.say(line.strip(), lambda scanner, price=price: self._rule(scanner, price))  # type: ignore[misc]
            elif head == "If the area left, shortfalls would be":
                for line in lines:
                    self.say(line, self._without)
            else:
                self.fail(head)

    def _cell(self, scanner: Scanner, code: str) -> None:
        number = rf"\s+({NUMBER})"
        if match := scanner.take(rf"  (\S+) (.+?)\s+bid{number}  grant{number}"):
            table = self.facts.settlement.grants.set_index(["area", "envelope", "year"])
            row = table.loc[(code, match[2], match[1])]
            values = (self.facts.bid.get((code, match[2], match[1]), 0.0), row["grant"])
        else:
            match = scanner.need(rf"  (\S+) (.+?)\s+proposed\s+(-?{NUMBER})  agreed\s+(-?{NUMBER})")
            table = self.facts.settlement.targets.set_index(["area", "objective", "year"])
            key = self._objective(match[2])
            row = table.loc[(code, key, match[1])]
            values = (self.facts.proposed.get((code, key, match[1]), 0.0), row["agreed"])
        for text, value in zip((match[3], match[4]), values, strict=True):
            scanner.number("a cell of the area", text, float(value))

    def _unasked(self, scanner: Scanner, code: str) -> None:
        match = scanner.need(r"  (.+?)\s{2,}(.*)$|  (\S{36,}) (.*)$")
        title = (match[1] or match[3]).strip()
        titled = [move for move in self.facts.moves.values() if (move.area, move.title) == (code, title)]
        scanner.claim("not asked", any(move.share <= 1e-6 for move in titled), title)

    def _rule(self, scanner: Scanner, price: Price) -> None:
        label = ", ".join(key for key in price.place if key != self._area_of(price))
        scanner.need(r"[^:]+(?:: |:\S+: )")
        words = scanner.text[scanner.at :]
        scanner.at = len(scanner.text)
        match = re.match(rf"({AMOUNT}|{NUMBER})", words)
        value = price.value
        if match is None:
            raise NoPatternError(words)
        if "£" in match[1]:
            factor = 1.0 if " for each £1" in words else self.facts.pounds
            for objective in set(price.place) & set(self.facts.names):
                factor = self.facts.pounds / self.facts.natural(objective)[0]
            scanner.number("worth of slack", match[1], value * factor)
        else:
            scanner.claim("worth of slack", abs(_value(match[1]) - value) <= 6e-3 * abs(value), f"{label} {value}")

    def _area_of(self, price: Price) -> str:
        return next((key for key in price.place if key in self.facts.area_names), "")

    def _objective(self, title: str) -> str:
        """Key of the objective with a title that may be cut off."""
        return next(key for key, name in self.facts.names.items() if _clipped(name) == title)

    def _without(self, scanner: Scanner) -> None:
        match = scanner.need(rf"  (.+?)\s+(\d\S+)\s+({NUMBER}) instead of ({NUMBER})")
        row = next(r for r in self.facts.national if (r.objective, r.label) == (self._objective(match[1]), match[2]))
        scanner.number("shortfall now", match[4], row.shortfall)


def _clipped(title: str) -> str:
    """A title before figures, which is cut off where it is long."""
    return title if len(title) <= 24 else title[:23] + "…"


def _only(scanner: Scanner, text: str) -> None:
    """A text that says nothing but a name."""
    scanner.need(re.escape(text))


def _holds(kind: str, holds: bool) -> Callable[[Scanner], None]:
    def grammar(scanner: Scanner) -> None:
        scanner.claim(kind, holds)
        scanner.at = len(scanner.text)

    return grammar


def _row(label: str, amounts: Sequence[float]) -> Callable[[Scanner], None]:
    """A line of a table of money."""

    def grammar(scanner: Scanner) -> None:
        scanner.need(rf"\s+{label}")
        for amount in amounts:
            scanner.amount("money in the summary", scanner.need(rf"\s+({AMOUNT})")[1], amount)

    return grammar


def _value(text: str) -> float:
    """A number or amount as pounds or as it stands."""
    number = float(re.sub(r"[£mkp%,]", "", text))
    return number * {"m": 1e6, "k": 1e3}.get(text[-1], 1.0)


def _sentences(section: str) -> list[str]:
    """Sentences of a section of wrapped lines."""
    text = " ".join(section.split())
    return re.split(r"(?<=\.) (?=[A-Z])", text)


def _unwrapped(block: str) -> list[str]:
    """Lines of a block, those that were broken joined again."""
    lines: list[str] = []
    heads = ("Best placed", "What holds")
    for line in block.split("\n"):
        goes_on = line.startswith("    ") or (lines and lines[-1].startswith(heads) and not line.startswith(" "))
        if lines and goes_on:
            lines[-1] += ("" if lines[-1].endswith("-") else " ") + line.strip()  # a word was broken at its hyphen
        else:
            lines.append(line)
    return lines
