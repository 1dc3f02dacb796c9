"""Remedies of broken what-ifs are carried out on them: each leaves less that is wrong."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

import singlepot as sp

from .test_what_if import BROKEN

Lines = list[str]


def changes(lines: Lines) -> list[range]:
    """Lines of every change, its heading first."""
    starts = [i for i, line in enumerate(lines) if line.startswith("[[change]]")]
    return [range(start, end) for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]


def lines_of(problem: sp.Diagnostic, lines: Lines) -> range:
    """Lines that a message is about: one, a change, or the file."""
    if number := re.match(r"line (\d+)", problem.place):
        return range(int(number[1]) - 1, int(number[1]))
    if number := re.match(r"change (\d+)", problem.place):
        return changes(lines)[int(number[1]) - 1]
    return range(len(lines))


def replaced(lines: Lines, among: range, old: str, new: str) -> Lines:
    """The lines with a word replaced at its first place among some of them."""
    at = next(i for i in among if re.search(old, lines[i]) and not lines[i].startswith("#"))
    return [*lines[:at], re.sub(old, lambda _: new, lines[at], count=1), *lines[at + 1 :]]


def wrong(problem: sp.Diagnostic) -> str:
    """The word that a message is about: the value that it quotes, else the key."""
    quoted = re.match(r'"([^"]*)"', problem.value)
    return re.escape(quoted[1] if quoted else problem.column.rpartition(".")[2])


def one_for_each(lines: Lines, among: range) -> Lines:
    """Write a change of two actions as two of one."""
    heading, actions = among[:2], among[2:]
    each = [[*(lines[i] for i in heading), lines[action]] for action in actions if lines[action].strip()]
    return [*lines[: among.start], *(line for change in each for line in change), *lines[among.stop :]]


def value_of(problem: sp.Diagnostic) -> str:
    """Pattern of the value that is set where a message points."""
    return rf"(?<=\b{problem.column.rpartition('.')[2]} = )(\"[^\"]*\"|[^\s}},]+)"


Carry = Callable[[sp.Diagnostic, Lines, range, "re.Match[str]"], Lines]

WAYS: dict[str, Carry] = {
    r'did you mean "(.+?)"\?': lambda problem, lines, among, found: replaced(lines, among, wrong(problem), found[1]),
    r"write ((?:base|title) = .+)": lambda problem, lines, among, found: [found[1], *lines],
    r"write (table = \S+), for": lambda problem, lines, among, found: [
        *lines[: among[1]],
        found[1],
        *lines[among[1] :],
    ],
    r"write (drop = true), for": lambda problem, lines, among, found: [
        *lines[: among[1]],
        found[1],
        *lines[among[1] :],
    ],
    r"write (\S+) (?:if|for) (\S+%)": lambda problem, lines, among, found: replaced(
        lines, among, rf"{re.escape(found[2].rstrip('%'))}%?", found[1]
    ),
    r"write (\+\S+%) to add": lambda problem, lines, among, found: replaced(
        lines, among, f'"{re.escape(found[1][1:])}"', f'"{found[1]}"'
    ),
    r"write ((multiply|set) = \{.+\})": lambda problem, lines, among, found: replaced(
        lines, among, rf"{found[2]} = .*", found[1]
    ),
    r"leave (where) out": lambda problem, lines, among, found: replaced(lines, among, f"{found[1]} = .*", ""),
    r"leave the change out": lambda problem, lines, among, found: [*lines[: among.start], *lines[among.stop :]],
    r"write one change for each": lambda problem, lines, among, found: one_for_each(lines, among),
    r"use (set)": lambda problem, lines, among, found: replaced(lines, among, "multiply", found[1]),
    r"write (\S+), without quotes": lambda problem, lines, among, found: replaced(
        lines, among, value_of(problem), found[1]
    ),
    r'write "" for no number': lambda problem, lines, among, found: replaced(lines, among, value_of(problem), '""'),
    r"put it in quotes": lambda problem, lines, among, found: replaced(
        lines, among, value_of(problem), f'"{problem.value}"'
    ),
    r"name another base": lambda problem, lines, among, found: replaced(
        lines, range(len(lines)), "base = .*", 'base = "bucks-and-burnley"'
    ),
    r"write (\[\[change\]\])": lambda problem, lines, among, found: replaced(lines, among, r"\[change\]", found[1]),
}
"""Each way that a remedy names, and how a person carries it out."""

LEFT_TO_PEOPLE = ("correct the code", "widen it")
"""What people have to find out; ``leave the change out`` stands beside the second and is carried out."""


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_every_remedy_of_a_broken_what_if_makes_it_better(path: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(path.parent, tmp_path / "what-ifs")
    file, lines = folder / path.name, path.read_text(encoding="utf-8").splitlines()
    problems = sp.check_scenario(file).problems
    before = Counter(problem.code for problem in problems)
    for problem in problems:
        carried = 0
        for way, carry in WAYS.items():
            if found := re.search(way, problem.remedy):
                edited = carry(problem, lines, lines_of(problem, lines), found)
                file.write_text("\n".join([*edited, ""]), encoding="utf-8")
                after = Counter(problem.code for problem in sp.check_scenario(file).problems)
                assert after[problem.code] < before[problem.code], (str(problem), way, sp.check_scenario(file).problems)
                carried += 1
        assert carried or not problem.remedy or any(map(problem.remedy.__contains__, LEFT_TO_PEOPLE)), problem
