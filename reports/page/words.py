"""Sentences and tiles of the first screen state money left, shortfalls, gains and losses, the proof."""

from __future__ import annotations

from dataclasses import dataclass, replace

from singlepot.models.diagnostics.problems import list_words, listed
from singlepot.models.money import spoken
from singlepot.models.settings.settings import Settings
from singlepot.models.tables.plain_words import assumed_words
from singlepot.reports.text.story import changes

from .figures.figures import Figures, records

ILLUSTRATIVE = "illustrative"
"""Word by which a scenario states that its figures are not real."""


FILES = ("SP-F", "SP-X", "SP-J")
"""Beginnings of the codes about the files a scenario was read from, which a settlement's folder does not hold."""


def illustrative(figures: Figures) -> str:
    """Return the words by which a scenario calls itself illustrative, or how many options are assumed, else nothing."""
    assumed, options = figures.settlement.scenario.assumed_options
    words = illustrative_words(figures.settlement.scenario.settings)
    return words or (assumed_words(assumed, options) if assumed else "")


def warning_words(figures: Figures) -> list[str]:
    """Write the warnings of what the scenario says, those of one kind, table and column as one; not those of files."""
    warnings = [note for note in figures.settlement.scenario.notes if note.level == "warning"]
    notes = [replace(note, file=note.table, place="") for note in warnings if not note.code.startswith(FILES)]
    return [line.removeprefix("warning: ") for line in listed(notes, "warning").splitlines()]


def illustrative_words(settings: Settings) -> str:
    """Return the words of settings by which a scenario calls itself illustrative, else nothing."""
    for text in (settings.title, *settings.notes.values()):
        if ILLUSTRATIVE in text.casefold():
            words = _bracket(text)[1:-1] or text
            return words[0].upper() + words[1:]
    return ""


def heading(figures: Figures) -> str:
    """Return the scenario's title without the bracket that calls it illustrative, which the page shows below it."""
    return plain_title(figures.settlement.scenario.settings.title or "Settlement")


def plain_title(title: str) -> str:
    """Return a title without a bracket at its end that calls it illustrative."""
    bracket = _bracket(title)
    before = title.removesuffix(bracket).strip() if bracket else title
    return before or title


def _bracket(text: str) -> str:
    """Return the bracket of a text that calls it illustrative, to the last that closes; empty where there is none."""
    at = text.casefold().find(ILLUSTRATIVE)
    start, end = text.rfind("(", 0, max(at, 0)), text.rfind(")")
    return text[start : end + 1] if 0 <= start < at < end else ""


@dataclass(frozen=True)
class Tile:
    """A tile of the first screen: title, answer, and a line of detail."""

    title: str
    answer: str
    more: str


def tiles(figures: Figures) -> list[Tile]:
    """Return the tiles of money left, the largest shortfall, gains and losses, and the proof."""
    return [_money_tile(figures), *_short_tile(figures), *_areas_tile(figures), _proof_tile(figures)]


def _money_tile(figures: Figures) -> Tile:
    settlement = figures.settlement
    money = settlement.scenario.settings.money
    pot, bid = float(settlement.pot["amount"].sum()), float(settlement.grants["bid"].sum())
    grant, left = float(settlement.grants["grant"].sum()), float(settlement.pot["reserve"].sum())
    more = f"Pot {spoken(pot, money)}, bids {spoken(bid, money)}, grants {spoken(grant, money)}, all years"
    return Tile("Money left", spoken(left, money), more)


def _short_tile(figures: Figures) -> list[Tile]:
    national = figures.settlement.national
    if not len(national):
        return []
    share = national["shortfall"] / national["target"]
    missed = int((national["shortfall"] > 0).sum())
    if not missed:
        return [Tile("Shortfall", "none", f"All {len(national)} national targets are met")]
    worst = records(national[share >= share.max() * (1 - TIED)])
    names = [f"{figures.names[row['objective']]} {row['year']}" for row in worst[:NAMED]]
    where = list_words(names) if len(worst) <= NAMED else f"{len(worst)} of {len(national)} alike"
    return [
        Tile(
            "Largest shortfall",
            f"{share.max():.1%}",
            f"of the target: {where}; {missed} of {len(national)} national targets (by year) are missed",
        )
    ]


def _areas_tile(figures: Figures) -> list[Tile]:
    change, share = changes(figures.settlement), figures.bidders["share"]
    if not len(share):
        return []
    more = f"Grants are {share.min():.1%} to {share.max():.1%} of bids, {share.median():.1%} in the median area"
    return [Tile("Gain and lose", f"{int((change > 0).sum())} and {int((change < 0).sum())} areas", more)]


def _proof_tile(figures: Figures) -> Tile:
    if figures.settlement.certificate.passed:
        return Tile("Proof", "✓ holds", "No rule is broken, and no settlement is better in the agreed order")
    return Tile("Proof", "✗ FAILS", "Do not use this settlement; the technical annex has the figures")


TIED = 1e-6
"""Relative difference of two shortfalls within which both are the largest."""

NAMED = 3
"""Targets with the largest shortfall that are named; more are counted."""


def certificate_words(figures: Figures) -> str:
    """Write the certificate in a sentence: its largest violation and duality gap."""
    certificate = figures.settlement.certificate
    gap = max((stage.gap for stage in certificate.stages), default=0.0)
    return (
        f"Certificate {'holds' if certificate.passed else 'FAILS'}: largest violation {certificate.violation:.1e}, "
        f"largest duality gap {gap:.1e}, both at most {certificate.tolerance:.0e}; whole pounds fit every pot."
    )
