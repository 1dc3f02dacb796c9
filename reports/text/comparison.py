"""A comparison of scenarios lists inputs that differ, outcomes, and the areas that gain and lose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from singlepot.models.diagnostics.problems import SETTINGS
from singlepot.models.money import spoken
from singlepot.models.scenario.titles import Titles
from singlepot.models.tables.plain_words import plain

from .lines import (
    SPREAD,
    SPREAD_WORDS,
    count,
    join_sections,
    lay_out,
    number,
    percent,
    round_money,
    setting_words,
    signed_money,
    signed_percent,
    spread,
    wrap,
)
from .stability import stability_lines
from .story import last_national

if TYPE_CHECKING:
    import pandas as pd

    from singlepot.scenarios.many.comparison import Comparison

MOST_SHOWN = 5
"""Gainers, losers and inputs shown for each scenario."""


def comparison_text(comparison: Comparison) -> str:
    """Write a comparison for people, in 80 columns.

    Parameters
    ----------
    comparison
        From :func:`singlepot.compare`.
    """
    sections = [_overview(comparison)]
    for name in comparison.names[1:]:
        sections += _compared(comparison, name)
    return join_sections([*sections, _nesting(comparison), _stability(comparison)])


def verdict(comparison: Comparison, name: str) -> str:
    """Write a sentence on what a scenario changes, with its numbers."""
    rows = {row["scenario"]: row for row in comparison.scenarios.to_dict("records")}
    row, first = rows[name], rows[comparison.names[0]]
    if row["reason"]:
        return f"There is no settlement: {row['reason']}."
    money = comparison.money
    areas = _of(comparison.areas, name)
    more = row["grants"] - first["grants"]
    size = spoken(abs(more), money)
    same = size == spoken(0, money)
    parts = ["As much is granted" if same else f"{size} {'more' if more > 0 else 'less'} is granted"]
    gain, lose = areas[areas["change"] > 0], areas[areas["change"] < 0]
    parts.append(f"{count(len(gain), 'area', 'gain')} and {count(len(lose), 'area', 'lose')}")
    for word, chosen in (("gained", gain), ("lost", lose)):
        if len(chosen):
            top = chosen.iloc[0]
            change = f"{signed_money(top['change'], money)}, {signed_percent(top['share'])}"
            parts.append(f"most is {word} by {top['name']} ({change})")
    if len(gain) and len(lose):
        parts.append(f"{spoken(row['moved'], money)} moves to those who gain")
    parts.append(_shortfall(first["largest_shortfall"], row["largest_shortfall"], "largest"))
    stages = _of(comparison.stages, name)
    total = stages[stages["stage"] == "shortfall.total[1]"]
    if len(total):
        parts.append(_shortfall(total.iloc[0]["before"], total.iloc[0]["after"], "average"))
    return "; ".join(parts) + "."


def _shortfall(before: float, after: float, which: str) -> str:
    if percent(before, 2) == percent(after, 2):
        return f"the {which} shortfall stays at {percent(after, 2)}"
    return f"the {which} shortfall goes from {percent(before, 2)} to {percent(after, 2)}"


def _of(table: pd.DataFrame, name: str) -> pd.DataFrame:
    return table[table["scenario"] == name]


def _overview(comparison: Comparison) -> list[str]:
    header = ("scenario", "granted", "moves", "gain", "lose", SPREAD, "floor", "short")
    rows = []
    for row in comparison.scenarios.to_dict("records"):
        if row["reason"]:
            rows.append((row["scenario"], "no settlement", *[""] * 6))
            continue
        rows.append(
            (
                row["scenario"],
                round_money(row["grants"], comparison.money),
                round_money(row["moved"], comparison.money),
                f"{row['gaining']:.0f}",
                f"{row['losing']:.0f}",
                spread(row[name] for name in ("lowest", "median", "highest")),
                f"{row['on_floor']:.0f}",
                percent(row["largest_shortfall"]),
            )
        )
    title = f"Compared with {comparison.names[0]}: {comparison.scenarios['title'].iloc[0]}"
    key = (
        f"Gain and lose: areas whose grant over all years changes. {SPREAD_WORDS} "
        "Floor: areas on a grant floor. Short: the largest shortfall of a national target."
    )
    return [*wrap(title), *lay_out(header, rows), *wrap(key, "  ")]


def _compared(comparison: Comparison, name: str) -> list[list[str]]:
    title = dict(zip(comparison.scenarios["scenario"], comparison.scenarios["title"], strict=True))[name]
    titles = Titles(comparison.first.scenario)
    head = [*wrap(f"{name}: {title}" if title else name), *_inputs(_of(comparison.inputs, name), titles)]
    head += wrap(verdict(comparison, name), "  ")
    if name in comparison.failures:
        return [head]
    return [head, _gainers_and_losers(comparison, name), _regions(comparison, name), _nation(comparison, name)]


def _inputs(inputs: pd.DataFrame, titles: Titles) -> list[str]:
    """List the inputs that differ, a line for each column: one value by itself, many added up."""
    lines = []
    groups = list(inputs.groupby(["table", "column", "kind"], sort=False))
    for _, rows in groups[: 2 * MOST_SHOWN]:
        row: dict[Any, Any] = rows.to_dict("records")[0]
        table, column, kind = row["table"], row["column"], row["kind"]
        of = "" if table == SETTINGS else f"{plain(table)} "
        what = (of + input_column(table, column, titles)).strip()
        if len(rows) == 1:
            where = row_words(table, row["row"], titles)
            values = f"{f'{where} ' if where else ''}{what}: {_cell(row['before'])} to {_cell(row['after'])}"
        elif rows["change"].notna().all():
            before, after = (rows[side].astype(float).sum() for side in ("before", "after"))
            values = f"{what}: {len(rows)} rows, {number(before)} to {number(after)} in sum"
        else:
            values = f"{what}: {len(rows)} rows"
        lines += wrap(f"Input {kind}: {values}", "  ")
    if len(groups) > 2 * MOST_SHOWN:
        lines.append(f"  ... and {len(groups) - 2 * MOST_SHOWN} more columns, see the table inputs")
    return lines or ["  No input differs."]


def input_column(table: str, column: str, titles: Titles) -> str:
    """Write a column of an input: a setting as people call it, the column of an objective by its title."""
    return setting_words(column) if table == SETTINGS else titles.objectives.get(column) or plain(column)


def row_words(table: str, row: str, titles: Titles) -> str:
    """Write the key of a row of an input with titles of areas, objectives and options."""
    first, *rest = row.split(" ")
    if table in ("options", "option_years") and rest:
        years = rest[1:] if table == "option_years" else []
        return " ".join([titles.of("area", first), titles.option(first, rest[0]), *years])
    return " ".join(titles.areas.get(part) or titles.objectives.get(part) or plain(part) for part in (first, *rest))


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return "nothing" if value != value else number(value)
    return str(value) if value != "" else "nothing"


def _gainers_and_losers(comparison: Comparison, name: str) -> list[str]:
    areas = _of(comparison.areas, name)
    sections: list[str] = []
    for word, chosen in (("gain", areas[areas["change"] > 0]), ("lose", areas[areas["change"] < 0])):
        if len(chosen):
            largest = chosen.head(MOST_SHOWN).to_dict("records")
            rows = [_money_row(row, row["name"], comparison.money) for row in largest]
            sections += lay_out((f"who {word}s most, of {len(chosen)}", "before", "after", "change", ""), rows)
    return sections


def _money_row(row: dict[Any, Any], label: str, money: str) -> tuple[str, ...]:
    return (
        label,
        spoken(row["before"], money),
        spoken(row["after"], money),
        signed_money(row["change"], money),
        signed_percent(row["share"]),
    )


def _regions(comparison: Comparison, name: str) -> list[str]:
    regions = _of(comparison.regions, name)
    if len(regions) < 2 or not (regions["change"] != 0).any():
        return []
    regions = regions.sort_values("change", key=lambda change: -change.abs(), kind="stable")
    rows = [_money_row(row, row["region"] or "no region", comparison.money) for row in regions.to_dict("records")]
    return lay_out(("region", "before", "after", "change", ""), rows)


def _nation(comparison: Comparison, name: str) -> list[str]:
    titles = Titles(comparison.first.scenario)
    rows = [
        (
            f"{titles.of('objective', row['objective'])} {row['year']}",
            number(row["target"]),
            number(row["before"]),
            number(row["after"]),
            percent(row["short_before"], 2),
            percent(row["short"], 2),
        )
        for row in last_national(_of(comparison.nation, name)).to_dict("records")
    ]
    header = ("national objective, last year", "target", "agreed", "now", "short", "now")
    return lay_out(header, rows) if rows else []


def _nesting(comparison: Comparison) -> list[str]:
    lines: list[str] = []
    for smaller, larger in comparison.nested:
        pairs = comparison.nesting
        losers = pairs[(pairs["smaller"] == smaller) & (pairs["larger"] == larger)]
        if not len(losers):
            lines += wrap(f"The larger pot of {larger} takes money from no area that {smaller} gives it.")
            continue
        lost = spoken(-losers["change"].sum(), comparison.money)
        lines += wrap(f"The larger pot of {larger} takes {lost} from {count(len(losers), 'area')}, against {smaller}:")
        rows = [
            (
                row["name"],
                *(spoken(row[side], comparison.money) for side in ("before", "after")),
                signed_money(row["change"], comparison.money),
            )
            for row in losers.head(2 * MOST_SHOWN).to_dict("records")
        ]
        lines += lay_out(("area", "smaller pot", "larger pot", "change"), rows)
    return lines


def _stability(comparison: Comparison) -> list[str]:
    lines: list[str] = []
    for name in dict.fromkeys(comparison.stability["scenario"]) if len(comparison.stability) else ():
        lines += [f"How far grants move with the areas' own numbers, {name}:"]
        lines += stability_lines(_of(comparison.stability, name), comparison.money)
    return lines
