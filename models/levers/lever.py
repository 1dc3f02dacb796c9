"""The levers that a scenario has: each is a number, or a switch, with bounds and the place where it stands."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from ..diagnostics.problems import did_you_mean, shown
from ..settings.derive import KEYS
from ..settings.settings import DEFAULT_ORDER
from ..tables.defaults import envelopes_of, fill
from ..tables.plain_words import plain
from ..tables.rule_kinds import RULES
from ..tables.stage_words import stage_words

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["factor", "value", "switch"]
"""Whether a lever multiplies what is there, sets a number, or is only switched off."""

LOCK = "grant_lock"
"""Rule that the lever ``lock.AREA`` sets."""

ASSUMED = {"elasticity": (0.0, 1.0), "most": (1.0, math.inf), "least": (0.0, 1.0), "efficiency": (0.0, 1.0)}
"""Bounds of the assumptions of derived options; of all others 0 or more."""

MONEY, SHARE = "money", "share"
"""Units of a lever beside those of objectives."""


@dataclass(frozen=True)
class Lever:
    """A number of a scenario that people move.

    Parameters
    ----------
    name
        As it is written: ``pot.2027-28``, ``rules.grant_floor``, ``lock.E07000117``.
    label
        As people call it.
    kind
        ``factor``: the value multiplies what is there; ``value``: it replaces it; ``switch``: it can only be ``off``.
    now
        What is there: the sum of a factor's amounts, if they are of one unit, or the value; NaN where there is none.
    least, most
        Smallest and largest value.
    unit
        Of ``now``: ``money``, ``share``, an objective's unit, or empty for a plain number.
    linear
        Whether what can be reached is a linear programme in it, so that :func:`singlepot.goal` can ask for its value.
    table, column, where
        The cells that a factor multiplies or a value replaces; ``where`` names columns with the cells that match.
    path
        The key of the settings that a value replaces.
    """

    name: str
    label: str
    kind: Kind
    now: float = math.nan
    least: float = 0.0
    most: float = math.inf
    unit: str = ""
    linear: bool = False
    table: str = ""
    column: str = ""
    where: Mapping[str, str] = field(default_factory=dict)
    path: tuple[str, ...] = ()

    @property
    def can_be_off(self) -> bool:
        """Whether ``off`` is a value: what it sets can be absent."""
        return self.kind == "switch" or self.path[:1] in (("rules",), ("stages",)) or self.table == "rules"

    @property
    def whole(self) -> bool:
        """Whether only whole numbers are values."""
        return self.column == "priority" or self.path[-1:] == ("tiers",)

    def rows(self, table: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """Select the rows of its table, given with every default filled in."""
        chosen = np.ones(len(table), dtype=bool)
        for column, cell in self.where.items():
            chosen &= table[column].to_numpy() == cell
        return chosen


def levers_of(settings: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> dict[str, Lever]:
    """List the levers of a scenario by name.

    Parameters
    ----------
    settings
        Nested as in ``scenario.toml``.
    tables
        All tables by name, valid, with derived bids.

    Examples
    --------
    See :meth:`singlepot.Scenario.levers`.
    """

    filled = {name: fill(name, tables, ()) for name in ("areas", "objectives", "national", "pot", "bids", "rules")}
    programmes: Any = tables.get("programmes", {})
    made = (
        _of_money(filled),
        _of_national(filled),
        _of_objectives(filled),
        _of_settings(settings),
        _of_derivation(settings, [] if "theme" not in programmes else sorted(set(programmes["theme"]) - {""})),
        _of_locks(filled),
    )
    return {lever.name: lever for levers in made for lever in levers}


def _of_money(tables: Mapping[str, pd.DataFrame]) -> Iterator[Lever]:
    pot = tables["pot"]
    envelopes, years = envelopes_of(pot), list(dict.fromkeys(pot["year"]))

    def lever(label: str, table: str, where: Mapping[str, str]) -> Lever:
        bare = Lever(".".join((table, *where.values())), label, "factor", table=table, column="amount", where=where)
        now = math.fsum(tables[table].loc[bare.rows(tables[table]), "amount"])
        return Lever(**{**vars(bare), "now": now, "unit": MONEY, "linear": table == "pot"})

    yield lever("pot", "pot", {})
    for year in years if len(years) > 1 else ():
        yield lever(f"pot {year}", "pot", {"year": year})
    for envelope in envelopes if len(envelopes) > 1 else ():
        yield lever(f"pot, {plain(envelope)}", "pot", {"envelope": envelope})
        for year in dict.fromkeys(pot.loc[pot["envelope"] == envelope, "year"]) if len(years) > 1 else ():
            yield lever(f"pot, {plain(envelope)} {year}", "pot", {"envelope": envelope, "year": year})
    yield lever("bids", "bids", {})


def _of_national(tables: Mapping[str, pd.DataFrame]) -> Iterator[Lever]:
    national, objectives = tables["national"], tables["objectives"]
    names, units = (dict(zip(objectives["key"], objectives[column], strict=True)) for column in ("name", "unit"))

    def lever(label: str, where: Mapping[str, str], now: float = math.nan, unit: str = "") -> Lever:
        name = ".".join(("national", *where.values()))
        return Lever(name, label, "factor", now, 0.0, math.inf, unit, True, "national", "target", where)

    if len(national):
        yield lever("national targets", {})
    for key, rows in national.groupby("objective", sort=False):
        name = names.get(key) or plain(str(key))
        yield lever(f"national targets for {name}", {"objective": str(key)})
        for year, target in zip(rows["year"], rows["target"], strict=True):
            where = {"objective": str(key), "year": year}
            yield lever(f"national target for {name} {year}", where, float(target), units.get(key, ""))


def _of_objectives(tables: Mapping[str, pd.DataFrame]) -> Iterator[Lever]:
    for row in tables["objectives"].to_dict("records"):
        for column, least in (("weight", 0.0), ("priority", 1.0)):
            label = f"{column} of {row['name'] or plain(row['key'])}"
            where = {"key": row["key"]}
            name = f"{column}.{row['key']}"
            yield Lever(name, label, "value", row[column], least, table="objectives", column=column, where=where)


def _of_settings(settings: Mapping[str, Any]) -> Iterator[Lever]:
    for name, rule in RULES.items():
        there = not rule.over.of_rates or (not rule.switch and "inclusion" in settings)
        if rule.general and there:
            now = settings.get("rules", {}).get(name, math.nan)
            bounds, linear = (rule.least, rule.most), not rule.over.of_rates
            yield Lever(f"rules.{name}", rule.words, "value", now, *bounds, SHARE, linear, path=("rules", name))
    for objective, aim in settings.get("convergence", {}).get("aims", {}).items():
        label, path = f"aim of convergence in {plain(objective)}", ("convergence", "aims", objective)
        yield Lever(f"convergence.aims.{objective}", label, "value", aim, 0.0, 1.0, SHARE, path=path)
    if (together := settings.get("inclusion", {}).get("together")) is not None:
        label, key = "prosperity and inclusion together", ("inclusion", "together")
        yield Lever("inclusion.together", label, "value", together, 0.0, 1.0, SHARE, path=key)
    stages, equity = settings.get("stages", {}), settings.get("equity")
    for stage in stages.get("order", DEFAULT_ORDER):
        now = stages.get("give", {}).get(stage, math.nan)
        label = f"allowance on {stage_words(stage)}"
        yield Lever(f"give.{stage}", label, "value", now, path=("stages", "give", stage))
    if equity is not None:
        yield Lever("equity", "equity", "switch", path=("equity",))
        elasticity = equity["elasticity"]
        yield Lever("equity.elasticity", "equity elasticity", "value", elasticity, path=("equity", "elasticity"))


def _of_derivation(settings: Mapping[str, Any], themes: Sequence[str]) -> Iterator[Lever]:
    """List the assumptions of derived options, in general and for the lines of each theme."""
    derive = settings.get("derive", {})
    for key in KEYS if derive else ():
        label, least, most = f"assumed {plain(key)}", *ASSUMED.get(key, (0.0, math.inf))
        yield Lever(f"derive.{key}", label, "value", derive[key], least, most, path=("derive", key))
        for theme in themes:
            now = derive.get("theme", {}).get(theme, {}).get(key, derive[key])
            name, path = f"derive.theme.{theme}.{key}", ("derive", "theme", theme, key)
            yield Lever(name, f"{label} of {plain(theme)}", "value", now, least, most, path=path)


def _of_locks(tables: Mapping[str, pd.DataFrame]) -> Iterator[Lever]:
    rules = tables["rules"]
    locks = rules[(rules["rule"] == LOCK) & (rules["basis"] == "bid") & (rules["area"] != "")]
    plain_locks = locks[(locks[["region", "type", "envelope", "year"]] == "").all(axis=1)]
    values = dict(zip(plain_locks["area"], plain_locks["value"], strict=True))
    names = dict(zip(tables["areas"]["code"], tables["areas"]["name"], strict=True))
    for code in dict.fromkeys(tables["bids"]["area"]):
        now = float(values.get(code, math.nan))
        label = f"grant lock of {names.get(code, code)}"
        where = {"rule": LOCK, "area": code}
        yield Lever(f"lock.{code}", label, "value", now, unit=SHARE, table="rules", column="value", where=where)


SECTIONS = ("equity", "convergence", "inclusion", "derive")
"""Kinds of levers that a scenario has where it has the section of that name."""


def unknown_lever(levers: Mapping[str, Lever], text: str) -> tuple[str, str]:
    """Say how the names of a scenario's levers begin, and what to do about one that it does not have."""
    kinds = list(dict.fromkeys(name.partition(".")[0] for name in levers))
    kind, _, name = text.strip().partition(".")
    remedy = did_you_mean(text, levers)
    if kind in SECTIONS and kind not in kinds:
        remedy = f"the scenario has no section [{kind}]"
    elif kind == "lock":
        remedy = remedy or f"no area that bids has the code {shown(name)}, or alone the name"
    return f"a lever of this scenario: {', '.join(kinds)}", remedy


def find_lever(levers: Mapping[str, Lever], text: str, areas: Mapping[str, str]) -> Lever | None:
    """Find a lever by its name, whatever the case; an area may be named, and ``rules.`` left out.

    Parameters
    ----------
    levers
        From :func:`levers_of`.
    text
        What somebody wrote.
    areas
        Name of each area by its code; a name that several have finds none.
    """
    if text in levers:
        return levers[text]
    folded = text.strip().casefold()
    for wanted in (folded, f"rules.{folded}"):
        if (lever := _only(levers.values(), lambda lever, wanted=wanted: lever.name.casefold() == wanted)) is not None:
            return lever
    kind, _, name = folded.partition(".")
    named = [code for code, title in areas.items() if title.casefold() == name.strip()]
    return levers.get(f"lock.{named[0]}") if kind == "lock" and len(named) == 1 else None


def _only(levers: Any, fits: Callable[..., bool]) -> Lever | None:
    fitting = [lever for lever in levers if fits(lever)]
    return fitting[0] if len(fitting) == 1 else None
