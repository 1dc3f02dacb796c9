"""What can be wrong with an input: stable codes, one line for people, all of an input at once."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from singlepot.solver.errors import SinglepotError

SHOWN = 50
"""How many problems the text of :class:`BadInput` lists; the rest are counted."""

LONGEST_VALUE = 60
"""Characters of an offending value that are shown."""

SETTINGS = "scenario"
"""Name under which the settings (``scenario.toml``) appear where a table is named."""

CODES = {
    "SP-F001": "No such scenario: neither a shipped name nor a folder.",
    "SP-F002": "The folder has no scenario.toml.",
    "SP-F003": "The file cannot be read.",
    "SP-F004": "The file is not text in UTF-8.",
    "SP-F005": "The file holds a NUL character.",
    "SP-F006": "The file is empty: not even a header.",
    "SP-F007": "Columns are not separated by commas.",
    "SP-F008": "A row has more or fewer cells than the header.",
    "SP-F009": "Quotation marks do not match, or a cell is too long.",
    "SP-F010": "A row is empty.",
    "SP-F011": "A file is named almost like a table.",
    "SP-F012": "scenario.toml is not TOML.",
    "SP-F013": "The file is too large, or nested too deeply, for what it should hold.",
    "SP-S001": "Unknown key.",
    "SP-S002": "A required key is absent.",
    "SP-S003": "The value has the wrong type.",
    "SP-S004": "The value is out of range, or not one of those allowed.",
    "SP-S005": "Not a financial year.",
    "SP-S006": "The years are not consecutive.",
    "SP-S007": "The attribute cannot have this name, or is named twice.",
    "SP-S008": "Unknown stage.",
    "SP-S009": "A stage is named twice.",
    "SP-S010": "The stage cost comes too early.",
    "SP-S011": "give names a stage that is not in order.",
    "SP-S012": "The bands do not make a convex function.",
    "SP-S013": "The equity attribute is neither population nor one of the attributes.",
    "SP-D001": "A required table is absent, or is not a table.",
    "SP-D002": "A required column is absent.",
    "SP-D003": "Unknown column.",
    "SP-D004": "A column is named twice.",
    "SP-D005": "The table has no rows.",
    "SP-D006": "The column is reserved.",
    "SP-D010": "Empty cell in a required column.",
    "SP-D011": "Not a number.",
    "SP-D012": "Not a finite number.",
    "SP-D013": "The number is out of range.",
    "SP-D014": "Not a whole number.",
    "SP-D015": "Not one of the words allowed here.",
    "SP-D016": "Not text.",
    "SP-D017": "The text holds characters that cannot be seen or would be mistaken, or is too long.",
    "SP-D018": "Not a financial year.",
    "SP-D019": "Not a range of years.",
    "SP-D020": "Two rows have the same key.",
    "SP-D021": "Unknown area.",
    "SP-D022": "Unknown year.",
    "SP-D023": "Unknown objective.",
    "SP-D024": "Unknown envelope.",
    "SP-D025": "Unknown option.",
    "SP-D026": "Not a key: lower-case letters, digits and underscores, a letter first.",
    "SP-D027": "The key is the name of a column.",
    "SP-D028": "A year and envelope in use has no pot.",
    "SP-D029": "Some rows of the pot name an envelope and others none.",
    "SP-D030": "The centre cannot bid.",
    "SP-D031": "A target's weight differs between years.",
    "SP-D032": "The grant of an option is not given once for each envelope.",
    "SP-D033": "The option cannot have this name.",
    "SP-D034": "An option cannot require this.",
    "SP-D035": "Neither an attribute nor population.",
    "SP-D036": "Almost the type centre.",
    "SP-D040": "The equity attribute of an area with a bid or target is missing or not above zero.",
    "SP-D041": "The population of an area with a bid or target is missing.",
    "SP-D050": "The rule cannot have this basis.",
    "SP-D051": "The rule cannot be chosen by this column.",
    "SP-D052": "No area has this region or type.",
    "SP-D053": "No area has all that the row asks for.",
    "SP-D054": "Two rows of a rule are equally particular.",
    "SP-D055": "The value of the rule is out of range.",
    "SP-D056": "The rule needs a reference that the bids do not have.",
    "SP-D057": "The rule needs a population that the areas do not have.",
    "SP-W001": "Unknown key of a what-if.",
    "SP-W002": "A required key of a what-if is absent.",
    "SP-W003": "The value in a what-if has the wrong type.",
    "SP-W004": "What the what-if builds on cannot be found.",
    "SP-W005": "What-ifs build on one another in a circle.",
    "SP-W006": "Too many what-ifs build on one another.",
    "SP-W007": "Unknown table in a what-if.",
    "SP-W008": "Unknown column in a what-if.",
    "SP-W009": "A change does not say exactly one thing to do.",
    "SP-W010": "A value that chooses rows occurs in none.",
    "SP-W011": "A change matches no row.",
    "SP-W012": "There is no number to multiply or to add to.",
    "SP-W013": "The value cannot stand in this column.",
    "SP-W014": "There is nothing to remove.",
    "SP-W015": "The change has a key that does not go with what it does.",
    "SP-W016": "Unknown lever.",
    "SP-W017": "The values of a lever cannot be read, or there are too many points.",
    "SP-W018": "The scenarios cannot be compared.",
    "SP-W019": "No such area.",
}
"""Every code with what it means. A code never changes its meaning and is never used again for another."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an input.

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

    def __str__(self) -> str:
        """The problem in one line."""
        where = f"{self.file} {self.place}".strip()
        if self.column:
            where += f', {"key" if self.table == SETTINGS else "column"} "{shown(self.column, quoted=False)}"'
        parts = [
            f"got {self.value}" if self.value else "",
            f"expected {self.expected}" if self.expected else "",
        ]
        said = "; ".join(part for part in [*parts, self.remedy] if part)
        return f"{self.code} {where}: {said}"


class BadInput(SinglepotError):
    """An input that cannot be used, with everything that is wrong with it.

    Parameters
    ----------
    problems
        All problems, in the order of the input; at least one.
    """

    exit_code = 3

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Hold the problems."""
        self.problems: tuple[Problem, ...] = tuple(problems)
        count = len(self.problems)
        super().__init__(f"{count} problem{'s' if count != 1 else ''} in the input")

    def __reduce__(self) -> tuple[type[BadInput], tuple[tuple[Problem, ...]]]:
        """Rebuild from the problems: so the error travels between processes."""
        return BadInput, (self.problems,)

    def __str__(self) -> str:
        """The first problems, one a line, and how many more there are."""
        lines = [str(problem) for problem in self.problems[:SHOWN]]
        more = len(self.problems) - len(lines)
        if more > 0:
            lines.append(f"... and {more} more problem{'s' if more > 1 else ''}")
        return "\n".join(lines)


class Report:
    """Collects the problems of one input and puts them into the order of the input."""

    def __init__(self) -> None:
        """Start without problems."""
        self._found: list[tuple[int, int, int, Problem]] = []

    def add(self, problem: Problem, *, table: int = -1, row: int = -1) -> None:
        """Add a problem found in a table (by its number, -1 for the settings) and row (-1 for the whole)."""
        self._found.append((table, row, len(self._found), problem))

    def __len__(self) -> int:
        """Number of problems."""
        return len(self._found)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The problems by table and row, then as found."""
        return tuple(problem for *_, problem in sorted(self._found, key=lambda found: found[:3]))

    def stop_if_any(self) -> None:
        """Raise :class:`BadInput` with everything found, if anything was."""
        if self._found:
            raise BadInput(self.problems)


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
    found = difflib.get_close_matches(_folded(word), list(folded), n=1, cutoff=cutoff)
    return folded[found[0]] if found else ""


_LATIN = str.maketrans("АВЕЅІЈКМНОРСТУХаеорсухіΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABESIJKMHOPCTYXaeopcyxiABEZHIKMNOPTYX")
"""Cyrillic and Greek letters that look like Latin ones."""


def _folded(word: str) -> str:
    return unicodedata.normalize("NFKC", word).translate(_LATIN).strip().casefold()


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """Ask "did you mean ...?" where a known word is near, else return the other remedy."""
    close = near(word, known)
    return f"did you mean {shown(close)}?" if close else otherwise


def one_of(words: Sequence[str], most: int = 8) -> str:
    """List the words allowed; a long list is cut."""
    listed = ", ".join(words[:most])
    return listed + (f" and {len(words) - most} more" if len(words) > most else "")
