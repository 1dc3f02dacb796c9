"""Keys of areas: the code that a published table means, by code or by the normal form of a name, never by likeness."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from singlepot.models.checks.area_codes import is_total
from singlepot.models.checks.register import OFFICIAL, TERRITORIAL, register
from singlepot.models.checks.register.names import current_codes, is_whole, names_of_wholes, normal_form, wholes
from singlepot.models.diagnostics.problems import list_words, shown

MOST_NEAR = 3
"""Near names that an error lists."""


@dataclass
class Keys:
    """Codes of areas by what published tables call them.

    Parameters
    ----------
    areas
        Name of each area of the scenario by its code; empty where no table states them.
    names
        Name in the files → code, as the map states.
    """

    areas: Mapping[str, str]
    names: Mapping[str, str]
    _by_name: dict[str, set[str]] = field(init=False, default_factory=dict)
    _by_form: dict[str, set[str]] = field(init=False, default_factory=dict)
    _stated: dict[str, str] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Index the names."""
        for code, name in self.areas.items():
            self._by_name.setdefault(name.strip().casefold(), set()).add(code)
            self._by_form.setdefault(normal_form(name), set()).add(code)
        self._stated = {name.strip().casefold(): code for name, code in self.names.items()}

    def code_of(self, text: str) -> str:
        """Return the code that a code or name stands for; empty where that is not certain."""
        if text in self.areas:
            return text
        if stated := self.stated(text):
            return stated
        if OFFICIAL.fullmatch(text) or TERRITORIAL.fullmatch(text):
            return text
        form = normal_form(text)
        if exact := self._by_name.get(text.casefold(), set()):
            return _only(exact)
        if form in wholes():  # a country's or region's, but for the City of London
            return "" if text.casefold() in names_of_wholes() else _only(_exact_current(text, form))
        return _only(self._by_form.get(form) or set(current_codes().get(form, ())))

    def stated(self, text: str) -> str:
        """Return the code that the map states for a name; empty where it states none."""
        return self._stated.get(text.casefold(), "")

    def is_certain(self, text: str) -> bool:
        """Whether a text is a code of the scenario, or a name that the map or the scenario states."""
        return text in self.areas or bool(self.stated(text)) or text.casefold() in self._by_name

    def is_total(self, text: str, classes: Iterable[str] = ()) -> bool:
        """Whether a text is the code or label of a total: a country, a region, *all authorities*."""
        if self.is_certain(text):
            return False
        if OFFICIAL.fullmatch(text) or TERRITORIAL.fullmatch(text):
            return is_whole(text) and not text.startswith(tuple(classes) or ("-",))
        form = normal_form(text)
        if text.casefold() not in names_of_wholes() and _exact_current(text, form):
            return False
        return is_total(text) or form.startswith("all ") or form in wholes()

    def near(self, text: str) -> str:
        """Return up to three near names with their codes, as a remedy."""
        known = {normal_form(name): code for code, name in self.areas.items()}
        if not known:
            known = {form: codes[0] for form, codes in current_codes().items()}
        close = difflib.get_close_matches(normal_form(text), list(known), n=MOST_NEAR, cutoff=0.6)
        words = [
            f"{shown(self.areas.get(known[form]) or register().names[known[form]])} {known[form]}" for form in close
        ]
        stated = f"{shown(text)} = {shown(known[close[0]] if close else 'CODE')}"
        remedy = f"write {stated} under [names] if it is that, or drop the row"
        return f"near are {list_words(words)}; {remedy}" if words else remedy


def _only(codes: Iterable[str]) -> str:
    listed = list(codes)
    return listed[0] if len(listed) == 1 else ""


def _exact_current(text: str, form: str) -> set[str]:
    """Return the codes in use whose very name a text is."""
    return {code for code in current_codes().get(form, ()) if register().names[code].casefold() == text.casefold()}
