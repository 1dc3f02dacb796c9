"""Reading of a sentence from left to right: what no pattern takes is a failure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from .facts import Facts, near

NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[-+]?\d+)?"
AMOUNT = rf"(?:less than )?-?£{NUMBER}(?:bn|m|k)?"
PERCENT = rf"(?:(?:less|more) than )?{NUMBER}%"
PENCE = rf"-?{NUMBER}p"


@dataclass(frozen=True)
class Claim:
    """One claim of a sentence: its kind, whether it holds, and what was compared."""

    kind: str
    holds: bool
    about: str = ""


class NoPatternError(AssertionError):
    """A part of a sentence that no pattern recognises."""


@dataclass
class Scanner:
    """A text and how far it has been read, with the claims found so far."""

    facts: Facts
    text: str
    at: int = 0
    claims: list[Claim] = field(default_factory=list)

    def take(self, pattern: str) -> re.Match[str] | None:
        """Read on if the text goes on like this."""
        match = re.compile(pattern).match(self.text, self.at)
        if match is not None:
            self.at = match.end()
        return match

    def need(self, pattern: str) -> re.Match[str]:
        match = self.take(pattern)
        if match is None:
            raise NoPatternError(f"{self.text[self.at :]!r} in {self.text!r}: no pattern; wanted {pattern!r}")
        return match

    @property
    def done(self) -> bool:
        return self.at == len(self.text)

    def claim(self, kind: str, holds: bool, about: str = "") -> None:
        self.claims.append(Claim(kind, bool(holds), about))

    def number(self, kind: str, text: str, value: float) -> None:
        """Claim that a number in the text is this one, to its digits; one that is only said to be smaller is so."""
        if match := re.match(r"(less|more) than ", text):
            shown = text[match.end() :]
            bound = float(re.sub(r"[£mkbn,%]", "", shown)) / (100 if "%" in shown else 1)
            holds = 0 < value < bound if match[1] == "less" else bound < value < 1
            self.claim(kind, holds, f"{text} for {value!r}")
        else:
            self.claim(kind, near(text, value), f"{text} for {value!r}")

    def amount(self, kind: str, text: str, value: float) -> None:
        """Claim that an amount of money is this one; the value is in the scenario's unit."""
        self.number(kind, text, value * self.facts.pounds)

    def read_list(self, names: Iterable[str]) -> list[str]:
        """Read names joined by commas and an ``and``."""
        pattern = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
        words = [self.need(pattern).group()]
        while (match := self.take(rf"(?:, | and )({pattern})")) is not None:
            words.append(match[1])
        return words


Grammar = Callable[[Scanner], None]


def read(facts: Facts, text: str, grammar: Grammar) -> list[Claim]:
    """Read a whole sentence and return its claims; what no pattern takes is a claim that fails."""
    scanner = Scanner(facts, text)
    try:
        grammar(scanner)
        if not scanner.done:
            raise NoPatternError(f"{text[scanner.at :]!r} in {text!r}: no pattern")
    except NoPatternError as error:
        scanner.claim("recognised", False, str(error))
    return [Claim(claim.kind, claim.holds, f"{claim.about} in {text!r}") for claim in scanner.claims]
