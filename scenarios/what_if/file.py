"""What-if files: each names its base, and the chain of bases ends with a scenario."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path

from singlepot.models.diagnostics.problems import BadInputError, Report, shown
from singlepot.models.scenario.scenario import Scenario

from ..formats.settings_file import read_settings_file
from .parsing import Complaints, WhatIf, line_text, parse_what_if
from .what_if import Watcher, compose

ENDING = ".toml"
"""Ending of the name of a what-if's file."""

DEEPEST = 20
"""What-ifs in a chain at most."""

_CHANGE = re.compile(r"\s*\[\[\s*change\s*\]\]\s*(#.*)?")

Find = Callable[[str | os.PathLike[str]], Traversable]
"""Finds the folder or what-if of a shipped name or path, or raises BadInputError."""


@dataclass(frozen=True)
class Chain:
    """Chain of what-ifs down to a scenario.

    Parameters
    ----------
    folder
        Folder of the scenario at the bottom.
    base
        Name of that scenario in the lowest what-if.
    steps
        The what-ifs from the lowest to the one that was asked for.
    reports
        Problems of syntax of each.
    files
        The files of the what-ifs.
    """

    folder: Traversable
    base: str
    steps: tuple[WhatIf, ...]
    reports: tuple[Report, ...]
    files: tuple[Traversable, ...]

    def compose(self, scenario: Scenario, watch: Watcher | None = None) -> Scenario:
        """Apply the what-ifs one after another, each checked before the next.

        Raises
        ------
        BadInputError
            With everything that is wrong with the first that cannot be made.
        """
        for step, report in zip(self.steps, self.reports, strict=True):
            scenario = compose(scenario, [step], watch, report)
        return scenario


def read_chain(source: Traversable, find: Find) -> Chain:
    """Read a what-if and the chain of its bases.

    Parameters
    ----------
    source
        A what-if's file; anything else is a chain without what-ifs.
    find
        Finds a base that is a shipped name or a path.

    Raises
    ------
    BadInputError
        A file is no what-if, a base is not there, or the what-ifs build on one another in a circle.
    """
    steps: list[WhatIf] = []
    reports: list[Report] = []
    passed: list[Traversable] = []
    base = source.name
    while source.name.endswith(ENDING) and source.is_file():
        if any(_same(source, earlier) for earlier in passed):
            names = [file.name for file in (*passed, source)]
            raise _refusal(passed[-1].name, "SP-W005", " > ".join(names), "a base that builds on no what-if before it")
        if len(passed) == DEEPEST:
            raise _refusal(passed[0].name, "SP-W006", f"more than {DEEPEST} what-ifs", f"at most {DEEPEST} in a chain")
        passed.append(source)
        report = Report()
        step, following = _read(source, find, report)
        steps.insert(0, step)
        reports.insert(0, report)
        base, source = step.base, following
    return Chain(source, base, tuple(steps), tuple(reports), tuple(passed))


def read_title(file: Traversable) -> str:
    """Return the title of a what-if; empty if it cannot be read."""
    try:
        parsed = read_settings_file(file.read_bytes(), Report(), file.name)
    except OSError:
        return ""
    title = parsed[0].get("title", "") if parsed else ""
    return title if isinstance(title, str) else ""


def _read(file: Traversable, find: Find, report: Report) -> tuple[WhatIf, Traversable]:
    """Parse one what-if and find its base; problems go into the report, and are raised where there is no base."""
    complaints = Complaints(report, file.name)
    try:
        content = file.read_bytes()
    except OSError as fault:
        reason = (fault.strerror or type(fault).__name__).lower()
        complaints.add("SP-F003", "", "", reason, "a file that can be read")
        raise BadInputError(report.problems) from None
    parsed = read_settings_file(content, report, file.name)
    if parsed is None:
        raise BadInputError(report.problems)
    settings, lines = parsed
    text = content.decode("utf-8-sig").split("\n")
    changes = [number for number, line in enumerate(text, start=1) if _CHANGE.fullmatch(line.rstrip("\r"))]
    for key, example in (("base", 'write base = "england"'), ("title", 'write title = "Pot 10% smaller"')):
        if key not in settings:
            complaints.add("SP-W002", "", key, "", "the key to be there", example)
    step = parse_what_if(settings, report, file.name, lines, changes)
    following = _base(file, settings.get("base"), find, complaints, lines.get("base", -1))
    if following is None:
        raise BadInputError(report.problems)
    return step, following


def _base(file: Traversable, base: object, find: Find, complaints: Complaints, line: int) -> Traversable | None:
    """Find the base of a file: a shipped name, or a path relative to the file."""
    if not isinstance(base, str):
        return None
    separated = "/" in base or os.sep in base or base.endswith(ENDING)
    where = line_text(line)
    expected = "a shipped name, or a folder or what-if, relative to this file"
    try:
        nearby = file.parent / Path(base).expanduser() if isinstance(file, Path) else None
        if nearby is not None and (separated or nearby.exists()):
            return find(nearby)
        return find(base)
    except (OSError, RuntimeError, ValueError):  # no such user, a NUL, too long
        complaints.add("SP-W004", where, "base", shown(base), expected, "name another base", line)
        return None
    except BadInputError as refusal:
        problem = refusal.problems[0]
        value = f"{shown(base)}, {problem.value}"
        complaints.add("SP-W004", where, "base", value, expected, problem.remedy, line)
        return None


def _same(one: Traversable, other: Traversable) -> bool:
    if isinstance(one, Path) and isinstance(other, Path):
        return one.resolve() == other.resolve()
    return one == other


def _refusal(file: str, code: str, value: str, expected: str) -> BadInputError:
    report = Report()
    Complaints(report, file).add(code, "", "base", value, expected, "name another base")
    return BadInputError(report.problems)
