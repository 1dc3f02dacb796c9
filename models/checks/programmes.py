"""Checks of programme lines: what each row says, what belongs to a line, and lines against totals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import numpy as np

from ..diagnostics.problems import did_you_mean, one_of, shown
from ..money import spoken
from ..programmes.derivation import Derivation
from ..programmes.levels import NEW, NEW_TO_DATE
from ..programmes.moves import percent
from ..settings.settings import Settings
from ..tables.plain_words import assumed_words
from ..tables.schema import ORIGIN, SCALE_BACK
from .parsing import Parsed
from .programme_rows import ItemRows

Tables = Mapping[str, Parsed]


def check_items(rows: ItemRows, settings: Settings, envelopes: Sequence[str], objectives: Sequence[str]) -> None:
    """Check each row by itself: its item, sign, gaps, and what it holds.

    Parameters
    ----------
    rows
        The rows, one for each area, line and item.
    settings
        The settings.
    envelopes, objectives
        Names and keys that items may have.
    """
    parsed = rows.parsed
    grants = ["grant"] if len(envelopes) == 1 else []
    known = [*grants, *(f"grant_{envelope}" for envelope in envelopes), *objectives]
    for at, item in enumerate(rows.item):
        row = int(rows.first[at])
        if rows.across[at] < 0:
            expected = "one of " + one_of(known, 12)
            parsed.complain("SP-P008", row, "item", shown(item), expected, did_you_mean(item, known))
        elif rows.money[at]:
            _check_money(rows, at, settings)
        else:
            _check_outcome(rows, at)


def _check_money(rows: ItemRows, at: int, settings: Settings) -> None:
    expected = f"a number ≥ 0 in {settings.money}"
    for year in np.flatnonzero(rows.values[at] < 0):
        rows.complain(
            "SP-D013", at, int(year), f"{rows.values[at, year]:g}", expected, "money of a line is not negative"
        )
    for column in ("holds", "lasts"):
        if rows.says(at, column):
            remedy = "leave the cell empty: money is of its year"
            rows.parsed.complain(
                "SP-P017", int(rows.first[at]), column, rows.says(at, column), "an outcome row", remedy
            )


def _check_outcome(rows: ItemRows, at: int) -> None:
    values = rows.values[at]
    filled: list[int] = np.flatnonzero(~np.isnan(values)).tolist()
    for year in range(filled[0], len(values)) if filled else ():
        if np.isnan(values[year]):
            remedy = "write 0 if there is none in that year, or the number"
            rows.complain("SP-P009", at, year, "an empty cell", f"a number, as in {rows.years[filled[0]]}", remedy)
    row = int(rows.first[at])
    if rows.says(at, "lasts") and rows.holds[at] not in (NEW, NEW_TO_DATE):
        remedy = "write new or new_to_date in holds, or leave lasts empty"
        rows.parsed.complain("SP-P017", row, "lasts", rows.says(at, "lasts"), "a row that holds starts", remedy)
    if rows.holds[at] == NEW_TO_DATE:
        for before, year in pairwise(filled):
            if values[year] < values[before]:
                expected = f"at least {values[before]:g}, the starts to date of {rows.years[before]}"
                rows.complain(
                    "SP-P010", at, int(year), f"{values[year]:g}", expected, "write new if they are a year's starts"
                )


def check_line_figures(rows: ItemRows) -> None:
    """Check the names of lines and what belongs to a line: shares of outcomes need their share of money."""
    parsed = rows.parsed
    names: dict[tuple[str, str], str] = {}
    for line, (area, name) in enumerate(rows.lines):
        row = int(rows.line_row[line])
        other = names.setdefault((area, name.casefold()), name)
        expected = ""
        if name.casefold().startswith(SCALE_BACK):
            expected = f"a name that does not begin with {SCALE_BACK}"
        elif ";" in name:
            expected = "a name without semicolon"
        elif other != name:
            expected = f"another name than that of the line {shown(other)}, capitals aside"
        if expected:
            parsed.complain("SP-P013", row, "line", shown(name), expected, "rename the line")
        for share in ("most", "least"):
            if not np.isnan(rows.figure(f"{share}_outcome")[line]) and np.isnan(rows.figure(share)[line]):
                remedy = f"fill in {share}: the share of its money that brings this share of its outcomes"
                value = f"{rows.figure(f'{share}_outcome')[line]:g}"
                parsed.complain("SP-P012", row, f"{share}_outcome", value, f"a value of {share} as well", remedy)


def check_derivation(rows: ItemRows, derivation: Derivation, bids: Parsed, targets: Parsed, settings: Settings) -> None:
    """Check lines against totals, sums of side effects, and that curves bend the right way."""
    axes, parsed = derivation.axes, rows.parsed

    def money(amount: float) -> str:
        return spoken(amount, settings.money)

    for totals, table, labels, say in (
        (derivation.bids, bids, axes.envelopes, money),
        (derivation.targets, targets, tuple(axes.objectives), "{:,.6g}".format),
    ):
        for a, m, t in zip(*np.nonzero(totals.below), strict=True):
            what = f"{axes.areas[a]} {labels[m]} {axes.years[t]}"
            value = f"{say(float(totals.sums[a, m, t]))} in the lines of {what}"
            expected = f"at most {say(float(totals.total[a, m, t]))}, the total in {table.table.name}"
            remedy = "correct the total or a line, or mark a line as reserve"
            parsed.complain("SP-P003", rows.row_of_cell(int(a), table is bids, int(m)), "", value, expected, remedy)
        for a, m, t in zip(*np.nonzero(totals.uncovered), strict=True):
            what = f"{axes.areas[a]} {labels[m]} {axes.years[t]}"
            value = f"{say(float(totals.sums[a, m, t]))} in its lines and no row in {table.table.name} for {what}"
            remedy = f"add the row, or delete the rows of the area in {table.table.name}: its lines are then the total"
            row = rows.row_of_cell(int(a), table is bids, int(m))
            parsed.complain("SP-P014", row, "", value, "a total for every cell of its lines", remedy)
    _check_side_effects(rows, derivation)
    for line in np.flatnonzero(derivation.curves.contradictory):
        figure = {name: values[line] for name, values in derivation.lines.figures.items()}
        value = (
            f"{percent(figure['most_outcome'] - 1)} more outcome for {percent(figure['most'] - 1)} more money, "
            f"and {percent(1 - figure['least_outcome'])} less for {percent(1 - figure['least'])} less"
        )
        remedy = "lower most_outcome or least_outcome: the line would be taken up and down at once"
        expected = "money that brings no more when added than it costs when taken away"
        parsed.complain("SP-P004", int(rows.line_row[line]), "most_outcome", value, expected, remedy)


def _check_side_effects(rows: ItemRows, derivation: Derivation) -> None:
    axes, targets = derivation.axes, derivation.targets
    keys = tuple(axes.objectives)
    for a, k, t in zip(*np.nonzero(~targets.stated[:, None, None] & (np.nan_to_num(targets.sums) < 0)), strict=True):
        value = f"{targets.sums[a, k, t]:g} of {keys[k]} in {axes.years[t]} in all lines of {axes.areas[a]}"
        row = rows.row_of_cell(int(a), False, int(k))
        rows.parsed.complain("SP-P011", row, "", value, "a sum ≥ 0: a proposed target", "leave the row out")


def check_names(rows: ItemRows, derivation: Derivation) -> None:
    """Check that no two derived options of an area have one name."""
    lines, moves = derivation.movable, derivation.moves
    names: dict[tuple[int, str], int] = {}
    for at, name in enumerate(moves.name):
        line = int(moves.line[at])
        other = names.setdefault((int(lines.area[line]), name.casefold()), line)
        if other != line:
            row = int(rows.line_row[min(line, other)])
            value = f"{shown(lines.name[min(line, other)])}, whose option {shown(name)} another line has too"
            rows.parsed.complain("SP-P013", row, "line", value, "a name of its own for every option", "rename the line")


def check_assumed(options: Parsed) -> None:
    """Say how many options rest on assumptions."""
    assumed = int(options.text(ORIGIN).where(lambda word: word == "assumed").sum())
    if assumed:
        value = assumed_words(assumed, options.rows)
        remedy = "ask areas for their numbers, or call the settlement illustrative"
        options.complain("SP-P001", value=value, expected="numbers of the areas", remedy=remedy)


def check_repeated(rows: ItemRows) -> None:
    """Doubt outcome rows that say the same in every year and not what they count."""
    for at in np.flatnonzero(~rows.money):
        values = rows.values[at][~np.isnan(rows.values[at])]
        if len(values) > 1 and values[0] != 0 and (values == values[0]).all() and not rows.says(int(at), "holds"):
            value = f"{values[0]:g} in {len(values)} years"
            remedy = "write level in holds if it is the same contribution each year, new if as many start each year"
            rows.parsed.complain("SP-P006", int(rows.first[at]), "holds", value, "what the row holds", remedy)


def check_derive(
    settings: Settings, themes: Sequence[str], objectives: Sequence[str], complain: Callable[[str, str, str, str], None]
) -> None:
    """Check that themes and objectives of ``[derive]`` are there."""
    if settings.derive is None:
        return
    for name in settings.derive.theme:
        if name not in themes:
            expected = "one of " + one_of(themes, 12) if themes else "a theme of the table programmes"
            complain(f"derive.theme.{name}", shown(name), expected, did_you_mean(name, themes))
    for key in settings.derive.unit_cost:
        if key not in objectives:
            expected = "one of " + one_of(objectives, 12) if objectives else "a key of objectives"
            complain(f"derive.unit_cost.{key}", shown(key), expected, did_you_mean(key, objectives))
