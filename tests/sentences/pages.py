"""The grammar of the report and the areas' pages: every text outside the tables' cells, and what cells show."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from singlepot.models.analysis.price_of_convergence import PriceOfConvergence
from singlepot.models.analysis.price_of_fairness import PriceOfFairness
from singlepot.models.tables.plain_words import WORDS

from ..places import ROOT
from .facts import Facts, near
from .levelling import read_paid
from .reasons import STAGES, ReasonReader
from .scanning import AMOUNT, NUMBER, PENCE, PERCENT, Scanner
from .story import read_story
from .texts import SMALL, TextReader

VOID = {"meta", "input", "br", "link", "img"}
INLINE = {"strong", "small", "a", "span", "code"}
SILENT = {"script", "style", "svg", "td", "th", "title"}
TEMPLATES = ROOT / "reports" / "page" / "templates"


class Blocks(HTMLParser):
    """Texts of the elements of a page that are no cells of tables, one for each element that is a line or paragraph."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.blocks: list[tuple[str, str]] = []
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        label = dict(attrs).get("aria-label")
        if label:
            self.blocks.append(("label", " ".join(label.split())))
        if tag not in VOID and tag not in INLINE:
            self.flush()
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and tag not in INLINE:
            self.flush()
            if self.open:
                self.open.pop()

    def handle_data(self, data: str) -> None:
        if not SILENT & set(self.open):
            self._text += data

    def flush(self) -> None:
        if text := " ".join(self._text.split()):
            self.blocks.append((self.open[-1] if self.open else "", text))
        self._text = ""


def blocks_of(html: str) -> list[tuple[str, str]]:
    reader = Blocks()
    reader.feed(html)
    reader.close()
    reader.flush()
    return reader.blocks


def fixed_texts() -> set[str]:
    """Texts of the templates that say the same in every report: those without an expression."""
    texts = set()
    for path in TEMPLATES.glob("*.j2"):
        source = re.sub(r"\{%.*?%\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        texts |= {text for _, text in blocks_of(source) if "{{" not in text}
        # a text that a condition joins to another stands by itself, too
        parts = re.split(r"\{%.*?%\}", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        texts |= {text for part in parts for _, text in blocks_of(part) if "{{" not in text and "}}" not in text}
    return texts


class PageReader(TextReader):
    """Reads the pages of one settlement."""

    fixed = fixed_texts()

    def __init__(
        self, facts: Facts, reasons: ReasonReader, price: PriceOfFairness, cost: PriceOfConvergence | None = None
    ) -> None:
        super().__init__(facts, reasons)
        self.price = price
        self.moved: dict[str, float] = {}
        if cost is not None:
            regions = cost.regions.set_index("region")
            self.moved = (regions["grant"] - regions["without"]).to_dict()

    def page(self, html: str, area: str = "") -> None:
        """Read every text of a page, of one area or of the whole."""
        for _, text in blocks_of(html):
            if text in self.fixed or self._known(text):
                self.sentences += 1
                continue
            self.say(text, lambda scanner: self._text_of(scanner, area))

    def _known(self, text: str) -> bool:
        """Whether a text is one that the scenario brings, of its check or of the provenance: no claim of the code."""
        settlement = self.facts.settlement
        if text.partition(" ")[0] in {note.code for note in settlement.scenario.notes if note.level == "warning"}:
            return True
        settings, provenance = settlement.scenario.settings, settlement.provenance
        known = {
            settings.title,
            provenance["scenario_sha256"],
            *settings.notes.values(),
            *self.facts.area_names.values(),
            *(text for word in WORDS for text in (word.technical, f"{word.plain}: {word.meaning}")),
        }
        backend = f"{provenance['backend']} {provenance['backend_version']}"
        return text in {str(word) for word in known} or text == backend or text.startswith("singlepot 0")

    def _text_of(self, scanner: Scanner, area: str) -> None:
        for reader in (self._tile, self._facts, self._caption, self._assumption, self._area, self._picture, self._rest):
            start = scanner.at
            reader(scanner, area)
            if scanner.at > start:
                return
        scanner.need("a sentence of the report")

    def _tile(self, scanner: Scanner, area: str) -> None:
        facts, settlement = self.facts, self.facts.settlement
        if match := scanner.take(
            rf"Money left ({AMOUNT}) Pot ({AMOUNT}), bids ({AMOUNT}), grants ({AMOUNT}), all years"
        ):
            grants = float(settlement.grants["grant"].sum())
            left = sum(row["reserve"] for row in facts.pot_rows.values())
            for text, value in zip(
                match.groups(), (left, sum(facts.pot.values()), sum(facts.bid.values()), grants), strict=True
            ):
                scanner.amount("money of the first screen", text, value)
        elif match := scanner.take(r"Shortfall none All (\d+) national targets are met"):
            met = all(row.shortfall <= 1e-9 * row.target for row in facts.national)
            scanner.claim("all targets are met", met and int(match[1]) == len(facts.national))
        elif match := scanner.take(
            rf"Largest shortfall ({PERCENT}) of the target: (.+); (\d+) of (\d+) national targets "
            r"\(by year\) are missed"
        ):
            self._largest(scanner, match)
        elif match := scanner.take(
            rf"Gain and lose (\d+) and (\d+) areas Grants are ({PERCENT}) to ({PERCENT}) of bids, ({PERCENT}) in the "
            "median area"
        ):
            self._spread(scanner, match)
        elif scanner.take("Proof ✓ holds No rule is broken, and no settlement is better in the agreed order"):
            scanner.claim("the proof holds", settlement.certificate.passed)
        elif scanner.take("Proof ✗ FAILS Do not use this settlement; the technical annex has the figures"):
            scanner.claim("the proof fails", not settlement.certificate.passed)
        elif scanner.text.startswith(("Bids are ", "Bids equal ")):
            read_story(scanner)

    def _spread(self, scanner: Scanner, match: re.Match[str]) -> None:
        sums = self.facts.settlement.grants.groupby("area")[["bid", "grant"]].sum()
        change = (sums["grant"] - sums["bid"]) * self.facts.pounds
        expected = (int((change >= 0.5).sum()), int((change <= -0.5).sum()))
        scanner.claim("gain and lose", (int(match[1]), int(match[2])) == expected)
        bidding = sums[sums["bid"] > 0]
        share = bidding["grant"] / bidding["bid"]
        for text, value in zip(match.groups()[2:], (share.min(), share.max(), share.median()), strict=True):
            scanner.number("share of the bid", text, float(value))

    def _largest(self, scanner: Scanner, match: re.Match[str]) -> None:
        facts = self.facts
        worst = max(row.short for row in facts.national)
        scanner.number("largest shortfall", match[1], worst)
        alike = [row for row in facts.national if row.short >= worst * (1 - 1e-6)]
        if counted := re.fullmatch(r"(\d+) of (\d+) alike", match[2]):
            scanner.claim("all that tie", (int(counted[1]), int(counted[2])) == (len(alike), len(facts.national)))
        else:
            names = [f"{facts.names[row.objective]} {row.label}" for row in alike]
            expected = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
            scanner.claim("all that tie", match[2] == expected, expected)
        missed = sum(row.shortfall > 1e-9 * row.target for row in facts.national)
        scanner.claim("missed", (int(match[3]), int(match[4])) == (missed, len(facts.national)))

    def _facts(self, scanner: Scanner, area: str) -> None:
        facts, start = self.facts, scanner.at
        self._fairness(scanner, self.price)
        if scanner.at > start or self.levelling.read(scanner) or (self.moved and read_paid(scanner, self.moved)):
            return
        if scanner.take("Note: "):
            scanner.claim("a note of the certificate", scanner.text[6:-1] in facts.settlement.certificate.notes)
            scanner.at = len(scanner.text)
        elif match := scanner.take(
            rf"Certificate (holds|FAILS): largest violation ({SMALL}), largest duality gap ({SMALL}), both at most "
            rf"({SMALL}); whole pounds fit every pot\."
        ):
            certificate = facts.settlement.certificate
            gap = max((stage.gap for stage in certificate.stages), default=0.0)
            for text, value in zip(
                match.groups()[1:], (certificate.violation, gap, certificate.tolerance), strict=True
            ):
                scanner.number("a figure of the certificate", text, value)
            scanner.claim("both at most", max(certificate.violation, gap) <= certificate.tolerance)
        elif match := scanner.take(
            r"(\d+) areas are asked for something\. An ask is a move away from what an area bid; the sentence says why "
            r"it was asked\."
        ):
            scanner.claim("areas asked", int(match[1]) == facts.settlement.asks["area"].nunique())
        elif scanner.take("Areas with a bid that offered nothing: "):
            while match := scanner.take(r"([^,.]+?) (\d+)(?:, |\.)"):
                need = next(key for key, name in facts.names.items() if name == match[1])
                scanner.claim("offered nothing", int(match[2]) == len(self.silent(need)), match[1])

    def _caption(self, scanner: Scanner, area: str) -> None:
        facts = self.facts
        scanner.take("Table: ")
        if self.levelling.read(scanner):
            return
        if match := scanner.take(r"The (\d+) largest of ([\d,]+) asks, by money"):
            scanner.claim("the largest of", int(match[2].replace(",", "")) == len(facts.settlement.asks))
        elif match := scanner.take(r"(?:.+?): the best placed(?:, the first (\d+) of ([\d,]+) options)?$"):
            scanner.claim("the best placed", True)
        elif scanner.take("|".join(map(re.escape, CAPTIONS))):
            scanner.take(", " + "(" + "|".join(facts.years) + ")")
        elif scanner.take("Every area: all years together; targets of "):
            scanner.claim("the last year", scanner.need(r"\S+")[0] == facts.years[-1])
        elif match := scanner.take(r"(\d+) areas? (gain|lose)s?(?:, the 6 that (?:gain|lose) most)?$"):
            change = self.facts.settlement.grants.groupby("area")["change"].sum() * self.facts.pounds
            many = (change >= 0.5).sum() if match[2] == "gain" else (change <= -0.5).sum()
            scanner.claim("how many gain or lose", int(match[1]) == many)
        elif match := scanner.take(r"(.+): its members$"):
            held = [str(name) for name in facts.settlement.scenario.areas["recipient"]]
            scanner.claim("a recipient", match[1] in {*held, *facts.area_names.values()}, match[1])
        elif scanner.take("Aims beside the whole gap, |Inequality of rates, "):
            scanner.claim("a year", scanner.need(r"\S+")[0] in facts.years)
        elif scanner.take(r".+: what stopped the options$"):
            scanner.claim("what stopped the options", True)

    def _assumption(self, scanner: Scanner, area: str) -> None:
        settings = self.facts.settlement.scenario.settings
        if match := scanner.take(r"(\S+)(?: to (\S+))?, money in (GBP(?: \w+)?)"):
            last = settings.years[-1] if len(settings.years) > 1 else None
            scanner.claim("years and money", match.groups() == (settings.years[0], last, settings.money))
        elif match := scanner.take(r"\(median ÷ the area's (\w+)\) to the power of ([\d.]+)"):
            equity = settings.equity
            scanner.claim("weight of an area", equity is not None and near(match[2], equity.elasticity))
        elif scanner.take("all alike"):
            scanner.claim("all alike", settings.equity is None)
        elif scanner.take(r"[\d.]+ (?:up to|beyond) \d+%"):
            while scanner.take(r", [\d.]+ (?:up to|beyond) \d+%"):
                pass
            weights = [float(text) for text in re.findall(r"([\d.]+) (?:up|beyond)", scanner.text)]
            scanner.claim("how a percent weighs", weights == list(settings.stages.bands.slopes))
        elif scanner.take(r"(?:Remark on \w+|of \d{4}-\d\d)$"):
            scanner.claim("a remark", True)

    def _area(self, scanner: Scanner, area: str) -> None:
        facts = self.facts
        if scanner.take(rf"({'|'.join(map(re.escape, facts.area_names.values()))}) \((\w+)\)$"):
            scanner.claim("the name of an area", True)
        elif match := scanner.take(
            rf"You bid ({AMOUNT})(?: over (\d+) years)?\. You are offered ({AMOUNT}) \((£{NUMBER})\)"
        ):
            grants = facts.settlement.grants
            mine = grants[grants["area"] == area]
            bid = sum(v for (a, _, _), v in facts.bid.items() if a == area)
            scanner.amount("bid of the area", match[1], bid)
            scanner.amount("grant of the area", match[3], float(mine["grant"].sum()))
            scanner.number("pounds of the area", match[4], float(mine["pounds"].sum()))
            scanner.claim("years", (int(match[2]) if match[2] else 1) == len(facts.years))
            if share := scanner.take(rf", ({PERCENT}) of your bid"):
                scanner.number("share of the bid", share[1], float(mine["grant"].sum()) / bid)
            if head := scanner.take(rf", (£{NUMBER}) for each resident"):
                people = facts.settlement.scenario.filled("areas").set_index("code")["population"][area]
                scanner.number("for each resident", head[1], float(mine["grant"].sum()) * facts.pounds / people)
            scanner.need(r"\.")
        elif scanner.text in set(facts.settlement.best_placed.table["stop"]):
            scanner.claim("what stopped options", True)
            scanner.at = len(scanner.text)
        elif scanner.take(
            "Similar means nearest in .+ \\(each compared in proportion, by how far areas differ in it\\)\\."
        ):
            scanner.claim("how similar areas are found", True)
        elif match := scanner.take(r"Rates, in the units beside: (.+)\.$"):
            targets = facts.settlement.targets
            mine = targets[(targets["area"] == area) & (targets["year"] == facts.years[-1])]
            rated = set(mine.loc[mine["rate"].notna(), "objective"])
            named = re.split(r"[,;] ", re.sub(r" ÷ [^;.]+", "", match[1]))
            scanner.claim("rates", {facts.names[key] for key in rated} == set(named), match[1])
        elif scanner.text == "No bid.":
            scanner.claim("no bid", not any(a == area and v for (a, _, _), v in facts.bid.items()))
            scanner.at = len(scanner.text)
        elif area and all(name in self._unused(area) for name in scanner.text.split("; ")):
            scanner.claim("offered and not asked", True)
            scanner.at = len(scanner.text)

    def _unused(self, area: str) -> set[str]:
        moves = self.facts.moves.values()
        return {move.called for move in moves if move.area == area and not move.back and move.share <= 1e-6}

    def _picture(self, scanner: Scanner, area: str) -> None:
        if match := scanner.take(
            rf"Who is best placed for (.+): (\d+) options, the last unit needed ({AMOUNT}|{PENCE}|{NUMBER})"
            r"(?:\. Left and right arrow move along the marks\.)?$"
        ):
            self._merit(scanner, match)
        elif match := scanner.take(
            rf"(\d+) options? costs? more than ({AMOUNT}|{PENCE}|{NUMBER}): (?:its bar is|their bars are) broken by a "
            r"white line\. "
        ):
            scanner.claim("cut off", int(match[1]) > 0)
            scanner.claim("one or several", match[0].startswith("1 option costs") == (match[1] == "1"))
            self._flat(scanner)
        elif scanner.text.endswith("Point at a bar for its area."):
            self._flat(scanner)
        elif scanner.take(
            r"(?:Bids and grants against|Every area's grant as|Areas with the lowest and highest|Hexagon map of).+$"
        ):
            scanner.claim("a label of a picture", True)

    def _merit(self, scanner: Scanner, match: re.Match[str]) -> None:
        table = self.facts.settlement.best_placed.table
        keys = {name: key for key, name in self.facts.names.items()} | {"Cuts: money saved": "cuts"}
        rows = table[(table["need"] == keys[match[1]]) & (table["outcome"] > 0)]
        scanner.claim("number of options", int(match[2]) == len(rows))
        price = float(rows["price"].iloc[0])
        if "£" in match[3] or "p" in match[3]:
            pounds = self._pounds(keys[match[1]]) if "£" in match[3] else 1.0
            scanner.number("price of the last", match[3], price * pounds)

    def _flat(self, scanner: Scanner) -> None:
        """Read what is said of bars without a height, and the hint behind it."""
        if match := scanner.take(r"Options that can (add|save) (.+?) cost nothing or next to nothing: "):
            scanner.need("their bars have no height\\. ")
            scanner.claim("bars without a height", bool(match[2]))
        scanner.need("Point at a bar for its area\\.$")

    def merit_chart(self, spec: dict[str, Any]) -> None:
        """Read the marks of a merit-order curve: each bar says its option, its size, its cost and its use."""
        panel: dict[str, Any] = spec.get("vconcat", [spec])[0]
        layers: list[dict[str, Any]] = panel.get("layer", [])
        rows: list[dict[str, Any]] = panel.get("data", {}).get("values", [])
        title = str(spec["title"]["text"]) if isinstance(spec.get("title"), dict) else ""
        keys = {name: key for key, name in self.facts.names.items()} | {"Cuts: money saved": "cuts"}
        if title not in keys or not rows or "t" not in rows[0]:
            return
        table = self.facts.settlement.best_placed.table
        table = table[(table["need"] == keys[title]) & (table["outcome"] > 0)]
        for row, of in zip(rows, table.to_dict("records"), strict=True):
            self.say(str(row["t"]), lambda scanner, of=of: self._tip(scanner, keys[title], of))
        labels = [value["label"] for layer in layers for value in layer.get("data", {}).get("values", [])]
        used = {self.facts.area_names[row["area"]] for row in table.to_dict("records") if row["taken"] > 0}
        named = labels[:-2]
        self.say("names at bars", lambda scanner: _named(scanner, named, used))
        for label in labels[-2:]:
            self.say(label, lambda scanner: self._mark(scanner, keys[title], float(table["price"].iloc[0])))

    def _tip(self, scanner: Scanner, need: str, row: dict[str, object]) -> None:
        facts, move = self.facts, self.facts.moves[str(row["area"]), str(row["option"])]
        called = move.title
        scanner.need(re.escape(f"{facts.area_names[move.area]}: {called}. "))
        unit = (
            {"GBP million": "£m", "GBP thousand": "£k", "GBP": "£"}[facts.money]
            if need == "cuts"
            else facts.units[need]
        )
        pounds = {"£m": 1e6, "£k": 1e3, "£": 1.0}.get(unit.partition(" ")[0])
        outcome, cost = float(row["outcome"]), float(row["cost"])  # type: ignore[arg-type]
        amount = scanner.need(rf"({'£' if pounds else '(?:less than )?'}{NUMBER}m?) ?")[1]
        scanner.number("what it can add", amount, outcome * (pounds or 1.0))
        rest = unit.partition(" ")[2] if pounds else unit
        scanner.need(rf"(?:{re.escape(rest)}|{re.escape(facts.one_of(rest))})?, ")
        each = scanner.need(rf"({AMOUNT}|{PENCE}|-?{NUMBER}) (?:each|for each £1)")[1]
        if "£" in each or each.endswith("p"):
            scanner.number("cost of a bar", each, cost * (self._pounds(need) if "£" in each else 1.0))
        match = scanner.need(rf"; ({PERCENT}) used: (.+)\.$")
        scanner.number("used", match[1], move.share)
        scanner.claim("what stopped it", match[2] == row["stop"])

    def _mark(self, scanner: Scanner, need: str, price: float) -> None:
        if match := scanner.take(rf"the last (?:unit|£1) needed: ({AMOUNT}|{PENCE}|-?{NUMBER})$"):
            if "£" in match[1] or match[1].endswith("p"):
                scanner.number("price of the last", match[1], price * (self._pounds(need) if "£" in match[1] else 1.0))
        else:
            scanner.need("the nation stopped here")
            scanner.claim("the nation stopped", True)

    def _rest(self, scanner: Scanner, area: str) -> None:
        if scanner.take(r"(?:choose an area|Show|Close the page|Page of)(?: .*)?$|.+ \(\w+\)$|© .*$"):
            scanner.claim("a control", True)
        elif scanner.take(r"(?:\w+ [\d.]+(?:, |$)){2,}$"):
            scanner.claim("versions", True)
        elif scanner.take(r".*Made by singlepot \S+; scenario [0-9a-f]+\.$|(?:numpy|highspy|python|singlepot) .+$"):
            scanner.claim("the provenance", True)
        elif match := scanner.take(
            rf"In present value the grants are ({AMOUNT}): counted in ([\d-]+), in "
            r"(prices of [\d-]+|the scenario's prices, of a year it does not state), discounted by "
            r"the standard rates of the Green Book of \w+ \d{4} \(3\.5% a year for the first 30 years\)\.$"
        ):
            self._present_value(scanner, match)

    def _present_value(self, scanner: Scanner, match: re.Match[str]) -> None:
        settings, table = self.facts.settlement.scenario.settings, self.facts.settlement.grants
        later = {year: at for at, year in enumerate(settings.years)}
        worth = sum(grant / 1.035 ** later[year] for grant, year in zip(table["grant"], table["year"], strict=True))
        scanner.number("present value", match[1], worth * self.facts.pounds)
        scanner.claim("year of present value", match[2] == settings.years[0], match[2])
        scanner.claim("prices", (settings.price_base or "state") in match[3], match[3])


def _named(scanner: Scanner, named: list[str], used: set[str]) -> None:
    scanner.claim("areas at bars are used", set(named) <= used and len(set(named)) == len(named), str(named))
    scanner.claim("bars that matter are named", bool(named) == bool(used))
    scanner.at = len(scanner.text)


CAPTIONS = (
    "The pot, year by year",
    "The national targets and what is agreed",
    "Everything that is asked",
    "What was asked, by kind",
    "Shortfall by objective",
    "By region",
    "By deprivation: fifths of the areas in the order of income",
    "Rules of the scenario",
    "Stages, each holding those before it",
    "Money",
    "Outcome targets",
    "What is asked",
    "By component",
    "You (first row) and similar areas",
    "Settlement",
    "Years",
    "Prices",
    "Weight of an area",
    "How a further percent given up weighs",
    "Who holds the grants: all years together",
    "A recipient holds the sum of its members' grants, and every pound of it is one of theirs.",
    "Who pays and who gains, all years",
    "Without: the same scenario without its aims and rules of convergence and inclusion.",
    "What convergence and inclusion cost: the same scenario without their aims and rules, and with them",
    "Regions against all areas, and areas against their own region",
    "Between regions: a region's rate against that of all areas that bid, then and now. Within: what areas below their "
    "own region's rate lack to it.",
    "Between and within regions: the two parts of Theil's measure of inequality.",
    "Agreed is what places add; the gap narrows by less, because the line they are compared with moves too.",
)

__all__ = ["STAGES", "PageReader", "blocks_of"]
