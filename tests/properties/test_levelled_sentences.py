"""Sentences of settlements with aims, rules of rates and recipients are read and worked out again."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import singlepot as sp

from ..examples import tries
from ..levelling_strategies import levelled_drafts
from ..strategies import Draft, scenario
from .test_sentences import in_words, insist, of_reasons, read_lines, read_pages


@st.composite
def worded(draw: Any) -> Draft:
    made = in_words(draw(levelled_drafts()), draw(st.sampled_from(["GBP million", "GBP thousand"])))
    if draw(st.booleans()):
        labels = [draw(st.sampled_from(["", "Riverside"])) for _ in range(len(made["areas"]))]
        made["areas"] = made["areas"].assign(recipient=labels)
    return made


@given(worded())
def test_every_reason_is_true(made: Draft) -> None:
    """Also where a stage of aims decides, or a rule of rates stops an option."""
    insist(of_reasons(sp.settle(scenario(made))))


@tries(6)
@given(worded())
def test_every_line_of_the_command_line_is_true(made: Draft) -> None:
    """Gains and gaps of places, what comes together, and how far each area catches up."""
    insist(read_lines(sp.settle(scenario(made))).claims)


@tries(5)
@given(worded())
def test_every_sentence_of_the_pages_is_true(made: Draft) -> None:
    """Also who pays and who gains, by settling again without the aims."""
    insist(read_pages(sp.settle(scenario(made))).claims)
