"""People meet the plain word: no technical word of the table is in the terminal or, outside the annex, in a report."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from singlepot.cli import _run
from singlepot.models.tables.plain_words import WORDS

from ..reports.readers import page_texts
from .test_titles import COMMANDS, folder

assert folder  # the fixture

TECHNICAL = re.compile(rf"\b(?:{'|'.join(re.escape(word.technical) for word in WORDS)})s?\b", re.IGNORECASE)
"""Every technical word, in any case, alone or in the plural."""

ANNEX = re.compile(r"<section[^>]*\bdata-annex\b.*?</section>", re.DOTALL)

COMMON = re.compile(r"\bgives? (?:up|£|back)|could give\b")
"""Everyday uses of words that are technical otherwise."""


def technical_words(texts: list[str]) -> list[str]:
    """The technical words of the texts, each with what stands around it; lines that were broken are joined."""
    text = COMMON.sub("", " ".join(" ".join(texts).split()))
    return [f"{match[0]}: {text[max(0, match.start() - 60) : match.end() + 30]}" for match in TECHNICAL.finditer(text)]


def outside_annex(html: str) -> list[str]:
    return list(page_texts(ANNEX.sub("", html)))


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_no_technical_word_is_shown(
    command: str, folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    before = set(folder.rglob("*.html"))
    assert _run(command.split()) in (0, 4)
    out, err = capfd.readouterr()
    made = [path for path in sorted(folder.rglob("*.html")) if path not in before]
    texts = [text for path in made for text in outside_annex(path.read_text(encoding="utf-8"))]
    found = technical_words([*out.splitlines(), *err.splitlines(), *texts])
    assert not found, "\n".join(found)


def test_the_annex_is_left_out_and_nothing_else() -> None:
    html = '<p>stage</p><section aria-labelledby="a" data-annex><p>burden</p></section><p>take-ups</p>'
    assert outside_annex(html) == ["stage", "take-ups"]
    assert len(technical_words(outside_annex(html))) == 2
    assert not technical_words(["It gives up 3 adults.", "The postage is a stagecoach."])
