"""Options of reading: the encoding, the largest file, and the leniency that a caller must ask for."""

from __future__ import annotations

from dataclasses import dataclass

from singlepot.models.diagnostics.problems import SETTINGS, BadInputError, Diagnostic, did_you_mean, one_of, shown

ENCODINGS = (
    "utf-8",
    "utf-16",
    "cp1252",
    "cp1250",
    "latin-1",
    "iso8859-15",
    "cp850",
    "cp437",
    "mac-roman",
)
"""Encodings that a caller may give. No others: some codecs of Python do more than decode."""

LARGEST_MB = 500.0
"""A larger file is refused unless the limit is raised: read, it takes some ten times the memory."""


@dataclass(frozen=True)
class HowToRead:
    """Options of reading a scenario.

    Parameters
    ----------
    encoding
        Encoding of the CSV files that are not UTF-8, one of :data:`ENCODINGS`.
    lenient_numbers
        Whether ``£1,234.5``, ``12%``, ``(500)`` and ``1.2m`` are taken as numbers, by stated rules.
    allow_outside
        Whether files may be links that lead out of the scenario's folder.
    largest_mb
        Largest file, in millions of bytes.
    """

    encoding: str = "utf-8"
    lenient_numbers: bool = False
    allow_outside: bool = False
    largest_mb: float = LARGEST_MB

    def __post_init__(self) -> None:
        """Refuse an encoding that is not known."""
        if self.encoding not in ENCODINGS:
            remedy = did_you_mean(self.encoding, ENCODINGS)
            expected = "one of " + one_of(ENCODINGS, len(ENCODINGS))
            raise BadInputError(
                [Diagnostic("SP-F014", SETTINGS, "encoding", "", "", shown(self.encoding), expected, remedy)]
            )
