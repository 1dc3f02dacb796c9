"""Diagnostics of an input: a stable code, one line for people, and all of an input at once."""

from __future__ import annotations

import difflib
import logging
import re
import unicodedata
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from singlepot.solver.errors import SinglepotError

from ..extras import ExtraNotInstalledError
from ..money import without_commas
from .codes import CODES, NOTES, WARNINGS

SHOWN = 50
"""How many lines the text of :class:`BadInputError` has; the rest of the problems are counted."""

FEW = 3
"""Most problems of one kind that have a line each; more are one line, which shows as many places and values."""

LONGEST_VALUE = 60
"""Characters of an offending value that are shown."""

SETTINGS = "scenario"
"""Name under which the settings (``scenario.toml``) appear where a table is named."""

NOT_INSTALLED = "SP-J013"
"""Code of a file that a package which is not installed would read: no fault of the input."""

Level = Literal["problem", "warning", "note"]
"""How serious it is: only a problem keeps an input from being used."""

_LOG = logging.getLogger("singlepot")


@dataclass(frozen=True)
class Diagnostic:
    """A diagnostic of an input: one thing that is wrong with it, that is doubtful, or that was noted.

    Parameters
    ----------
    code
        One of :data:`CODES`.
    table
        Name of the table, or ``scenario`` for the settings.
    file
        The table as the user sees it: ``bids.csv``, ``table bids``.
    place
        Where in it: ``row 7`` (the header is row 1), ``row label 3``, ``line 12``; empty for the whole.
    column
        Column, or key of the settings; empty for the whole row.
    value
        What was found, as it is to be shown; empty where nothing was.
    expected
        What should be there.
    remedy
        What to do.
    """

    code: str
    table: str
    file: str
    place: str = ""
    column: str = ""
    value: str = ""
    expected: str = ""
    remedy: str = ""

    @property
    def level(self) -> Level:
        """How serious it is, by its code."""
        return "warning" if self.code in WARNINGS else "note" if self.code in NOTES else "problem"

    def as_dict(self) -> dict[str, str]:
        """The parts by name, with level and meaning of the code."""
        parts: dict[str, str] = asdict(self)
        return {"code": self.code, "level": self.level, "meaning": CODES[self.code], **parts}

    def __str__(self) -> str:
        """The problem in one line."""
        where = f"{self.file} {self.place}".strip()
        if self.column:
            where += f', {"key" if self.table == SETTINGS else "column"} "{shown(self.column, quoted=False)}"'
        parts = [
            f"got {self.value}" if self.value else "",
            f"expected {self.expected}" if self.expected else "",
        ]
        message = "; ".join(part for part in [*parts, self.remedy] if part)
        return f"{self.code} {where}: {message}"


class BadInputError(SinglepotError):
    """An input that cannot be used, with everything that is wrong with it.

    Parameters
    ----------
    problems
        All problems, in the order of the input; at least one.
    """

    exit_code = 3

    def __init__(self, problems: Iterable[Diagnostic]) -> None:
        """Hold the problems."""
        self.problems: tuple[Diagnostic, ...] = tuple(problems)
        if any(problem.code == NOT_INSTALLED for problem in self.problems):
            self.exit_code = ExtraNotInstalledError.exit_code
        count = len(self.problems)
        super().__init__(f"{count} problem{'s' if count != 1 else ''} in the input")

    def __reduce__(self) -> tuple[type[BadInputError], tuple[tuple[Diagnostic, ...]]]:
        """Rebuild from the problems: so the error travels between processes."""
        return BadInputError, (self.problems,)

    def __str__(self) -> str:
        """The first problems, one a line, and how many more there are."""
        return listed(self.problems)


class Report:
    """Collects the problems of one input, and its warnings and notes, and puts them into the order of the input.

    Parameters
    ----------
    quiet
        Whether warnings and notes are kept out of the log.
    """

    def __init__(self, quiet: bool = False) -> None:
        """Start without problems."""
        self._found: list[tuple[int, int, int, Diagnostic]] = []
        self._noted: list[tuple[int, int, int, Diagnostic]] = []
        self._quiet = quiet

    def add(self, problem: Diagnostic, *, table: int = -1, row: int = -1) -> None:
        """Add a problem found in a table (by its number, -1 for the settings) and row (-1 for the whole)."""
        if problem.level == "problem":
            self._found.append((table, row, len(self._found), problem))
            return
        self._noted.append((table, row, len(self._noted), problem))
        if not self._quiet:
            _LOG.log(logging.WARNING if problem.level == "warning" else logging.INFO, "%s", problem)

    def keep_source_notes(self, notes: Iterable[Diagnostic], replaced: Container[str] = ()) -> None:
        """Keep the notes on the files of an input that was changed; what it says is checked again, and noted again.

        Parameters
        ----------
        notes
            Notes of the input before; they are in the log already.
        replaced
            Tables that no longer come from those files.
        """
        for note in notes:
            if note.code.startswith(("SP-F", "SP-X", "SP-J")) and note.table not in replaced:
                self._noted.append((-1, -1, len(self._noted), note))

    def __len__(self) -> int:
        """Number of problems; warnings and notes are none."""
        return len(self._found)

    @property
    def problems(self) -> tuple[Diagnostic, ...]:
        """The problems by table and row, then as found."""
        return _in_order(self._found)

    @property
    def notes(self) -> tuple[Diagnostic, ...]:
        """The warnings and notes by table and row, then as found."""
        return _in_order(self._noted)

    def stop_if_any(self) -> None:
        """Raise :class:`BadInputError` with everything found, if anything was."""
        if self._found:
            raise BadInputError(self.problems)


def _in_order(entries: Sequence[tuple[int, int, int, Diagnostic]]) -> tuple[Diagnostic, ...]:
    return tuple(problem for *_, problem in sorted(entries, key=lambda one: one[:3]))


def listed(problems: Sequence[Diagnostic], noun: str = "problem", *, every: bool = False) -> str:
    """Write problems, one a line, those of one kind, column, file and sheet as one line, and how many more there are.

    Parameters
    ----------
    problems
        In the order of the input.
    noun
        What one is called where they are counted.
    every
        Whether each has a line of its own, however many there are.
    """
    if every:
        return "\n".join(_leveled(problem) + str(problem) for problem in problems)
    kinds: dict[tuple[str, ...], list[Diagnostic]] = {}
    for problem in problems:
        kinds.setdefault(_kind(problem), []).append(problem)
    groups: list[list[Diagnostic]] = []
    for problem in problems:
        kind = kinds[_kind(problem)]
        if len(kind) <= FEW:
            groups.append([problem])
        elif kind[0] is problem:
            groups.append(kind)
    lines = [_leveled(group[0]) + (_grouped(group) if group[1:] else str(group[0])) for group in groups[:SHOWN]]
    more = sum(map(len, groups[SHOWN:]))
    if more > 0:
        lines.append(f"... and {more} more {noun}{'s' if more > 1 else ''}")
    return "\n".join(lines)


def _kind(problem: Diagnostic) -> tuple[str, ...]:
    """Return what problems of one line have in common; the sheet stands before the mark of a reference."""
    return problem.code, problem.column, problem.table, problem.file, problem.place.rpartition("!")[0]


def _leveled(problem: Diagnostic) -> str:
    """Write the level of what is no problem."""
    return "" if problem.level == "problem" else f"{problem.level}: "


def _grouped(group: Sequence[Diagnostic]) -> str:
    """Write problems of one kind and column as one line: how many, their values, the first places, what to do."""
    first = group[0]
    values = Counter(problem.value for problem in group if problem.value)
    remedies = {problem.value: problem.remedy for problem in reversed(group)}
    same = len(set(remedies.values())) == 1
    shown_values = [
        value + (f" ({remedies[value]})" if remedies[value] and not same else "") for value in list(values)[:FEW]
    ]
    more = len(values) - len(shown_values)
    written = ", ".join(shown_values) + (f" and {more} more" if more else "")
    subject = first.code
    if first.column:
        subject += f" {shown(first.column, quoted=False)}" + (f" is written {written}" if written else "")
    elif written:
        subject += f" got {written}"
    several = f"in {len(group)} {'cells' if first.column else 'places'}: "
    parts = [
        f"{subject} "
        + (several if any(problem.place for problem in group) else f"{len(group)} times: ")
        + _places(group),
        _expected(group),
        first.remedy if same else "",
    ]
    return "; ".join(part for part in parts if part)


def _expected(group: Sequence[Diagnostic]) -> str:
    """Write what was expected in the places of a group, where it differs the first of it."""
    texts = list(dict.fromkeys(problem.expected for problem in group if problem.expected))
    more = len(texts) - FEW
    return f"expected {'; '.join(texts[:FEW])}" + (f"; and {more} more" if more > 0 else "") if texts else ""


def _places(group: Sequence[Diagnostic]) -> str:
    """Name the file and the first places of a group, which has one file."""
    named = [problem.place for problem in group[:FEW] if problem.place]
    words = [place.rpartition(" ")[0] for place in named]
    text = ", ".join(named)
    if words and words[0] and len(set(words)) == 1:
        numbers = ", ".join(place.rpartition(" ")[2] for place in named)
        text = f"{words[0]}{'s' if named[1:] else ''} {numbers}"
    return f"{group[0].file} {text}".strip() + (" \N{HORIZONTAL ELLIPSIS}" if named and len(group) > FEW else "")


def shown(value: object, quoted: bool = True) -> str:
    """Write a value so that it fits on the line: quoted if text, shortened, control characters spelt out."""
    if type(value).__module__ == "numpy" and hasattr(value, "item"):
        value = value.item()
    if isinstance(value, list | tuple):
        text = f"[{', '.join(map(shown, value))}]"
    else:
        text = value if isinstance(value, str) else repr(value)
    if len(text) > LONGEST_VALUE:
        text = text[: LONGEST_VALUE - 3] + "..."
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return f'"{text}"' if quoted and isinstance(value, str) else text


def near(word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Return the known word that was probably meant, or an empty text.

    Case, surrounding spaces and letters that look like Latin ones make no difference.
    """
    folded = {_folded(name): name for name in known}
    matches = difflib.get_close_matches(_folded(word), list(folded), n=1, cutoff=cutoff)
    return folded[matches[0]] if matches else ""


_LATIN = str.maketrans("АВЕЅІЈКМНОРСТУХаеорсухіΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABESIJKMHOPCTYXaeopcyxiABEZHIKMNOPTYX")
_LATIN |= {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
"""Cyrillic and Greek letters that look like Latin ones, and letters and digits of double width."""


def _folded(word: str) -> str:
    return in_latin(unicodedata.normalize("NFKC", word)).strip().casefold()


def in_latin(word: str) -> str:
    """Write a word with Latin letters and digits in place of those that look the same."""
    return word if word.isascii() else word.translate(_LATIN)


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """Ask "did you mean ...?" where a known word is near, else return the other remedy."""
    close = near(word, known)
    return f"did you mean {shown(close)}?" if close else otherwise


def as_number(text: str) -> str:
    """Say how to write a text where a number is expected; empty where there is no number in it.

    Examples
    --------
    >>> as_number("90%"), as_number("£2,500"), as_number("2,5"), as_number("n/a")
    ('write 0.9, without quotes', 'write 2500, without quotes', 'write a number alone, without quotes', '')
    """
    match = re.fullmatch(r"\s*£?\s*([-+]?(?:\d+\.?\d*|\.\d+))\s*(%?)\s*", without_commas(text))
    if match is None:
        return "write a number alone, without quotes" if re.search(r"\d", text) else ""
    number = float(match[1]) / (100 if match[2] else 1)
    return f"write {number:.15g}, without quotes"


def one_of(words: Sequence[str], most: int = 8) -> str:
    """List the words allowed; a long list is cut."""
    listed = ", ".join(words[:most])
    return listed + (f" and {len(words) - most} more" if len(words) > most else "")


def list_words(words: Iterable[str]) -> str:
    """Join words by commas and a last *and*.

    Examples
    --------
    >>> list_words(["floors", "locks", "the pot"]), list_words(["a"])
    ('floors, locks and the pot', 'a')
    """
    listed = list(words)
    return " and ".join(filter(None, [", ".join(listed[:-1]), *listed[-1:]]))
