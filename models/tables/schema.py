"""Schema of the tables of a scenario, column by column: parsing, checks and documentation read it."""

from __future__ import annotations

import math

from .column import Column as Column
from .column import Table as Table
from .output import OUTPUT
from .rule_kinds import AREA, BASES, LEVELS, SELECTORS, WRITTEN

PROGRAMMES = "programmes"
"""The table of programme lines, whose columns stand beside no objective or envelope."""

ORIGIN = "origin"
"""Column of ``options`` that says where an option comes from."""

BASE = "base"
"""Column of ``national`` with what shares of a shortfall are counted of."""

USED = "used"
"""Column of ``options`` that says how much of an option was taken before."""

SCHEME = "scheme"
"""Column of ``options`` that says which joint scheme of several areas an option is a part of."""

TOTAL = "total"
"""The envelope of a scenario that names none."""

CENTRE = "centre"
"""The type of an area that may hold options and targets and never bids."""

SCALE_BACK = "scale-back"
"""How the names of implied options begin."""

RESERVED = ("whole", *(column.name for column in OUTPUT["asks"].columns if not column.per))
"""Names kept for later use, and those of columns of a settlement beside which objectives have theirs."""

NAN = math.nan


AREA_CODES = (
    *("area code", "authority code", "local authority code", "la code", "lad code", "ons code", "gss code", "ecode"),
    *("geography code", "area codes", "organisation code"),
)
"""What published tables call the code of an area."""

AREA_NAMES = (
    *("area name", "authority", "authority name", "local authority", "local authority name", "la name", "lad name"),
    *("geography", "geography name", "council", "organisation", "place"),
)
"""What published tables call the name of an area."""


def _area(explanation: str = "Code of the area.", required: bool = True) -> Column:
    return Column("area", "label", explanation, required, refers="area", also=("code", *AREA_CODES, *AREA_NAMES))


def _objective(required: bool = True, explanation: str = "Key of the objective.") -> Column:
    return Column("objective", "label", explanation, required, refers="objective")


def _year(required: bool = True, explanation: str = "Financial year.") -> Column:
    return Column("year", "year", explanation, required, refers="year", also=YEARS)


YEARS = ("financial year", "fiscal year", "fy", "years", "time period", "period", "date")
"""What published tables call the year."""


def _envelope(explanation: str = "Part of the pot.", default: str = TOTAL) -> Column:
    return Column("envelope", "label", explanation, default=default, refers="envelope")


def _money(
    name: str, explanation: str, required: bool = False, default: float = NAN, also: str = "", absent: str = ""
) -> Column:
    calls = tuple(also.split(", ")) if also else ()
    return Column(name, "number", explanation, required, default, least=0, unit="money", also=calls, absent=absent)


LINES = ("programme", "programme line", "project", "scheme", "project name", "scheme name")
"""What published tables call a programme line."""


def _share(name: str, explanation: str, *, least: float, most: float = math.inf, below: float = math.inf) -> Column:
    return Column(name, "number", explanation, default=NAN, least=least, most=most, below=below)


TABLES = {
    table.name: table
    for table in (
        Table(
            "areas",
            "The authorities that may hold a grant, and the centre.",
            (
                Column("code", "label", "Code by which all tables name the area.", True, also=("area", *AREA_CODES)),
                Column("name", "text", "Name of the area.", True, also=AREA_NAMES),
                Column("type", "label", "Kind of authority; `centre` has options and targets and no bid."),
                Column("region", "label", "Region, for rules about regions."),
                Column("recipient", "text", "Body that receives the grant."),
                Column("contact", "text", "Whom to ask."),
                Column("population", "number", "People who live there.", False, NAN, least=0, unit="people"),
            ),
            key=("code",),
            required=True,
            open_to="attribute",
        ),
        Table(
            "objectives",
            "What is counted, beside money.",
            (
                Column("key", "key", "Key by which all tables name the objective.", True),
                Column("name", "text", "Name of the objective.", True),
                Column("unit", "text", "Unit of a contribution.", True),
                Column(
                    "direction",
                    "word",
                    "Whether the measure should rise or fall; contributions count as positive either way.",
                    default="increase",
                    words=("increase", "decrease"),
                ),
                Column("weight", "number", "Weight in the national shortfall.", False, 1.0, least=0),
                Column("priority", "whole", "Priority 1 is settled before 2.", False, 1.0, least=1),
                Column("baseline", "label", "Attribute with the measure today.", refers="attribute"),
                Column("per", "label", "Attribute that the rate is per.", refers="attribute"),
                Column("rate_unit", "text", "Unit of the rate."),
            ),
            key=("key",),
        ),
        Table(
            "national",
            "The national objectives.",
            (
                _objective(),
                Column("year", "years", "Year, or range of years to be added up.", True, refers="year"),
                Column(
                    "target",
                    "number",
                    "Contribution wanted of all areas.",
                    True,
                    above=0,
                    unit="the objective's unit",
                    also=("value", "national target"),
                    absent="delete the row if the nation has no target there; else find it out",
                ),
                Column(
                    BASE,
                    "number",
                    "What shares of its shortfall are counted of; empty: the target.",
                    default=NAN,
                    above=0,
                    unit="the objective's unit",
                ),
            ),
            key=("objective", "year"),
        ),
        Table(
            "pot",
            "The national pot; rows of one year and envelope are added up.",
            (
                _year(),
                _money(
                    "amount",
                    "Money in the pot.",
                    True,
                    also="pot, budget, funding, total, value",
                    absent="find the amount out: every year of the pot has one",
                ),
                _envelope(),
                Column("source", "text", "Department that the money comes from."),
            ),
            key=(),
            required=True,
        ),
        Table(
            "bids",
            "What each area asks for.",
            (
                _area(),
                _year(),
                _money(
                    "amount",
                    "Grant asked for; a bid of zero is a bid.",
                    True,
                    also="bid, grant, funding, request, requested, total, value",
                    absent="delete the row if the area makes no bid; else find the amount out",
                ),
                _envelope(),
                _money("reference", "Money to compare with, for instance last year's."),
            ),
            key=("area", "year", "envelope"),
            required=True,
            unless="programmes",
        ),
        Table(
            "targets",
            "What each area proposes.",
            (
                _area(),
                _objective(),
                _year(),
                Column(
                    "target",
                    "number",
                    "Contribution proposed.",
                    True,
                    least=0,
                    unit="the objective's unit",
                    also=("value", "proposed target", "contribution"),
                    absent="delete the row if the area proposes no target; else find it out",
                ),
                Column(
                    "weight",
                    "number",
                    "The area's own weight for the objective, the same in all years.",
                    False,
                    1.0,
                    above=0,
                ),
            ),
            key=("area", "objective", "year"),
        ),
        Table(
            PROGRAMMES,
            "What each area's programme lines cost and bring; bids, targets and options follow from them.",
            (
                _area(),
                Column("line", "label", "Name of the line within its area.", True, also=LINES),
                Column("item", "label", "`grant`, `grant_ENVELOPE`, or the key of an objective.", True),
                _year(False, "Financial year, where the years do not stand across."),
                Column(
                    "value", "number", "Money or outcome of the year, where the years do not stand across.", default=NAN
                ),
                Column(
                    "holds",
                    "word",
                    "What an outcome row holds: a year's contribution, what starts in the year, or either added up "
                    "so far.",
                    default="level",
                    words=("level", "new", "new_to_date", "level_to_date"),
                ),
                Column("lasts", "whole", "Years that a start lasts; empty: to the end.", default=NAN, least=1),
                Column("theme", "text", "Component of the options that follow, and theme of `[derive.theme.NAME]`."),
                Column("reserve", "whole", "1: on the reserve list, and not in the bid.", default=0.0, least=0, most=1),
                _share("most", "At most this share of its money the line could use.", least=1),
                _share("most_outcome", "Share of its outcomes that it would then bring.", least=1),
                _share("least", "At least this share of its money it needs.", least=0, most=1),
                _share("least_outcome", "Share of its outcomes that it would then bring.", least=0, below=1),
                _share("efficiency", "Share of its money that could go with outcomes unchanged.", least=0, most=1),
                _share("stretch", "Share of its outcomes that could be added without grant.", least=0),
                _money("stretch_cost", "What that costs the area itself, over all years."),
            ),
            key=("area", "line", "item", "year"),
            open_to="year",
        ),
        Table(
            "options",
            "Moves away from the bid that an area could make.",
            (
                _area(),
                Column("option", "label", "Name by which the tables name the option within its area.", True),
                Column("name", "text", "What the option is called in reports."),
                Column("component", "text", "Part of the programme that it belongs to."),
                _money("own_cost", "What take-up 1 costs the area itself, over all years.", default=0.0),
                Column("max_take_up", "number", "Largest take-up.", False, 1.0, least=0),
                Column(
                    "group",
                    "label",
                    "Options of one group share one programme: their shares add up to at most 1.",
                ),
                Column("requires", "text", "Options, separated by `;`, that must be taken up at least as far."),
                Column(
                    SCHEME,
                    "label",
                    "Joint scheme: its parts in different areas are taken up by one share of their largest take-up.",
                ),
                Column(
                    USED, "number", "Share of the largest take-up that was taken before.", False, 0.0, least=0, most=1
                ),
                Column(
                    ORIGIN,
                    "word",
                    "Where its numbers come from: this table, the area's programme lines alone, or assumptions.",
                    default="given",
                    words=("given", "stated", "assumed"),
                ),
            ),
            key=("area", "option"),
        ),
        Table(
            "option_years",
            "What each option changes, at take-up 1, year by year.",
            (
                _area(),
                Column("option", "label", "Name of the option.", True, refers="option"),
                _year(),
                Column("grant", "number", "Change of the grant.", False, 0.0, unit="money"),
            ),
            key=("area", "option", "year"),
            open_to="objective",
        ),
        Table(
            "rules",
            "Limits; the row that chooses more particularly wins over the others and over the general rules.",
            (
                Column("rule", "word", "Which rule.", True, words=WRITTEN),
                Column(
                    "value", "number", "Its value.", True, least=0, absent="delete the row if there is no such rule"
                ),
                Column(
                    "basis",
                    "word",
                    "What the value is a share or number of; least: of the smaller of bid and reference.",
                    default="bid",
                    words=BASES,
                ),
                _area("Only this area.", False),
                Column("region", "label", "Only areas of this region."),
                Column("type", "label", "Only areas of this type."),
                Column("recipient", "label", "Only this recipient, or areas whose grant it holds."),
                Column(
                    "level",
                    "word",
                    "Whether each area has the limit, or each recipient for its members together.",
                    default=AREA,
                    words=LEVELS,
                ),
                _envelope("Only this envelope.", ""),
                _objective(False, "Only this objective."),
                _year(False, "Only this year."),
                Column("option", "label", "Only this option, which may be a scale-back."),
            ),
            key=("rule", "level", *SELECTORS),
        ),
    )
}
"""The ten tables by name, in the order in which they are read and written."""


def of_year(year: str) -> Column:
    """Describe the column of ``programmes`` that holds the money or outcomes of a year."""
    return Column(year, "number", "Money or outcome of the year.", False, NAN)


def attribute(name: str) -> Column:
    """Describe the column of an attribute that ``scenario.toml`` lists."""
    return Column(name, "number", "Attribute of the area.", False, NAN)


def outcome(key: str) -> Column:
    """Describe the column of ``option_years`` that holds the change of an objective."""
    return Column(key, "number", "Change of the objective.", False, 0.0, unit="the objective's unit")


def grant_of(envelope: str) -> Column:
    """Describe the column of ``option_years`` that holds the change of the grant of an envelope."""
    return Column(f"grant_{envelope}", "number", "Change of the grant.", False, 0.0, unit="money")


def kept(name: str) -> bool:
    """Whether a column is kept and ignored: ``note``, or a name that begins with ``_``."""
    return name == "note" or name.startswith("_")


def column_names() -> frozenset[str]:
    """Names that no objective and no envelope may have."""
    fixed = {column.name for table in TABLES.values() if table.name != PROGRAMMES for column in table} - {
        ORIGIN,
        SCHEME,
        USED,
        BASE,
    }
    return frozenset(fixed | {"note", *RESERVED})
