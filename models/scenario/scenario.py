"""A scenario: settings and tables that have passed every check."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from types import EllipsisType
from typing import TYPE_CHECKING, Any

from ..checks.deriving import Derived
from ..checks.frames import raw_tables
from ..checks.pipeline import Checked, check_tables
from ..diagnostics.problems import Diagnostic, Report
from ..levers.lever import levers_of
from ..levers.pulling import pull
from ..notebook_display import rich, rich_table
from ..settings.derive import derived_assumptions
from ..settings.frozen import FrozenMapping, merged
from ..settings.reading import read_settings
from ..settings.settings import SCHEMA, Settings
from ..tables.copies import copied
from ..tables.defaults import fill, fill_columns, stored_envelopes
from ..tables.raw import RawTable
from ..tables.schema import ORIGIN, PROGRAMMES, TABLES
from ..tables.stored_table import StoredTable, frames_of
from .array_types import Columns
from .documents import scenario_documents

if TYPE_CHECKING:
    import pandas as pd


class Scenario:
    """What is to be settled: settings, and ten tables that agree with them and with one another.

    Where there are programme lines or the section ``[derive]``, bids, targets and options that follow from them stand
    behind the given rows of those tables; :attr:`given` holds the tables without them, as they are written.

    A scenario is a value: it cannot be changed, and tables handed out are copies. Make one by
    :meth:`from_tables` or :func:`singlepot.read_scenario`, and change one by :meth:`with_`.

    Examples
    --------
    >>> import pandas as pd
    >>> scenario = Scenario.from_tables(
    ...     areas=pd.DataFrame({"code": ["A", "B"], "name": ["Aston", "Barton"]}),
    ...     pot=pd.DataFrame({"year": ["2026-27"], "amount": [10.0]}),
    ...     bids=pd.DataFrame({"area": ["A", "B"], "year": ["2026-27"] * 2, "amount": [6.0, 6.0]}),
    ...     years=["2026-27"],
    ... )
    >>> scenario
    <Scenario: 2 areas, 1 year, 0 objectives, 0 options>
    >>> scenario.bids["amount"].sum()
    np.float64(12.0)
    """

    __slots__ = ("_derived", "_given", "_notes", "_settings", "_tables")
    _settings: Settings
    _given: dict[str, StoredTable]
    _tables: dict[str, StoredTable]
    _derived: Derived
    _notes: tuple[Diagnostic, ...]

    def __init__(self) -> None:
        """Refuse: a scenario is made of checked tables only."""
        raise TypeError("make a scenario with Scenario.from_tables or singlepot.read_scenario")

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse: a scenario is frozen."""
        raise AttributeError(f"a scenario cannot be changed: use with_({name}=...)")

    def __reduce__(self) -> tuple[Any, tuple[Settings, Checked, tuple[Diagnostic, ...]]]:
        """Rebuild from settings, tables and notes: so a scenario travels between processes."""
        return _made, (self._settings, Checked(self._given, self._tables, self._derived), self._notes)

    @classmethod
    def from_tables(
        cls,
        *,
        areas: pd.DataFrame,
        pot: pd.DataFrame,
        years: Sequence[str],
        bids: pd.DataFrame | None = None,
        objectives: pd.DataFrame | None = None,
        national: pd.DataFrame | None = None,
        targets: pd.DataFrame | None = None,
        programmes: pd.DataFrame | None = None,
        options: pd.DataFrame | None = None,
        option_years: pd.DataFrame | None = None,
        rules: Mapping[str, float] | pd.DataFrame | None = None,
        rule_rows: pd.DataFrame | None = None,
        stages: Mapping[str, Any] | None = None,
        equity: Mapping[str, Any] | None = None,
        convergence: Mapping[str, Any] | None = None,
        inclusion: Mapping[str, Any] | None = None,
        derive: Mapping[str, Any] | None = None,
        attributes: Sequence[str] = (),
        overlapping: bool = False,
        ring_fenced: Sequence[str] = (),
        title: str = "",
        money: str = "GBP million",
        price_base: str = "",
    ) -> Scenario:
        """Make a scenario from DataFrames.

        Parameters
        ----------
        areas, pot, bids, objectives, national, targets, programmes, options, option_years
            The tables, with columns as the manual lists them; money in the unit ``money``. Bids are needed unless
            there are programmes.
        years
            Consecutive financial years, ``["2026-27", "2027-28"]``.
        rules
            A mapping, as the section ``[rules]``, or a DataFrame, as the table rules.
        rule_rows
            The table rules, where ``rules`` is a mapping.
        stages, equity, convergence, inclusion, derive
            As the sections of these names; an empty mapping derives by the defaults.
        attributes
            Further numeric columns of areas.
        overlapping
            Whether areas may lie within one another, as councils do in their combined authority.
        ring_fenced
            Envelopes into which no money moves from others.
        title, money, price_base
            As in ``scenario.toml``.

        Raises
        ------
        BadInputError
            With everything that is wrong.
        """
        import pandas as pd

        if isinstance(rules, pd.DataFrame):
            rules, rule_rows = None, rules
        settings = {
            "schema": SCHEMA,
            "title": title,
            "money": money,
            "price_base": price_base,
            "years": years,
            "attributes": attributes,
            "overlapping": overlapping,
            "ring_fenced": ring_fenced,
            "rules": rules,
            "equity": equity,
            "stages": stages,
            "convergence": convergence,
            "inclusion": inclusion,
            "derive": derive,
        }
        tables = {
            "areas": areas,
            "objectives": objectives,
            "national": national,
            "pot": pot,
            "bids": bids,
            "targets": targets,
            "programmes": programmes,
            "options": options,
            "option_years": option_years,
            "rules": rule_rows,
        }
        report = Report()
        return from_raw(settings, "settings", raw_tables(tables, report), report)

    def with_(
        self,
        *,
        rules: Mapping[str, float | None] | pd.DataFrame | None = None,
        stages: Mapping[str, Any] | None = None,
        equity: Mapping[str, Any] | EllipsisType | None = ...,
        convergence: Mapping[str, Any] | EllipsisType | None = ...,
        inclusion: Mapping[str, Any] | EllipsisType | None = ...,
        derive: Mapping[str, Any] | EllipsisType | None = ...,
        years: Sequence[str] | None = None,
        attributes: Sequence[str] | None = None,
        overlapping: bool | None = None,
        ring_fenced: Sequence[str] | None = None,
        title: str | None = None,
        money: str | None = None,
        price_base: str | None = None,
        rule_rows: pd.DataFrame | EllipsisType | None = ...,
        **tables: pd.DataFrame | None,
    ) -> Scenario:
        """Return a changed copy, checked again.

        Parameters
        ----------
        rules, stages, equity, convergence, inclusion, derive
            Merged key by key with what is there; None removes a key, and of all but rules and stages the section. A
            DataFrame of rules replaces the table.
        years, attributes, overlapping, ring_fenced, title, money, price_base
            Replaced. The money is not converted.
        tables
            Given rows, replaced as a whole, by name; None leaves the table out. What follows from programme lines is
            derived again; :meth:`derived` makes its rows given ones.

        Raises
        ------
        BadInputError
            With everything that is wrong.
        """
        import pandas as pd

        if isinstance(rules, pd.DataFrame):
            rules, rule_rows = None, rules
        if not isinstance(rule_rows, EllipsisType):
            tables["rules"] = rule_rows
        unknown = set(tables) - set(TABLES)
        if unknown:
            raise TypeError(f"a scenario has no {', '.join(sorted(unknown))}")
        sections = {"equity": equity, "convergence": convergence, "inclusion": inclusion, "derive": derive}
        changes = {"rules": rules, "stages": stages}
        changes |= {name: section for name, section in sections.items() if isinstance(section, Mapping)}
        if not changes.get("equity", True):
            del changes["equity"]
        settings = self.settings.as_dict()
        settings.pop("expect", None)  # what it counts is the source, not a changed copy
        for name in [name for name, section in sections.items() if section is None]:
            settings.pop(name, None)
        settings = merged(settings, {key: value for key, value in changes.items() if value is not None})
        replaced = {
            "years": years,
            "attributes": attributes,
            "overlapping": overlapping,
            "ring_fenced": ring_fenced,
            "title": title,
            "money": money,
            "price_base": price_base,
        }
        settings |= {key: value for key, value in replaced.items() if value is not None}
        report = Report(quiet=not tables)  # what the tables gave cause to note was noted when they came
        report.keep_source_notes(self._notes, tables)
        return from_raw(settings, "settings", raw_tables({**self._with_rows(), **tables}, report), report)

    def levers(self) -> pd.DataFrame:
        """List what can be pulled, see :meth:`with_levers`.

        Returns
        -------
        lever, label, kind (``factor``, ``value`` or ``switch``), now, least, most, unit, linear (whether
        :func:`singlepot.goal` can ask for it); NaN where nothing is set, or amounts are of several units.
        """
        import pandas as pd

        listed = levers_of(self.settings.as_dict(), frames_of(self._tables)).values()
        names = ("label", "kind", "now", "least", "most", "unit", "linear")
        return pd.DataFrame([{"lever": one.name, **{name: getattr(one, name) for name in names}} for one in listed])

    def with_levers(self, levers: Mapping[str, object] | Sequence[tuple[str, object]]) -> Scenario:
        """Return a copy with levers pulled one after another, checked again; its title begins with what they changed.

        Parameters
        ----------
        levers
            Values by lever, or pairs of both. ``pot``, ``pot.YEAR``, ``pot.ENVELOPE``, ``pot.ENVELOPE.YEAR``,
            ``bids``, ``national``, ``national.OBJECTIVE`` and ``national.OBJECTIVE.YEAR`` multiply what is there, by
            0.9 or "-10%"; "9.5bn" is a pot's total. ``weight.OBJECTIVE``, ``priority.OBJECTIVE``, ``rules.RULE``,
            ``give.STAGE``, ``equity.elasticity``, ``derive.KEY``, ``derive.theme.THEME.KEY`` and ``lock.AREA`` (the
            share of its bid that an area gets in every cell) are set; "off" removes a rule, what a stage gives, a lock,
            and ``equity``.

        Raises
        ------
        BadInputError
            With everything that is wrong.

        Examples
        --------
        >>> import singlepot
        >>> bucks = singlepot.read_scenario("bucks-and-burnley")
        >>> bucks.with_levers({"pot": "-10%", "lock.burnley": 1}).settings.title.partition(": ")[0]
        'pot £196.0m → £176.4m (−10%); grant lock of Burnley off → 100%'
        """
        report = Report()
        before = frames_of(self._given)
        settings, tables = pull(self.settings.as_dict(), before, levers, report, derived=self._derived.rows)
        settings.pop("expect", None)
        report.keep_source_notes(self._notes, [name for name in tables if tables[name] is not before[name]])
        given = {name: table if len(table) else None for name, table in tables.items()}
        return from_raw(settings, "levers", raw_tables(given, report), report)

    def derived(self) -> Scenario:
        """Return the scenario with all derived rows as given ones, without programme lines and ``[derive]``.

        It settles to the same tables; what is assumed stands in its log. A scenario that derives nothing is returned
        as it is.
        """
        if not self._derived.rows:
            return self
        settings = self.settings.as_dict()
        settings.pop("derive", None)
        settings.pop("expect", None)
        settings["log"] = merged({"assumptions": self.assumptions}, settings.get("log", {}))
        tables: dict[str, object] = {name: table.frame if len(table) else None for name, table in self._tables.items()}
        tables[PROGRAMMES] = None
        report = Report(quiet=True)
        report.keep_source_notes(self._notes)
        return from_raw(settings, "settings", raw_tables(tables, report), report)

    @property
    def settings(self) -> Settings:
        """What ``scenario.toml`` says."""
        return self._settings

    @property
    def notes(self) -> tuple[Diagnostic, ...]:
        """Warnings and notes of its reading: possible mistakes, and what was certain and passed over.

        They are no part of what it says: equality and hash pass over them.
        """
        return self._notes

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """All ten tables by name; an absent one has its required columns and no rows.

        Texts are text (empty: ""), numbers float64 (empty: NaN). Rows stand in the user's order, derived ones behind.
        """
        return FrozenMapping(copied(frames_of(self._tables)))

    @property
    def given(self) -> Mapping[str, pd.DataFrame]:
        """All ten tables by name as they were given and are written: without derived rows."""
        return FrozenMapping(copied(frames_of(self._given)))

    @property
    def derived_rows(self) -> Mapping[str, pd.DataFrame]:
        """Rows of bids, targets, options and option_years that follow from programme lines, by table."""
        return FrozenMapping(copied(dict(self._derived.rows)))

    @property
    def assumed_options(self) -> tuple[int, int]:
        """How many options rest on assumptions, and how many there are."""
        options = self._tables["options"]
        return int((options.array(ORIGIN, "") == "assumed").sum()), len(options)

    @property
    def assumptions(self) -> dict[str, dict[str, str]]:
        """What derived options rest on that no area states, as entries of ``[log.assumptions]`` by name."""
        return derived_assumptions(self._derived.in_use)

    @property
    def areas(self) -> pd.DataFrame:
        """The table areas."""
        return copied(self._tables["areas"].frame)

    @property
    def objectives(self) -> pd.DataFrame:
        """The table objectives."""
        return copied(self._tables["objectives"].frame)

    @property
    def national(self) -> pd.DataFrame:
        """The table national."""
        return copied(self._tables["national"].frame)

    @property
    def pot(self) -> pd.DataFrame:
        """The table pot."""
        return copied(self._tables["pot"].frame)

    @property
    def bids(self) -> pd.DataFrame:
        """The table bids."""
        return copied(self._tables["bids"].frame)

    @property
    def targets(self) -> pd.DataFrame:
        """The table targets."""
        return copied(self._tables["targets"].frame)

    @property
    def programmes(self) -> pd.DataFrame:
        """The table programmes."""
        return copied(self._tables["programmes"].frame)

    @property
    def options(self) -> pd.DataFrame:
        """The table options."""
        return copied(self._tables["options"].frame)

    @property
    def option_years(self) -> pd.DataFrame:
        """The table option_years."""
        return copied(self._tables["option_years"].frame)

    @property
    def rules(self) -> pd.DataFrame:
        """The table rules; the general rules are in ``settings.rules``."""
        return copied(self._tables["rules"].frame)

    @property
    def envelopes(self) -> tuple[str, ...]:
        """The envelopes, in the order in which the pot names them."""
        return stored_envelopes(self._tables["pot"])

    def filled(self, table: str) -> pd.DataFrame:
        """Return a table with every column there and every default filled in.

        In ``option_years`` the columns are area, option, year, ``grant_ENVELOPE`` for every envelope and one
        for each objective, 0 where nothing changes; columns kept and ignored are left out.
        """
        return fill(table, frames_of(self._tables), self.settings.attributes)

    def columns(self, table: str) -> Columns:
        """Internal: the columns of :meth:`filled` as arrays, numbers as floats and texts as objects."""
        return fill_columns(table, self._tables, self.settings.attributes)

    def documents(self) -> dict[str, bytes]:
        """Return the scenario as files, name → content: scenario.toml, and a CSV for each table with rows."""
        return scenario_documents(self._settings, frames_of(self._given))

    @property
    def sha256(self) -> str:
        """Hash of everything that the scenario says: the same for the same documents."""
        digest = hashlib.sha256()
        for name, content in sorted(self.documents().items()):
            digest.update(name.encode() + b"\0" + content + b"\0")
        return digest.hexdigest()

    def _with_rows(self) -> dict[str, pd.DataFrame | None]:
        return {name: table.frame if len(table) else None for name, table in self._given.items()}

    def __eq__(self, other: object) -> bool:
        """Whether settings and tables are the same, columns and rows in the same order."""
        if not isinstance(other, Scenario):
            return NotImplemented
        return self._settings == other._settings and all(
            table.equals(other._given[name]) for name, table in self._given.items()
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """Title and size in one line."""
        title = f" {self.settings.title!r}" if self.settings.title else ""
        return f"<Scenario{title}: {_size(self)}>"

    def _repr_html_(self) -> str:
        """Title, size and the length of every table, for notebooks."""
        import pandas as pd

        rows = [(name, len(table), ", ".join(table.columns)) for name, table in self._tables.items() if len(table)]
        return rich(
            self.settings.title or "Scenario",
            f"{_size(self)}; {self.settings.money}",
            rich_table("Tables", pd.DataFrame(rows, columns=["table", "rows", "columns"])),
        )


def from_raw(
    written: Mapping[str, object] | None,
    file: str,
    raw: Mapping[str, RawTable],
    report: Report,
    line_of: Mapping[str, int | str] | None = None,
) -> Scenario:
    """Make a scenario of settings and tables as a reader took them.

    Parameters
    ----------
    written
        The settings, nested as in ``scenario.toml``; None where they could not be read, which is in the report.
    file
        What to call the settings in messages.
    raw
        The tables by name.
    report
        The problems so far; those found here are added.
    line_of
        Line of each key of the settings, or in words where it stands.

    Raises
    ------
    BadInputError
        With everything that is wrong.
    """
    if written is None:
        settings, unusable = Settings(years=()), frozenset(Settings.__dataclass_fields__)
    else:
        settings, unusable = read_settings(written, report, file, line_of)
    checked = check_tables(raw, settings, unusable, report, file)
    report.stop_if_any()
    return _made(settings, checked, report.notes)


def _made(settings: Settings, checked: Checked, notes: tuple[Diagnostic, ...]) -> Scenario:
    scenario = object.__new__(Scenario)
    object.__setattr__(scenario, "_settings", settings)
    object.__setattr__(scenario, "_given", checked.given)
    object.__setattr__(scenario, "_tables", checked.settled)
    object.__setattr__(scenario, "_derived", checked.derived)
    object.__setattr__(scenario, "_notes", notes)
    return scenario


def _size(scenario: Scenario) -> str:
    counts = {
        "area": len(scenario._tables["areas"]),
        "year": len(scenario.settings.years),
        "objective": len(scenario._tables["objectives"]),
        "option": len(scenario._tables["options"]),
    }
    return ", ".join(f"{count} {noun}{'s' if count != 1 else ''}" for noun, count in counts.items())
