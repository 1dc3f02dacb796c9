"""Lines of 80 columns hold tables under headers, wrapped sentences, and numbers as people write them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from singlepot.models.money import spoken
from singlepot.models.tables.plain_words import plain
from singlepot.models.tables.rule_kinds import RULES
from singlepot.models.tables.stage_words import stage_words

WIDTH = 80
"""Columns of a terminal."""

SPREAD = "low-median-high"
"""Header of the spread of grants over bids across the areas."""

SPREAD_WORDS = (
    "Low-median-high: the grant as a share of the bid in the lowest, median and highest area; above 100% where options "
    "are granted beyond the bid."
)
"""What the column of the spread holds."""

NARROWEST = 8
"""Characters that a column of text keeps."""


def lay_out(header: Sequence[str], rows: Iterable[Sequence[str]], left: Sequence[int] = (0,)) -> list[str]:
    """Lay out columns under their headers, text to the left and numbers to the right, none wider than the page.

    Columns of text give way where the whole is too wide, the widest first.

    Parameters
    ----------
    header
        A word for each column.
    rows
        The cells.
    left
        The columns of text.

    Examples
    --------
    >>> for line in lay_out(("area", "grant"), [("Aston", "£1.0m"), ("Barton", "£12.0m")]):
    ...     print(line)
      area     grant
      Aston    £1.0m
      Barton  £12.0m
    >>> max(len(line) for line in lay_out(("area", "grant"), [("A" * 100, "£1.0m")]))
    80
    """
    lines = [tuple(header), *map(tuple, rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    over = sum(widths) + 2 * len(widths) - WIDTH
    while over > 0 and (widest := max(left, key=lambda i: widths[i], default=-1)) >= 0 and widths[widest] > NARROWEST:
        rest = max((widths[i] for i in left if i != widest), default=NARROWEST)
        taken = min(over, max(widths[widest] - max(rest, NARROWEST), 1))
        widths[widest] -= taken
        over -= taken
    return [
        "  "
        + "  ".join(
            clip(cell, width).ljust(width) if i in left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]


def clip(text: str, width: int = WIDTH) -> str:
    """Shorten a text that is too long for its column or line."""
    return text if len(text) <= width else text[: width - 1] + "…"


def wrap(text: str, indent: str = "", following: str | None = None) -> list[str]:
    """Break a sentence into lines with an indent, and another for the following lines where one is given."""
    following = indent if following is None else following
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=following, break_long_words=False)


def join_sections(sections: Iterable[Sequence[str]]) -> str:
    """Join sections of lines, an empty line between them; empty sections are left out."""
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


def settled_of(settled: int, total: int, noun: str) -> str:
    """Write how many draws or points have a settlement."""
    return f"{settled} of {count(total, noun)} {'has' if total == 1 else 'have'} a settlement"


def signed_money(amount: float, money: str) -> str:
    """Write a change of money with its sign, or without one where it rounds to nothing.

    Examples
    --------
    >>> signed_money(-12.34, "GBP million"), signed_money(0.01, "GBP million")
    ('-£12.3m', '£0.0m')
    """
    text = spoken(amount, money)
    return text if text.startswith("-") or text == spoken(0.0, money) else "+" + text


def percent(share: float, digits: int = 1) -> str:
    """Write a share as a percentage, and a missing one as a dash."""
    return "-" if share != share else f"{share:.{digits}%}"


def spread(shares: Iterable[float]) -> str:
    """Write the lowest, the median and the highest share, or a dash where there is none.

    Examples
    --------
    >>> spread([0.74, 1.05, 1.052]), spread([float("nan")] * 3)
    ('74% 105% 105%', '-')
    """
    texts = [percent(share, 0) for share in shares]
    return "-" if set(texts) == {"-"} else " ".join(texts)


def signed_percent(share: float) -> str:
    """Write a relative change as a percentage with its sign, and a missing one as a dash."""
    if share != share:
        return "-"
    return "0.0%" if abs(share) < 0.0005 else f"{share:+.1%}"


def number(value: float) -> str:
    """Write a number to about four digits.

    Examples
    --------
    >>> number(125875.2), number(293.0), number(0.7), number(2650.0)
    ('125,875', '293.0', '0.7', '2,650')
    """
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 100 else f"{value:.4g}"


def round_money(amount: float, money: str) -> str:
    """Write an amount without decimals.

    Examples
    --------
    >>> round_money(10600.04, "GBP million")
    '£10,600m'
    """
    return f"£{amount:,.0f}" + spoken(0.0, money).lstrip("£0.")


def count(number_of: int, noun: str, verb: str = "") -> str:
    """Write how many things there are and, where a verb is given, what they do.

    Examples
    --------
    >>> count(1, "area", "lose"), count(0, "area", "gain"), count(3, "row")
    ('1 area loses', 'no area gains', '3 rows')
    """
    text = f"{number_of or 'no'} {noun}" + ("s" if number_of > 1 else "")
    return text + (f" {verb}" + ("s" if number_of < 2 else "") if verb else "")


def capital(words: str) -> str:
    """Begin words with a capital letter."""
    return words[:1].upper() + words[1:]


def setting_words(key: str) -> str:
    """Write a key of the settings as people call it.

    Examples
    --------
    >>> setting_words("rules.grant_floor"), setting_words("stages.give.shortfall.total"), setting_words("price_base")
    ('grant floor', 'allowance on all shortfalls together', 'price base')
    """
    rule = RULES.get(key.removeprefix("rules."))
    if rule is not None:
        return rule.words
    _, give, stage = key.partition("give.")
    return f"allowance on {stage_words(stage)}" if give else plain(key.replace(".", " "))
