"""Checks of primary keys and references: no key twice, and no reference to a row that is not there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from ..diagnostics.problems import SHOWN, did_you_mean, one_of, shown
from ..settings.settings import Settings
from ..tables.labels import UNUSABLE, Integers, Labels
from ..tables.schema import TOTAL, column_names
from .area_codes import is_total, whose
from .parsing import Parsed, combined, say
from .text_cells import KEY

Tables = Mapping[str, Parsed]

_WHAT = {
    "area": ("SP-D021", "a code of areas"),
    "year": ("SP-D022", "one of the scenario's years"),
    "objective": ("SP-D023", "a key of objectives"),
    "envelope": ("SP-D024", "an envelope of the pot"),
}


def check_keys(tables: Tables, settings: Settings, unusable: frozenset[str]) -> None:
    """Check the keys of every table, and that areas, years, objectives and envelopes are known."""
    _check_objective_keys(tables["objectives"])
    _check_envelope_keys(tables["pot"])
    known = known_words(tables, settings, unusable)
    for parsed in tables.values():
        if "envelope" in parsed.labels or "envelope" not in parsed.table.key or TOTAL in (known["envelope"] or [TOTAL]):
            _check_unique(parsed)
        for column in parsed.table:
            if column.refers in _WHAT and known[column.refers] is not None:
                _check_known(parsed, column.name, column.refers, known[column.refers] or ())


def known_words(tables: Tables, settings: Settings, unusable: frozenset[str]) -> dict[str, Sequence[str] | None]:
    """List what may be referred to; None where it is not known because its source is broken."""

    def words(table: str, column: str) -> Sequence[str] | None:
        parsed = tables[table]
        if not parsed.complete or (column not in parsed.labels and parsed.table[column].required):
            return None
        if parsed.table.required and not parsed.rows:  # which is named once, not again for every reference
            return None
        return [word for word in parsed.text(column).words if word]

    return {
        "area": words("areas", "code"),
        "year": None if "years" in unusable else settings.years,
        "objective": words("objectives", "key"),
        "envelope": words("pot", "envelope"),
    }


def places(labels: Labels, vocabulary: Mapping[str, int]) -> Integers:
    """Number each cell by its word's place in a vocabulary; -1 where it has none."""
    of_word = np.asarray([*(vocabulary.get(word, -1) for word in labels.words), -1], dtype=np.int64)
    return np.asarray(of_word[labels.codes])


def rows_of_years(parsed: Parsed, settings: Settings) -> tuple[Integers, Integers]:
    """Return each row of a table once for every year that it covers, and the number of that year."""
    number = {year: at for at, year in enumerate(settings.years)}
    spans = []
    for word in parsed.labels["year"].words:
        first, _, last = word.partition(":")
        spans.append((number.get(first, 0), number.get(last or first, -1) + 1))
    pairs = [(row, year) for row, code in enumerate(parsed.labels["year"].codes) for year in range(*spans[code])]
    table = np.asarray(pairs, dtype=np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _check_unique(parsed: Parsed) -> None:
    if not parsed.table.key or parsed.rows == 0:
        return
    if any(parsed.table[name].required and name not in parsed.labels for name in parsed.table.key):
        return
    codes, usable = combined(parsed, parsed.table.key, _single_year)
    in_order = np.sort(codes)
    if (in_order[1:] != in_order[:-1]).all():
        return
    _, first, inverse, counts = np.unique(codes, return_index=True, return_inverse=True, return_counts=True)
    again = usable & (counts[inverse] > 1) & (first[inverse] != np.arange(parsed.rows))
    for row in np.flatnonzero(again):
        parsed.complain(
            "SP-D020",
            int(row),
            value=say(parsed, int(row), parsed.table.key),
            expected="one row for each " + ", ".join(parsed.table.key),
            remedy=f"{parsed.raw.place.row(int(first[inverse[row]]))} has the same key; delete one of them",
        )


def _single_year(word: str) -> str:
    """A range of one year is that year."""
    first, _, last = word.partition(":")
    return first if last == first else word


def _check_objective_keys(objectives: Parsed) -> None:
    if "key" not in objectives.labels:
        return

    def taken(key: str) -> bool:
        return key in column_names() or key.startswith("grant_")

    keys = objectives.labels["key"]
    for row in np.flatnonzero(keys.where(taken)):
        _complain_of_name(objectives, int(row), "key", keys[int(row)])


def _check_envelope_keys(pot: Parsed) -> None:
    if "envelope" not in pot.labels:
        return
    given = pot.labels["envelope"]
    for row in np.flatnonzero(given.where(lambda word: word != "" and not KEY.fullmatch(word))):
        expected = "lower-case letters, digits and _, a letter first"
        pot.complain("SP-D026", int(row), "envelope", shown(given[int(row)]), expected, "choose another name")
    for row in np.flatnonzero(given.where(lambda word: word in column_names())):
        _complain_of_name(pot, int(row), "envelope", given[int(row)])
    empty = given.where(lambda word: word == "")
    if empty.any() and not empty.all():
        named = one_of([word for word in given.words if word])
        for row in np.flatnonzero(empty):
            pot.complain("SP-D029", int(row), "envelope", "an empty cell", f"an envelope, such as {named}")


def _complain_of_name(parsed: Parsed, row: int, column: str, name: str) -> None:
    expected = "a name that no column has and that does not begin with grant_"
    parsed.complain(
        "SP-D027", row, column, shown(name), expected, f"for instance {shown(name.removeprefix('grant_') + '_1')}"
    )


def _check_known(parsed: Parsed, column: str, subject: str, known: Sequence[str]) -> None:
    code, expected = _WHAT[subject]
    listed = f"{expected}: {one_of(known)}" if subject != "area" and known else expected
    if column not in parsed.labels:
        _check_default(parsed, column, code, listed, known)
        return
    there = set(known)
    if parsed.table[column].kind == "years":
        unknown = parsed.labels[column].where(lambda word: not there.issuperset(word.split(":")))
    else:
        unknown = parsed.text(column).where(lambda word: word != "" and word not in there)
    advise = _adviser(known, f"the table {expected.rpartition(' ')[2]} is absent" if not known else "")
    if subject == "year":
        advise = _list_it
    elif subject == "area":
        advise = _naming_places(advise)
    for row in np.flatnonzero(unknown):
        word = parsed.labels[column][int(row)]
        parsed.complain(code, int(row), column, shown(word) if word else "an empty cell", listed, advise(word))


def _check_default(parsed: Parsed, column: str, code: str, expected: str, known: Sequence[str]) -> None:
    default = str(parsed.table[column].default)
    if default and parsed.rows and default not in known:
        parsed.complain(code, column=column, expected=expected, remedy="add the column")


def _list_it(year: str) -> str:
    return "list it in years, or correct it"


def _naming_places(advise: Callable[[str], str]) -> Callable[[str], str]:
    """Advise on unknown areas: what their code stands for, or what replaced it, where that is known."""
    return lambda word: whose(word) or ("delete the row if it is a total" if is_total(word) else advise(word))


MOST_COMPARED = 100_000
"""Pairs of words that are compared in the search for near ones, about three seconds' work."""


def _adviser(known: Iterable[str], otherwise: str) -> Callable[[str], str]:
    """Advise on unknown words, each once and no more of them than are shown: looking for near ones is slow."""
    advice: dict[str, str] = {}
    words = list(known)
    most = min(SHOWN, 1 + MOST_COMPARED // (len(words) + 1))

    def advise(word: str) -> str:
        if word not in advice:
            advice[word] = _advice(word, words, otherwise) if len(advice) < most else otherwise
        return advice[word]

    return advise


def _advice(word: str, known: Sequence[str], otherwise: str) -> str:
    if not word:
        return "fill it in"
    remedy = did_you_mean(word, known, otherwise)
    odd = [f"{c} is U+{ord(c):04X}" for c in dict.fromkeys(word) if not c.isascii()]
    if odd and remedy.startswith("did you mean") and any(name.isascii() for name in known):
        remedy += f" ({', '.join(odd[:3])})"
    return remedy


def check_pot(tables: Tables, settings: Settings, unusable: frozenset[str]) -> None:
    """Check that every year and envelope with a bid, or with a change by an option, has a row in the pot."""
    pot = tables["pot"]
    if not pot.complete or "year" not in pot.labels or "years" in unusable:
        return
    envelopes = [word for word in pot.text("envelope").words if word] or [TOTAL]
    year_of = {year: number for number, year in enumerate(settings.years)}
    envelope_of = {envelope: number for number, envelope in enumerate(envelopes)}
    has_pot = np.zeros((len(envelopes), len(year_of)), dtype=bool)
    if (pot.labels["year"].codes == UNUSABLE).any() or (pot.text("envelope").codes == UNUSABLE).any():
        return
    envelope, year = places(pot.text("envelope"), envelope_of), places(pot.labels["year"], year_of)
    both = (envelope >= 0) & (year >= 0)
    has_pot[envelope[both], year[both]] = True

    def check(parsed: Parsed, envelope: Integers, used: npt.NDArray[np.bool_], column: str) -> None:
        if "year" not in parsed.labels:
            return
        year = places(parsed.labels["year"], year_of)
        row = np.flatnonzero(used & (envelope >= 0) & (year >= 0))
        row = row[~has_pot[envelope[row], year[row]]]
        for first in row[np.sort(np.unique(envelope[row] * len(year_of) + year[row], return_index=True)[1])]:
            pair = f"{envelopes[envelope[first]]} {settings.years[year[first]]}"
            remedy = "add a row to the pot; its amount may be 0"
            parsed.complain("SP-D028", int(first), column, shown(pair), "a year and envelope of the pot", remedy)

    bids, profile = tables["bids"], tables["option_years"]
    if bids.rows:
        check(bids, places(bids.text("envelope"), envelope_of), np.ones(bids.rows, dtype=bool), "year")
    for name, grants in profile.numbers.items():
        of = envelopes[0] if name == "grant" and len(envelopes) == 1 else name.removeprefix("grant_")
        if name.startswith("grant") and of in envelope_of:
            number = np.full(profile.rows, envelope_of[of])
            check(profile, number, np.nan_to_num(grants) != 0, name)


def check_attributes(tables: Tables, settings: Settings, unusable: frozenset[str]) -> None:
    """Check that listed attributes are there, and that objectives refer to them or to the population."""
    areas, objectives = tables["areas"], tables["objectives"]
    if "attributes" in unusable or not areas.raw.columns:
        return
    strange = [header for header in areas.raw.columns if header not in areas.headers]
    for name in settings.attributes:
        if name not in areas.numbers:
            remedy = did_you_mean(name, strange, "add the column, or take it out of attributes")
            areas.complain("SP-D002", column=name, expected="a column for each of attributes", remedy=remedy)
    known = [*settings.attributes, *(["population"] if "population" in areas.numbers else [])]
    for column in ("baseline", "per"):
        if column in objectives.labels:
            labels = objectives.labels[column]
            for row in np.flatnonzero(labels.where(lambda word: word != "" and word not in known)):
                word = labels[int(row)]
                remedy = did_you_mean(word, known, "list it in attributes")
                expected = "an attribute or population" + (f": {one_of(known)}" if known else "")
                objectives.complain("SP-D035", int(row), column, shown(word), expected, remedy)
