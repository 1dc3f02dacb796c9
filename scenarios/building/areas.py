"""Tables added up along the register of official codes: parts to what contains them, former codes to current ones."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from singlepot.models.checks.register import register
from singlepot.models.diagnostics.problems import Diagnostic, Report, list_words, one_of, shown
from singlepot.solver import BadOptionError

from ..importing.roll_up import direct_members, equal_to_members, target_of
from ..importing.totals import digits_of

How = Literal["members", "parts"]

APART = ("year", "envelope", "objective", "line", "item", "option")
"""Columns that keep the rows of an area apart whatever they hold."""


def add_up(table: pd.DataFrame, to: str | Iterable[str], how: How = "members") -> pd.DataFrame:
    """Add up the rows of a table to larger areas, along the register of official codes.

    Former codes count for what replaced them. Rows of areas that lie in none of ``to`` are left out.

    Parameters
    ----------
    table
        A table with a column ``area`` or ``code`` of codes. Its numbers are added up; columns of text, apart from
        ``name``, keep rows apart, as ``year`` does. A sum is missing where one of its numbers is.
    to
        Codes of the areas to which rows are added, one or several; a row with one of them stays.
    how
        What a row is whose parts are in the table as well: their total, which is left out and must equal their sum
        (``members``), or one more part, a county's spending beside its districts' (``parts``).

    Returns
    -------
    A table with the same columns, one row for each area and what keeps rows apart.

    Raises
    ------
    BadOptionError
        One of ``to`` is neither an official code nor one of the table.
    BadInputError
        A code is unknown or was divided among several of the areas, two rows say the same, or a row and its parts do
        not go together as ``how`` says.

    Examples
    --------
    >>> import pandas as pd, singlepot as sp
    >>> jobs = pd.DataFrame({"code": ["E06000001", "E06000002", "E08000021"], "jobs": [30, 40, 90]})
    >>> sp.build.add_up(jobs, ["E47000006"])
            code  jobs
    0  E47000006  70.0
    """
    areas = dict.fromkeys([to] if isinstance(to, str) else to, "")
    codes = _codes(table)
    _check_wholes(list(areas), codes)
    targets = {code: target_of(code, areas) for code in codes}
    known, report = register(), Report(quiet=True)
    for code in codes:
        if not any(targets[code]) and code not in known.names and code not in known.changes:
            remedy = "correct the code, or drop the row"
            report.add(_problem("SP-D021", table, code, "an official code, or one of those to add up to", remedy))
    report.stop_if_any()
    return _summed(table, targets, direct_members(codes), how)


def to_current(table: pd.DataFrame) -> pd.DataFrame:
    """Replace former codes of areas by current ones, and add up what became one area.

    Parameters
    ----------
    table
        A table as :func:`add_up` takes it. Codes that the register does not have stay.

    Returns
    -------
    A table with the same columns, one row for each current area and what keeps rows apart.

    Raises
    ------
    BadInputError
        An area was divided, two rows say the same, or a current area stands beside former ones and is not their sum.

    Examples
    --------
    >>> import pandas as pd, singlepot as sp
    >>> sp.build.to_current(pd.DataFrame({"area": ["E07000187", "E07000188"], "people": [116.0, 125.0]}))
            area  people
    0  E06000066   241.0
    """
    codes = _codes(table)
    targets: dict[str, tuple[str, tuple[str, ...]]] = {}
    members: dict[str, list[str]] = {}
    for code in codes:
        new = register().successors(code) or (code,)
        targets[code] = (new[0], ()) if len(new) == 1 else ("", new)
        if len(new) == 1 and new[0] != code and new[0] in codes:
            members.setdefault(new[0], []).append(code)
    return _summed(table, targets, members, "members")


def _check_wholes(to: Sequence[str], codes: Sequence[str]) -> None:
    """Refuse areas to add up to that nobody knows."""
    known = register()
    unknown = [str(code) for code in to if code not in known.names and code not in known.changes and code not in codes]
    if unknown or not to:
        cause = (
            f"{list_words(map(shown, unknown))} cannot be added up to" if unknown else "there is nothing to add up to"
        )
        raise BadOptionError(cause, "give official codes, such as E47000006, or codes of the table")


def _summed(
    table: pd.DataFrame,
    targets: Mapping[str, tuple[str, Sequence[str]]],
    members_of: Mapping[str, Sequence[str]],
    how: How,
) -> pd.DataFrame:
    """Add up rows to the targets of their codes, without those that are totals of members."""
    column, report = _column(table), Report(quiet=True)
    numbers = _numbers(table)
    apart = [name for name in map(str, table) if name not in (column, "name", *numbers)]
    twice = table.duplicated([column, *apart])
    for code in table.loc[twice, column].astype(str).unique():
        report.add(_problem("SP-D020", table, code, "one row", "leave one of them out, or add a column that differs"))
    for code, (_, parts) in targets.items():
        if parts:
            expected = f"one of its parts: {one_of([register().said(part) for part in parts])}"
            report.add(_problem("SP-I008", table, code, expected, "find out how its numbers divide, or drop the row"))
    report.stop_if_any()
    equal = _equal(table, members_of, apart)
    for code, is_sum in equal.items():
        if is_sum != (how == "members"):
            report.add(_no_whole(table, code, members_of[code], is_sum))
    report.stop_if_any()
    kept = table if how == "parts" else table[~table[column].isin(list(equal))]
    target = kept[column].map({code: whole for code, (whole, _) in targets.items()})
    kept = kept.assign(**{column: target})[target.to_numpy() != ""]
    result = kept.groupby([column, *apart], sort=False, dropna=False)[numbers].agg(math.fsum).reset_index()
    if "name" in table:
        names = dict(zip(table[column], table["name"], strict=True))
        result["name"] = [names.get(code) or register().names.get(code, "") for code in result[column]]
    return pd.DataFrame(result[list(table.columns)])


def _equal(table: pd.DataFrame, members_of: Mapping[str, Sequence[str]], apart: Sequence[str]) -> dict[str, bool]:
    """Return, for each code with members, whether its numbers are the sums of theirs."""
    if not members_of:
        return {}
    column, numbers = _column(table), _numbers(table)
    by_code = table.set_index([column, *apart])[numbers].astype(float)
    wide = by_code.unstack(apart) if apart else by_code
    columns = [(*map(str, label[1:]), str(label[0]), "") if apart else (str(label), "") for label in wide.columns]
    values = wide.to_numpy(dtype=np.float64)
    return equal_to_members(members_of, [str(code) for code in wide.index], values, digits_of(columns, values))


def _numbers(table: pd.DataFrame) -> list[str]:
    return [name for name in map(str, table.select_dtypes("number")) if name not in APART]


def _column(table: pd.DataFrame) -> str:
    """Return the column of codes."""
    for name in ("area", "code"):
        if name in table:
            return name
    raise BadOptionError("the table has no column of codes", 'name it "area" or "code"')


def _codes(table: pd.DataFrame) -> list[str]:
    return [str(code) for code in table[_column(table)].unique()]


def _no_whole(table: pd.DataFrame, code: str, members: Sequence[str], is_sum: bool) -> Diagnostic:
    named = one_of([register().said(member) for member in members], 3)
    if is_sum:
        expected, remedy = f"a further part, not the sum of {named}", 'drop the row, or add up "members"'
    else:
        expected = f"the sum of its members {named}"
        remedy = 'add the member that is lost, or add up "parts" if the row is one more part'
    return _problem("SP-I009", table, code, expected, remedy)


def _problem(code: str, table: pd.DataFrame, area: str, expected: str, remedy: str) -> Diagnostic:
    column = _column(table)
    at = int(np.flatnonzero(table[column].astype(str) == area)[0])
    return Diagnostic(code, "table", "table", f"row {at}", column, register().said(area), expected, remedy)
