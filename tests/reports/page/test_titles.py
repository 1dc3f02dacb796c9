"""Titles of pages: the bracket that calls a scenario illustrative stands below them, brackets of levers stay."""

from __future__ import annotations

from dataclasses import replace

import pytest

import singlepot as sp
from singlepot.reports.page.words import illustrative_words, plain_title


@pytest.mark.parametrize(
    ("title", "plain", "words"),
    [
        ("England (illustrative: real (GVA) baselines)", "England", "Illustrative: real (GVA) baselines"),
        ("pot −10% (−£1m): England (illustrative)", "pot −10% (−£1m): England", "Illustrative"),
        ("An illustrative England", "An illustrative England", "An illustrative England"),
        ("England (of 2026)", "England (of 2026)", ""),
    ],
)
def test_only_the_bracket_that_says_illustrative_leaves_a_title(title: str, plain: str, words: str) -> None:
    settings = replace(sp.read_scenario("bucks-and-burnley").settings, title=title, notes={})
    assert plain_title(title) == plain
    assert illustrative_words(settings) == words
