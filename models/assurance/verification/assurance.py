"""Assurance statement: findings, what was checked and to what tolerance, and what was not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import pandas as pd

from ...notebook_display import rich, rich_table

SHOWN = 50
"""How many findings the statement lists; the rest are counted."""


@dataclass(frozen=True)
class AssuranceFinding:
    """One thing that is wrong with a written settlement.

    Parameters
    ----------
    place
        File, and the line in it (the header is line 1), or the file alone.
    what
        Which row and column, or which rule.
    found, expected
        What stands there, and what should.
    """

    place: str
    what: str
    found: str = ""
    expected: str = ""

    def __str__(self) -> str:
        """Return the finding in one line."""
        details = "; ".join(
            part
            for part in (
                f"found {self.found}" if self.found else "",
                f"expected {self.expected}" if self.expected else "",
            )
            if part
        )
        return f"{self.place}: {self.what}" + (f": {details}" if details else "")


@dataclass(frozen=True)
class AssuranceCheck:
    """One kind of check of a verification.

    Parameters
    ----------
    what
        What was compared.
    count, failed
        How many numbers were compared, and how many of them differ.
    tolerance
        By how much they may differ, in words.
    """

    what: str
    count: int
    tolerance: str
    failed: int = 0


@dataclass(frozen=True)
class AssuranceFile:
    """One file of a written settlement, and how far it was derived again from the scenario inside the folder.

    Parameters
    ----------
    name
        Relative path, with ``/``.
    state
        One of the sentences :data:`SAME` … :data:`FOREIGN`.
    why
        Why it was not checked, or what holds but for the last digits; empty where there is nothing to add.
    """

    name: str
    state: str
    why: str = ""

    def __str__(self) -> str:
        """Return the state in one phrase."""
        return self.state + (
            f", because {self.why}" if self.state == UNCHECKED else f", {self.why}" if self.why else ""
        )


SAME = "derived again and equal"
DIFFERENT = "derived again, and it differs"
UNCHECKED = "not checked"
MISSING = "missing"
FOREIGN = "no settlement writes this file"


@dataclass(frozen=True)
class Assurance:
    """The outcome of a verification.

    Attributes
    ----------
    subject
        What was verified.
    findings
        Everything that is wrong; none in a right settlement.
    checks
        What was checked.
    not_checked
        What was not, in sentences.
    files
        Each file of the folder, and whether it was derived again.
    by_people
        What people wrote into the scenario, which nothing can derive, in sentences.
    """

    subject: str
    findings: tuple[AssuranceFinding, ...]
    checks: tuple[AssuranceCheck, ...]
    not_checked: tuple[str, ...]
    files: tuple[AssuranceFile, ...] = ()
    by_people: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether everything holds."""
        return not self.findings

    def as_dict(self) -> dict[str, object]:
        """Return findings and checks as plain values."""
        return {**asdict(self), "passed": self.passed}

    def _repr_html_(self) -> str:
        """Show what was found and checked in a notebook."""
        table = pd.DataFrame([asdict(finding) for finding in self.findings])
        checks = pd.DataFrame([asdict(check) for check in self.checks])
        files = pd.DataFrame([{"file": file.name, "state": str(file)} for file in self.files])
        missing = pd.DataFrame({"not checked": self.not_checked})
        people = pd.DataFrame({"written by people": self.by_people})
        return rich(
            f"Verification of {self.subject}",
            "everything holds" if self.passed else "IT DOES NOT HOLD",
            rich_table("Found", table, most=SHOWN),
            rich_table("Checked", checks, most=50),
            rich_table("Files", files, most=50),
            rich_table("Not checked", missing, most=50),
            rich_table("Written by people", people, most=50),
        )

    def statement(self) -> str:
        """Return the assurance statement as text."""
        lines = [f"Verification of {self.subject}: {'everything holds' if self.passed else 'IT DOES NOT HOLD'}", ""]
        for finding in self.findings[:SHOWN]:
            lines.append(f"  FOUND {finding}")
        if len(self.findings) > SHOWN:
            lines.append(f"  and {len(self.findings) - SHOWN} more findings")
        if self.findings:
            lines.append("")
        lines.append("Checked:")
        for check in self.checks:
            state = "ok" if not check.failed else f"{check.failed} FAILED"
            lines.append(f"  {check.what}: {check.count:,} ({check.tolerance}), {state}")
        for heading, items in (
            ("Files", tuple(self._file_lines())),
            ("Not checked", self.not_checked),
            ("Written by people, and taken as it is", self.by_people),
        ):
            if items:
                lines += [f"{heading}:", *(f"  {item}" for item in items)]
        return "\n".join(lines) + "\n"

    def _file_lines(self) -> Iterator[str]:
        """List the files; those of one folder in one state are one line."""
        groups: dict[tuple[str, str], list[str]] = {}
        for file in self.files:
            folder, _, _ = file.name.rpartition("/")
            groups.setdefault((folder or file.name, str(file)), []).append(file.name)
        for (folder, state), names in groups.items():
            name = names[0] if len(names) == 1 else f"{folder}/ ({len(names)} files)"
            yield f"{name}: {state}"
