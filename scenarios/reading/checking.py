"""Validation of a scenario without a settlement: problems, warnings and notes are returned as data."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass

from singlepot.models.diagnostics.problems import BadInputError, Diagnostic, Report
from singlepot.models.levers.pulling import Pairs
from singlepot.models.notebook_display import rich, rich_table
from singlepot.models.scenario.scenario import Scenario

from ..formats.read_options import LARGEST_MB, HowToRead
from .reading import read_reporting


@dataclass(frozen=True)
class Findings:
    """Findings of the validation of a scenario.

    Parameters
    ----------
    source
        The source that was checked, as the caller gave it.
    scenario
        The scenario; None if it cannot be used.
    problems
        Problems for which it is refused, in the order of the input.
    notes
        Warnings and notes: possible mistakes, and corrections that were certain.
    """

    source: str
    scenario: Scenario | None
    problems: tuple[Diagnostic, ...] = ()
    notes: tuple[Diagnostic, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether the scenario can be settled."""
        return self.scenario is not None

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """The notes that may be mistakes."""
        return tuple(note for note in self.notes if note.level == "warning")

    def _repr_html_(self) -> str:
        """Show the findings, the problems first, in a notebook."""
        import pandas as pd

        rows = [problem.as_dict() for problem in (*self.problems, *self.notes)]
        table = pd.DataFrame(rows, columns=["code", "level", "file", "place", "column", "value", "expected", "remedy"])
        return rich(
            self.source,
            f"{'ready' if self.ready else 'not ready'}: {len(self.problems)} problems, {len(self.notes)} notes",
            rich_table("Found", table, most=50),
        )

    def as_json(self) -> str:
        """Write everything as JSON: ``ready``, and lists of ``problems`` and ``notes`` with all their parts."""
        findings = {
            "scenario": self.source,
            "ready": self.ready,
            "problems": [problem.as_dict() for problem in self.problems],
            "notes": [note.as_dict() for note in self.notes],
        }
        return json.dumps(findings, ensure_ascii=False, indent=2) + "\n"


def check_scenario(
    source: str | os.PathLike[str],
    *,
    encoding: str = "utf-8",
    lenient_numbers: bool = False,
    allow_outside: bool = False,
    largest_mb: float = LARGEST_MB,
    levers: Pairs = (),
) -> Findings:
    """Find everything that is wrong with a scenario, and what is doubtful or was noted.

    Parameters
    ----------
    source, encoding, lenient_numbers, allow_outside, largest_mb, levers
        As for :func:`~singlepot.read_scenario`.

    Examples
    --------
    >>> check_scenario("bucks-and-burnley").ready
    True
    >>> print(check_scenario("bucks-and-burnly").problems[0].remedy)
    did you mean "bucks-and-burnley"?
    """
    report = Report(quiet=True)
    try:
        how = HowToRead(encoding, lenient_numbers, allow_outside, largest_mb)
        scenario = read_reporting(source, how, report, levers)
    except BadInputError as refused:
        return Findings(os.fspath(source), None, refused.problems, report.notes)
    return Findings(os.fspath(source), scenario, (), scenario.notes)
