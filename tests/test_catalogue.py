"""Every number of the catalogue of faults is tried, and what stands in its table is what a test insists on."""

from __future__ import annotations

import re

import pytest

import singlepot as sp
from singlepot import solver

from .catalogue import PARTS, cases, remarks, rows, source_of

NUMBERS = [number for numbers in PARTS.values() for number in numbers]


def test_every_number_is_tried_or_says_why_not() -> None:
    assert list(range(1, 95)) == NUMBERS
    assert {row.number for row in rows()} == set(NUMBERS)
    assert all(case["file_name"].startswith(f"{case['number']:02d}-") for case in cases())
    assert set(remarks()) <= set(NUMBERS)


@pytest.mark.parametrize("test", sorted({row.test for row in rows()}))
def test_what_the_table_says_stands_in_the_test(test: str) -> None:
    """A test is there by its name; one that is named in a case insists on each of the words that the case quotes."""
    source = source_of(test)
    assert source, test
    held = [entry for case in cases() for entry in case.get("held", []) if entry["test"] == test]
    assert [words for entry in held for words in entry.get("says", []) if words not in source] == []
    assert all(set(entry) <= {"what", "test", "exit", "says"} for entry in held)
    errors = [getattr(solver, name, getattr(sp, name, None)) for name in re.findall(r"\b[A-Z]\w+Error\b", source)]
    codes = {str(error.exit_code) for error in errors if error is not None} | set(re.findall(r"\b\d+\b", source))
    assert {str(entry["exit"]) for entry in held if "exit" in entry} <= codes
