"""The grammar of reasons: every part of a sentence is read, and what it claims is worked out again."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

from .facts import Cells, Facts, Move, close, near
from .scanning import AMOUNT, NUMBER, PENCE, PERCENT, NoPatternError, Scanner
from .stages import StageFacts, effect, stages_of

MONEY_UNITS = {"£": 1.0, "£k": 1e3, "£m": 1e6, "£bn": 1e9}

STAGES = {
    "the largest shortfall": "shortfall.largest",
    "all shortfalls together": "shortfall.total",
    "the largest cut of a proposed target": "concession.largest",
    "all cuts of proposed targets together": "concession.total",
    "what areas lose or pay themselves": "burden",
    "the money that is spent": "cost",
    "what places miss of their aims of convergence": "convergence.total",
    "what is not met of prosperity and inclusion together": "inclusion.total",
}
ENDS = re.compile(r"(?=, |; | and |:|\.$|$)")

CEILING = "the take-up ceiling"
"""The limit on how far options may be used."""

OF_PARTNER = {
    "what {} offers": CEILING,
    "how much {} still runs of its programme": "it runs no more of its programme",
    "another option that {} needs for it": "it needs another option",
    "an opportunity that {} shares among its options": "it shares one opportunity with others",
    "what {} would lose beyond that": "",
    "that {} has nothing left below that": "",
}
"""Limits of a partner in a joint scheme as sentences say them, and as an area's own; nothing where it is no rule."""


class ReasonReader:
    """Reads the reasons of one settlement."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.stages = stages_of(facts)
        self.orders = facts.settlement.best_placed.table
        self.names = {facts.in_sentence[key]: key for key in facts.names}

    def grammar(self, area: str, option: str) -> _Reading:
        return _Reading(self, self.facts.moves[area, option])

    def stage(self, scanner: Scanner) -> str:
        """Read what a stage minimises, and return its name."""
        match = scanner.need("|".join(re.escape(words) for words in STAGES) + "")
        plain = STAGES[match.group()]
        priority = scanner.take(r" of priority (\d+)")
        if not plain.startswith("shortfall"):
            return plain
        return f"{plain}[{priority[1] if priority else 1}]"

    def cost(self, move: Move, need: str) -> float | None:
        table = self.orders
        chosen = (table["need"] == need) & (table["area"] == move.area) & (table["option"] == move.option)
        return float(table.loc[chosen, "cost"].iloc[0]) if chosen.any() else None


class _Reading:
    """Reads one reason."""

    def __init__(self, reader: ReasonReader, move: Move) -> None:
        self.reader, self.facts, self.move = reader, reader.facts, move

    def __call__(self, scanner: Scanner) -> None:
        self.scanner = scanner
        (self._scaled_back if self.move.back else self._option)()
        self._accepted()
        self._compared()
        self._stopped()
        scanner.need(r"\.")

    # what the option does

    def _option(self) -> None:
        scanner, move = self.scanner, self.move
        scanner.need(re.escape(f"“{move.called}” in {self.facts.area_names[move.area]} "))
        mentioned: set[str] = set()
        while True:
            if match := scanner.take(rf"(takes|saves) ({AMOUNT})"):
                self._money(match[1], match[2])
                mentioned.add(match[1])
            elif scanner.take("needs no grant"):
                scanner.claim("needs no grant", not move.grant)
            elif scanner.take("gives up nothing that the nation counts"):
                counted = {row.objective for row in self.facts.national}
                scanner.claim("nothing", not any(key in counted for key, _ in move.outcome))
            elif match := scanner.take("(gives up|adds) "):
                self._outcomes(move.does(-1 if match[1] == "gives up" else 1), "natural units")
                mentioned.add(match[1])
            elif match := scanner.take(rf"costs the area ({AMOUNT})"):
                scanner.amount("own cost", match[1], move.own_cost)
            if not scanner.take(r", (?!and |so all|shared)| and (?!\d+% of it)"):
                break
        there = {"takes": move.money(1), "saves": move.money(-1), "adds": move.does(1), "gives up": move.does(-1)}
        for verb, amount in there.items():
            scanner.claim(f"{verb}: said where there is any", bool(amount) == (verb in mentioned), verb)

    def _money(self, verb: str, amount: str) -> None:
        scanner, sign = self.scanner, 1 if verb == "takes" else -1
        cells = {cell for cell, value in self.move.grant.items() if value * sign > 0}
        scanner.amount(f"cash that it {verb}", amount, abs(self.move.money(sign)))
        if len(self.facts.envelopes) > 1:
            scanner.need(" of ")
            scanner.claim("pots", set(scanner.read_list(self.facts.envelopes)) == {envelope for envelope, _ in cells})
        if len(self.facts.years) > 1:
            match = scanner.need(r" (?:in (\S+?)|over (\S+) to (\S+?)|over all years)" + ENDS.pattern)
            all_years = (self.facts.years[0], self.facts.years[-1])
            first, last = (match[1] or match[2], match[1] or match[3]) if match[1] or match[2] else all_years
            scanner.claim("all years", bool(match[1] or match[2]) or {t for _, t in cells} == set(self.facts.years))
            years = sorted(year for _, year in cells)
            scanner.claim("years of money", (first, last) == (years[0], years[-1]), f"{years}")

    def _outcomes(self, cells: Cells, kind: str, dated: bool = True) -> None:
        """Read amounts of objectives with their years, and claim that they are these, and all of them."""
        scanner, facts = self.scanner, self.facts
        left: dict[str, dict[str, float]] = {}
        for (key, year), value in cells.items():
            left.setdefault(key, {})[year] = abs(value)
        pending: list[str] = []
        while True:
            pending.append(self._one_outcome(left))
            if len(facts.years) > 1 and dated:
                years = self._years()
                if years is not None:
                    for key in pending:
                        scanner.claim("years of outcomes", set(years) == set(left[key]), f"{key} {sorted(left[key])}")
                        del left[key]
                    pending = []
            else:
                del left[pending.pop()]
            more = scanner.take(rf"(?:, | and )(?=(?:less than )?£?{NUMBER}m? )(?!\d+% of it)")
            if not more:
                break
        scanner.claim(f"{kind}: all that change are named", not left and not pending, f"{left} {pending}")

    def _one_outcome(self, left: dict[str, dict[str, float]]) -> str:
        for key in left:
            unit, name = self.facts.units[key], re.escape(self.facts.in_sentence[key])
            pounds = MONEY_UNITS.get(unit.partition(" ")[0])
            words = [unit.partition(" ")[2]] if pounds else [unit, self.facts.one_of(unit)]
            size = rf"((?:less than )?{'£' if pounds else ''}{NUMBER}m?)"
            pattern = rf"{size}(?: to {size})? (?:{'|'.join(map(re.escape, words))}) of {name}"
            if match := self.scanner.take(pattern):
                sizes = left[key].values()
                for text, value in zip((match[1], match[2] or match[1]), (min(sizes), max(sizes)), strict=True):
                    self.scanner.number("natural units", text, value * (pounds or 1.0))
                return key
        raise NoPatternError(f"no outcome of {sorted(left)} at {self.scanner.text[self.scanner.at :]!r}")

    def _years(self) -> list[str] | None:
        years = self.facts.years
        if match := self.scanner.take(r" in each year from (\S+) to (\d{4}-\d\d)"):
            return years[years.index(match[1]) : years.index(match[2]) + 1]
        if self.scanner.take(" in each year"):
            return years
        if self.scanner.take(r" in (?=\d{4}-)"):
            return self.scanner.read_list(years)
        return None

    def _scaled_back(self) -> None:
        scanner, facts, move = self.scanner, self.facts, self.move
        area = re.escape(facts.area_names[move.area])
        if not move.grant:
            match = scanner.need(rf"{area} gives up ({PERCENT}) of its targets: ")
            scanner.number("share of the targets", match[1], move.share)
            self._outcomes(move.outcome, "natural units")
            return
        (cell,) = move.grant
        self._shortage(cell)
        of = f"{cell[0]} " if len(facts.envelopes) > 1 else ""
        match = scanner.need(rf": {area} gives up ({PERCENT}) of its {of}programme of that year, ({AMOUNT})")
        scanner.number("share of the programme", match[1], move.share)
        scanner.amount("cash of the programme", match[2], -move.grant[cell])
        first = min((year for _, year in move.outcome), default="")
        if scanner.take(", and with it "):
            self._outcomes({c: v for c, v in move.outcome.items() if c[1] == first}, "natural units", first != cell[1])
            later = any(year > first for _, year in move.outcome)
            said = scanner.take(" and part of its later targets") is not None
            scanner.claim("part of its later targets", later == said)
        else:
            scanner.claim("nothing goes with it", not move.outcome)

    def _shortage(self, cell: tuple[str, str]) -> None:
        scanner, facts = self.scanner, self.facts
        envelope, year = cell
        when = year if len(facts.envelopes) == 1 else f"{year} {envelope}"
        match = scanner.need(rf"Bids for {re.escape(when)} add up to ({AMOUNT})")
        row, bids, taken = facts.pot_rows[cell], facts.bids(cell), facts.options_change(cell, 1)
        out, into = row["carried"] + row["vired"], row["carried_in"] + row["vired_in"]
        scanner.amount("bids", match[1], bids)
        for kind, pattern, value in (
            ("options that the cut pays for", rf", options that are used take ({AMOUNT}) more", taken),
            ("money moved away", rf", ({AMOUNT}) is moved to other years or parts of the pot", out),
            ("pot", rf" and the pot holds ({AMOUNT})", facts.pot[cell]),
            ("money moved in", rf" and ({AMOUNT}) that is moved in", into),
        ):
            match = scanner.need(pattern) if kind == "pot" else scanner.take(pattern)
            if match:
                scanner.amount(kind, match[1], value)
            else:
                scanner.claim(f"{kind}: said where there is any", value <= 1e-5 * facts.pot[cell], f"{value}")
        enough = scanner.take(", which is enough") is not None
        asked, held = bids + taken + out, facts.pot[cell] + into
        scanner.claim("the pot is short, or enough", enough == (asked <= held * (1 + 1e-9)), f"{asked} of {held}")

    # why it is accepted

    def _accepted(self) -> None:
        scanner, facts = self.scanner, self.facts
        given = {key for key, _ in self.move.does(-1)}
        if scanner.take("; no national target counts that of "):
            for name in scanner.read_list(self.reader.names):
                key = self.reader.names[name]
                years = [year for k, year in self.move.does(-1) if k == key]
                scanner.claim("no national target counts it", key in given and not facts.rows_of(key, years), key)
        if scanner.take("; the national target for "):
            for name in scanner.read_list(self.reader.names):
                key = self.reader.names[name]
                years = [year for k, year in self.move.does(-1) if k == key]
                rows = facts.rows_of(key, years)
                met = bool(rows) and all(row.short <= 1e-5 for row in rows)
                scanner.claim("met all the same", key in given and met, key)
            scanner.need(" is met all the same")
        if scanner.take("; the shortfall of "):
            names = scanner.read_list(self.reader.names)
            scanner.need(" is settled before")
            self.before = {self.reader.names[name] for name in names}
            order = list(facts.settlement.stages["name"])
            for key in self.before:
                first = min(
                    order.index(n) for n in order if n.startswith("shortfall") and f"[{facts.priority[key]}]" in n
                )
                ranked = min(
                    order.index(name) for name in self.reader.stages if any(self.reader.stages[name].pots.values())
                )
                scanner.claim("settled before", key in given and first < ranked, key)
        self.first: list[str] | None = None
        if match := scanner.take(
            r"; ([^;]+?)(?:, which (?:is|are|has|have) (further short|priority),)? (?:is|are) decided first"
        ):
            self._decided_first(match[1], match[2] or "")

    def _decided_first(self, who: str, which: str) -> None:
        scanner, facts = self.scanner, self.facts
        name, stage = next((n, s) for n, s in self.reader.stages.items() if any(s.pots.values()))
        rows = list(zip(facts.national, stage.national, strict=True))
        deciding = [row for row, dual in rows if dual > 0]
        later = [key for key in {k for k, _ in self.move.does(-1)} if stage.worth(self.move, key) == 0]
        touched = [row for key in later for row in facts.rows_of(key, [y for k, y in self.move.does(-1) if k == key])]
        if who in STAGES:
            scanner.claim("decided first", not deciding and name.startswith(STAGES[who]), who)
        elif match := re.fullmatch(r"(\d+) national targets", who):
            scanner.claim("decided first", int(match[1]) in (len(deciding), len({row.objective for row in deciding})))
        else:
            for row in deciding:
                scanner.claim("decided first", facts.in_sentence[row.objective] in who, who)
        short = [row for row in touched if row.short > 1e-6]
        scanner.claim("weighs nothing where that is decided", bool(short), f"{who}: {later}")
        if which == "further short":
            worst = max((row.shortfall / row.base for row in short), default=0.0)
            further = all(row.shortfall / row.base > worst for row in deciding)  # as the stage measures them
            scanner.claim("further short", further, f"{worst}")
        if which == "priority":
            least = min((row.priority for row in short), default=0)
            scanner.claim("priority", all(row.priority < least for row in deciding), f"{least}")

    # how it compares

    def _compared(self) -> None:
        scanner = self.scanner
        if scanner.take("; measured by "):
            self._cut(self.reader.stage(scanner))
        elif scanner.take("; it is used for "):
            stage = self.reader.stages[self.reader.stage(scanner)]
            scanner.need(", in which no pot is short")
            scanner.claim("no pot is short", not any(stage.pots.values()))
        elif match := scanner.take("; (with its partners in a joint scheme )?it (lowers|keeps) "):
            self._unranked(match[2], self.reader.stage(scanner), bool(match[1]))
        elif re.compile(r"; (?:its money|net of|with its part|each |one )").match(scanner.text, scanner.at):
            self._raise()

    def _unranked(self, verb: str, name: str, together: bool) -> None:
        scanner, move = self.scanner, self.move
        if verb == "keeps":
            scanner.need(" as low as possible")
        table = self.reader.orders
        ranked = ((table["area"] == move.area) & (table["option"] == move.option)).any()
        scanner.claim("for nothing that is short", not ranked)
        solved = self.facts.settlement.solved_stages
        names = solved.formulation.data.options
        areas = solved.formulation.data.labels("areas", names.area)
        keys = list(zip(areas, names.name, strict=True))
        marginals, reduced = self.reader.stages[name].marginals, 0.0
        for part in [move, *(self._partners() if together else [])]:
            j = keys.index((part.area, part.option))
            column = solved.formulation.model.take_up[j]
            mine = float(marginals.column[column])
            for family in solved.programme.row_families:
                if family.name in ("link", "group", "scheme"):  # they say the same as the largest take-up
                    mine += float((solved.by_row[family.span][:, [column]].T @ marginals.row[family.span])[0])
            reduced += mine * float(names.limit[j])
        scanner.claim("it has partners", bool(self._partners()) or not together)
        scanner.claim("lowers the stage, or keeps it", reduced <= 1e-7 or not move.used_up, f"{name} {reduced}")

    def _cut(self, name: str) -> None:
        scanner, reader = self.scanner, self.reader
        stage = reader.stages[name]
        first = next(n for n, s in reader.stages.items() if any(s.pots.values()))
        scanner.claim("the stage that ranks cuts", name == first, f"{name} is not {first}")
        mine = scanner.need(rf", ({PENCE}) for each £1 saved")[1]
        rate = self._rate(stage, self.move)
        self._pence(stage, self.move, mine, rate)
        if match := scanner.take(rf", against ({PENCE}) for "):
            rival = self._rival(match[1], "cuts")
            shown = [float(text[:-1].replace(",", "")) for text in (mine, match[1])]
            scanner.claim("the rival is dearer", shown[1] > shown[0], match[1])
            self._pence(stage, rival, match[1], self._rate(stage, rival))

    def _pence(self, stage: StageFacts, move: Move, text: str, rate: float | None) -> None:
        scanner, cost = self.scanner, self.reader.cost(move, "cuts")
        scanner.claim("pence found in the merit order", cost is not None and near(text, cost), f"{text} for {cost}")
        if stage.marginals.name.startswith(("shortfall", "convergence", "inclusion")):
            scanner.number("pence by the formula", text, (stage.worth(move) + stage.aimed(move)) / stage.paid(move))
        if rate is None:
            duals = {stage.pots.get(cell, 0.0) for cell, value in move.whole_grant.items() if value}
            scanner.claim("£1 is its own pot's", max(duals) <= min(duals) * (1 + 1e-5), f"{duals}")

    def _rate(self, stage: StageFacts, move: Move) -> float | None:
        """Read the rate at which money counts; None where none is said."""
        scanner = self.scanner
        if match := scanner.take(rf", its money counted at ({AMOUNT}) of (.+?) for £1"):
            measure = stage.numeraire(match[2])
            scanner.claim("the pot is short in the stage", measure > 0, match[2])
            cash = sum(move.whole_grant.values())
            scanner.number("rate", match[1], stage.paid(move) / measure / cash if measure and cash else np.nan)
            return measure
        if match := scanner.take(
            r", its money counted at the prices of the pots in money of (\S+(?: \S+?)?)(?=, |; |\.)"
        ):
            measure = stage.numeraire(match[1])
            scanner.claim("the pot is short in the stage", measure > 0, match[1])
            return measure
        return None

    def _rival(self, text: str, need: str) -> Move:
        """Read another area's option, which has some left, and has this cost in the merit order."""
        scanner = self.scanner
        for move in self.facts.moves.values():
            start = f"{'scaling back' if move.back else f'“{move.called}”'} in {self.facts.area_names[move.area]}"
            cost = self.reader.cost(move, need)
            if not scanner.text.startswith(start, scanner.at) or cost is None:
                continue
            if (
                near(text, cost if need == "cuts" else cost * self.facts.pounds / self.facts.natural(need)[0])
                and not move.used_up
            ):
                scanner.at += len(start)
                scanner.claim("another area has it left", move.area != self.move.area, move.option)
                return move
        raise NoPatternError(f"no rival that costs {text}: {scanner.text[scanner.at :]!r}")

    def _raise(self) -> None:
        scanner, facts, move = self.scanner, self.facts, self.move
        scanner.need("; ")
        need = next(key for key in sorted(facts.names) if self.reader.cost(move, key) is not None)
        stage = next(
            s
            for s in self.reader.stages.values()
            if any(d for r, d in zip(facts.national, s.national, strict=True) if r.objective == need)
        )
        rows = [(row, dual) for row, dual in zip(facts.national, stage.national, strict=True) if row.objective == need]
        rate = scanner.take(rf"its money counted at ({AMOUNT}) of (.+?) for £1, ")
        mixed = None if rate else scanner.take(r"its money counted at the prices of the pots in money of (.+?), ")
        others = set()
        if scanner.take("net of what it does for "):
            others = {self.reader.names[name] for name in scanner.read_list(self.reader.names)}
            scanner.need(", ")
        own = bool(scanner.take("with its part in ")) and bool(self.reader.stage(scanner)) and bool(scanner.need(", "))
        self._unit(need, [row.label for row, dual in rows if dual > 0], len(rows))
        match = scanner.need(rf" (?:costs ({AMOUNT})|pays for itself), against ")
        text, theirs = match[1], scanner.take(rf"({AMOUNT}) for (?!the last that was needed)")
        if theirs:
            rival = self.reader.cost(self._rival(theirs[1], need), need)
            scanner.need(" and ")
        last = scanner.need(rf"({AMOUNT}) for the last that was needed")[1]
        pot = self._measuring_pot()
        measure = stage.numeraire(pot)
        scanner.claim("the pot is short in the stage", measure > 0, pot)
        total = sum(dual for _, dual in rows)
        cost = self.reader.cost(move, need)
        assert cost is not None
        held = facts.natural(need)[0]
        scanner.amount("price of the last unit, by the formula", last, total / measure / held if measure else np.nan)
        units = sum(dual * effect(move, need, row.years) for row, dual in rows) / total
        net = (stage.paid(move) - stage.worth(move) + stage.worth(move, need)) / measure / units
        if text:
            scanner.amount("cost found in the merit order", text, cost / held)
            if not own:
                scanner.amount("cost by the formula", text, net / held)
        else:
            scanner.claim("pays for itself", cost < 0 and (own or net < 0), f"{cost} {net}")
        least = 1e-7 * abs(total)
        expected = {key for key in facts.names if key != need and abs(stage.worth(move, key)) > least * abs(units)}
        scanner.claim(
            "net of these and no others",
            expected <= others and all(stage.worth(move, k) for k in others),
            f"{expected} {others}",
        )
        cash = sum(move.whole_grant.values())
        if rate:
            scanner.claim("the pot of the rate", rate[2] == pot, rate[2])
            scanner.number("rate", rate[1], stage.paid(move) / measure / cash)
        elif not mixed:
            scanner.claim("£1 is the measuring pot's", close(stage.paid(move) / measure, cash), f"{cash}")
        if theirs:
            dear = rival is not None and rival >= cost - 1e-9 * abs(
                cost
            )  # the same where all that are left cost as much
            scanner.claim("the rival is no less dear", dear, theirs[1])
        dearer = scanner.take(
            "; it is dearer than that, and used for (?:what (the rules ask|is decided later|was decided before)|"
            "its (partners) in a joint scheme)"
        )
        if dearer and dearer[2]:
            scanner.claim("it has partners", bool(self._partners()))
        names = facts.settlement.stages["name"].tolist()
        if dearer and dearer[1] == "was decided before":
            scanner.claim("decided before", names.index(stage.marginals.name) > 0, stage.marginals.name)
        if dearer and dearer[1] == "is decided later":
            gives = dict(zip(names, facts.settlement.stages["give"], strict=True))
            scanner.claim("decided later", gives[stage.marginals.name] > 0, stage.marginals.name)
        scanner.claim("dearer than the last, or not", bool(dearer) == (cost * measure > total * (1 + 1e-6)), f"{cost}")
        if scanner.take("; no other area has any left to offer"):
            others = [m for m in facts.moves.values() if m.area != move.area and m.usable]
            left = [m for m in others if not (m.back or m.used_up or self.facts.at_limit(m, CEILING))]
            offer = any(key == need and value > 0 for m in left for (key, _), value in m.whole_outcome.items())
            scanner.claim("no other area", not offer)

    def _measuring_pot(self) -> str:
        """Read the pot whose money measures; it is named where there are several."""
        if len(self.facts.pot) == 1:
            ((envelope, year),) = self.facts.pot
            return year if len(self.facts.envelopes) == 1 else f"{envelope} {year}"
        words = [f"{e} {t}" if len(self.facts.envelopes) > 1 else t for e, t in self.facts.pot]
        return self.scanner.need(f", in money of ({'|'.join(map(re.escape, words))})")[1]

    def _unit(self, need: str, labels: list[str], rows: int) -> None:
        scanner = self.scanner
        per = re.escape(self.facts.natural(need)[1])
        said = [label.replace(":", " to ") + (" together" if ":" in label else "") for label in labels]
        if scanner.take(rf"one {per} in each of "):
            scanner.claim("years of the price", scanner.read_list(said) == said, f"{labels}")
        elif scanner.take(rf"each {per} in (?=\d)"):
            scanner.claim("years of the price", scanner.read_list(said) == said and len(said) == 1, f"{labels}")
        else:
            scanner.need(rf"each {per}")
            scanner.claim("years of the price", rows == 1)

    # what stopped it

    def _stopped(self) -> None:
        scanner, move = self.scanner, self.move
        if scanner.take(", so all of it is used"):
            scanner.claim("none was taken before", move.left == 1)
            scanner.claim("all", move.used_up)
        elif scanner.take(", so all that was left of it is used"):
            scanner.claim("some was taken before", move.left < 1)
            scanner.claim("all", move.used_up)
        elif match := scanner.take(rf", and ({PERCENT}) of it was enough"):
            scanner.number("share that was enough", match[1], move.share)
        elif scanner.take(", shared among those to whom it costs as much"):
            scanner.claim("shared among several", len(self._partly()) > 1)
        elif match := scanner.take(rf", and ({PERCENT}) of it is the smallest change that serves as well"):
            scanner.number("share that serves", match[1], move.share)
        elif scanner.take("; more would end what is worth more"):
            scanner.claim("an option uses the rest of the programme", self._linked())
        elif match := scanner.take(rf"; only ({PERCENT}) of the programme is still run"):
            scanner.number("share that is still run", match[1], 1 - self.facts.back_share(move.area))
        elif match := scanner.take(rf"; beyond ({PERCENT}) the loss would weigh more"):
            scanner.number("share used", match[1], move.share)
        elif scanner.take("; more would undo what was settled before"):
            scanner.claim("an earlier stage", len(self.reader.stages) > 1)
        elif scanner.take("; there is nothing left below that"):
            zero = [v for v in self.facts.after(move.area) if abs(v) <= 1e-7]
            scanner.claim("nothing left", bool(zero))
        elif match := scanner.take(rf"; ({PERCENT}) of it is all that (.+?) offers"):
            scanner.number("share used", match[1], move.share)
            scanner.claim("area", match[2] in (self.facts.area_names[move.area], move.area), match[2])
            self._rule(CEILING)
        elif match := scanner.take(rf"; the take-up floor asks for ({PERCENT}) of it"):
            scanner.number("share used", match[1], move.share)
            self._rule("the take-up floor")
        elif scanner.take("; it is a joint scheme"):
            self._joint()
        elif match := scanner.take(rf"; (.+?)(?:,? which)? stops it at ({PERCENT})"):
            scanner.number("share used", match[2], move.share)
            self._rule(match[1])

    def _partners(self) -> list[Move]:
        mine = self.move
        return [m for m in self.facts.moves.values() if mine.scheme and m.scheme == mine.scheme and m.area != mine.area]

    def _joint(self) -> None:
        """Read what stops a joint scheme, or asks for it: a limit of a partner that is named."""
        scanner, partners = self.scanner, self._partners()
        scanner.claim(
            "it has partners of one share", bool(partners) and all(close(m.share, self.move.share) for m in partners)
        )
        if match := scanner.take(rf", which stops it at ({PERCENT})"):
            scanner.number("share used", match[1], self.move.share)
            return
        match = scanner.need(rf", and (.+?) (?:stops it at|asks for) ({PERCENT})(?: of it)?")
        scanner.number("share used", match[2], self.move.share)
        areas = {self.facts.area_names[partner.area]: partner for partner in partners}
        named = next((name for name in sorted(areas, key=len, reverse=True) if name in match[1]), "")
        scanner.claim("a partner is named", bool(named), match[1])
        words = match[1].replace(named, "{}")
        rule = OF_PARTNER.get(words, words.removesuffix(" of {}"))
        at_limit = not rule or self.facts.at_limit(areas[named], rule)
        scanner.claim("the partner is at its limit", at_limit, match[1])

    def _partly(self) -> list[Move]:
        return [move for move in self.facts.moves.values() if 1e-9 < move.share < 1 - 1e-9]

    def _linked(self) -> bool:
        rest = 1 - self.facts.back_share(self.move.area)
        own = [m for m in self.facts.moves.values() if m.area == self.move.area and not m.back and m.share > 0]
        return any(abs(m.share - m.left * rest) <= 1e-6 for m in own)

    def _rule(self, words: str) -> None:
        self.scanner.claim("the rule is at its limit", self.facts.at_limit(self.move, words), words)


def sentences(facts: Facts) -> Iterable[tuple[str, str, str]]:
    table = facts.settlement.asks
    return zip(table["area"], table["option"], table["reason"], strict=True)
