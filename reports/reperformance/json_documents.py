"""Comparison of JSON as text: keys in their order and each but once, values, and the layout."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import zip_longest

from singlepot.models.assurance.verification import AssuranceFinding
from singlepot.models.files.table_json import json_text

from .precision import Precision

NO_VALUE = object()


EXACT = Precision()


class Pairs(list[tuple[str, object]]):
    """JSON object as the pairs that stand in the text, repeated keys included."""

    def get(self, name: str) -> object:
        """Return the value of a key, of the last where it is repeated; None where there is none."""
        return next((value for key, value in reversed(self) if key == name), None)


@dataclass(frozen=True)
class JsonComparison:
    """Comparison of JSON values.

    Attributes
    ----------
    file
        Which file the values stand in.
    precision
        By how much numbers, and those in texts, may differ.
    size
        Natural size of the numbers.
    """

    file: str
    precision: Precision = EXACT
    size: float = 1.0

    def differences(self, written: object, derived: object, at: str = "") -> Iterator[AssuranceFinding]:
        """Compare two values, see :func:`parsed`."""
        if isinstance(written, Pairs) and isinstance(derived, Pairs):
            yield from self._of_objects(written, derived, at)
        elif type(written) is not type(derived):
            yield self._finding(at, written, derived)
        elif isinstance(written, list) and isinstance(derived, list):
            for number, (one, other) in enumerate(zip_longest(written, derived, fillvalue=NO_VALUE), start=1):
                yield from self.differences(one, other, f"{at} {number}".strip())
        elif isinstance(written, float) and isinstance(derived, float):
            if not self.precision.same_number(written, derived, self.size):
                yield self._finding(at, written, derived)
        elif isinstance(written, str) and isinstance(derived, str):
            if not self.precision.same_text(written, derived):
                yield self._finding(at, written, derived)
        elif written != derived:
            yield self._finding(at, written, derived)

    def _of_objects(self, written: Pairs, derived: Pairs, at: str) -> Iterator[AssuranceFinding]:
        names, expected = [name for name, _ in written], [name for name, _ in derived]
        if names != expected:
            yield AssuranceFinding(self.file, f"{at} keys".strip(), ", ".join(names), ", ".join(expected))
        for name, value in derived:
            if name in names:
                yield from self.differences(written.get(name), value, f"{at} {name}".strip())

    def _finding(self, at: str, written: object, derived: object) -> AssuranceFinding:
        return AssuranceFinding(self.file, at or "its content", _shown(written), _shown(derived))


def parsed(content: bytes) -> object:
    """Parse JSON so that nothing is lost: objects become :class:`Pairs`.

    Raises
    ------
    ValueError
        It is no JSON, or holds a number that JSON does not have.
    """
    return json.loads(content.decode(), object_pairs_hook=Pairs, parse_constant=_refuse)


def without(value: object, names: Collection[str]) -> object:
    """Return a value of JSON without the keys of these names, wherever they stand."""
    if isinstance(value, Pairs):
        return Pairs((key, without(item, names)) for key, item in value if key not in names)
    return [without(item, names) for item in value] if isinstance(value, list) else value


def layout_differences(file: str, content: bytes) -> Iterator[AssuranceFinding]:
    """Tell whether a document is laid out as the program does: spaces, digits, escapes, and each key once."""
    if json_text(_plain(parsed(content))) != content:
        yield AssuranceFinding(file, "its layout", "not as the program writes it")


def _refuse(token: str) -> float:
    raise ValueError(f"{token} is no number of JSON")


def _plain(value: object) -> object:
    if isinstance(value, Pairs):
        return {name: _plain(item) for name, item in value}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _shown(value: object) -> str:
    if value is NO_VALUE:
        return "nothing"
    text = json.dumps(_plain(value), ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


LONGEST = 200
"""Characters of a value that a finding quotes."""
