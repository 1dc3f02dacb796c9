"""Explanations of the codes: cause, an example and the remedy, from the table beside this file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from singlepot.solver.errors import BadOptionError

from .codes import CODES, NOTES, WARNINGS


@dataclass(frozen=True)
class Explanation:
    """The explanation of a code: its cause, an example and the remedy.

    Parameters
    ----------
    code, meaning
        The code, and what it means in one sentence.
    level
        ``problem``, ``warning`` or ``note``.
    cause
        How it comes about.
    example
        An input that brings it about.
    remedy
        What to do.
    """

    code: str
    meaning: str
    level: str
    cause: str
    example: str
    remedy: str

    def __str__(self) -> str:
        """The explanation in a few lines."""
        parts = {"Level": self.level, "Cause": self.cause, "Example": self.example, "Remedy": self.remedy}
        return "\n".join([f"{self.code}  {self.meaning}", *(f"{name:<8} {text}" for name, text in parts.items())])


def explain_code(code: str) -> Explanation:
    """Explain a code of a problem, a warning or a note.

    Parameters
    ----------
    code
        The code, such as ``SP-D021``, in letters of either case.

    Raises
    ------
    BadOptionError
        There is no such code.

    Examples
    --------
    >>> explain_code("SP-D021").meaning
    'Unknown area.'
    """
    code = code.upper()
    if code not in CODES:
        near = near_code(code)
        raise BadOptionError(f"there is no code {code!r}", f"did you mean {near}?" if near else "")
    level = "warning" if code in WARNINGS else "note" if code in NOTES else "problem"
    return Explanation(code, CODES[code], level, **_explanations()[code])


def near_code(word: str) -> str:
    """Return the code that was probably meant, or an empty text.

    Examples
    --------
    >>> near_code("D21")
    'SP-D021'
    """
    from .problems import near

    bare = word.upper().removeprefix("SP").strip("-_ ")
    letter, digits = bare[:1], bare[1:].lstrip("-_ ")
    padded = f"SP-{letter}{int(digits):03d}" if digits.isdecimal() and len(digits) <= 4 else ""
    return padded if padded in CODES else near(word.upper(), CODES)


@lru_cache(maxsize=1)
def _explanations() -> dict[str, dict[str, str]]:
    text = (files("singlepot.models.diagnostics") / "explanations.toml").read_text(encoding="utf-8")
    return {
        code: {key: " ".join(part.split()) for key, part in parts.items()}
        for code, parts in tomllib.loads(text).items()
    }


def problems_page() -> str:
    """Write every code with its explanation as Markdown: the text of ``docs/problems.md``."""
    parts = [_OPENING]
    for letter, title in _GROUPS.items():
        parts.append(f"\n## {title}\n")
        for code in CODES:
            if code.startswith(f"SP-{letter}"):
                explanation = explain_code(code)
                mark = "" if explanation.level == "problem" else f" ({explanation.level})"
                lines = [f"\n### {code}{mark}\n", explanation.meaning, f"\n- Cause: {explanation.cause}"]
                parts.append(
                    "\n".join([*lines, f"- Example: {explanation.example}", f"- Remedy: {explanation.remedy}\n"])
                )
    return "".join(part if part.endswith("\n") else part + "\n" for part in parts)


_GROUPS = {
    "F": "Files",
    "S": "Settings",
    "D": "Tables",
    "P": "Programmes and options",
    "X": "Workbooks",
    "I": "Imports of published tables",
    "J": "JSON and Parquet",
    "O": "Outturn of a review",
    "T": "Talks",
    "A": "Codes of areas",
    "N": "Numbers and units",
}

_OPENING = """\
# What can be wrong with an input

Written by `python docs/pages.py` from `models/diagnostics/explanations.toml`; `singlepot explain CODE` says the same. A
*problem* keeps an input from being used; a *warning* may be a mistake and does not; a *note* was certain, and was done.
`singlepot check SCENARIO` names all of them at once, the first fifty of each as text and all with `--json`.
"""
