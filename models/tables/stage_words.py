"""The stages of the lexicographic order in words: what each minimises."""

from __future__ import annotations

from collections.abc import Mapping

STAGE_WORDS: Mapping[str, str] = {
    "shortfall.largest": "the largest shortfall",
    "shortfall.total": "all shortfalls together",
    "concession.largest": "the largest cut of a proposed target",
    "concession.total": "all cuts of proposed targets together",
    "burden": "what areas lose or pay themselves",
    "cost": "the money that is spent",
    "convergence.total": "what places miss of their aims of convergence",
    "inclusion.total": "what is not met of prosperity and inclusion together",
}
"""Objective of each stage in words, by its name in the settings."""


def stage_words(name: str) -> str:
    """Return what a stage minimises in words, with its priority unless that is the first.

    Examples
    --------
    >>> stage_words("shortfall.largest[1]"), stage_words("shortfall.total[2]"), stage_words("burden")
    ('the largest shortfall', 'all shortfalls together of priority 2', 'what areas lose or pay themselves')
    """
    plain, _, priority = name.partition("[")
    words = STAGE_WORDS[plain]
    return words if priority in ("", "1]") else f"{words} of priority {priority.rstrip(']')}"
