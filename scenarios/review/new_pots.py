"""New pots of years that are left, checked against what was agreed."""

from __future__ import annotations

import numpy as np

from singlepot.models.diagnostics.problems import Report, did_you_mean, one_of, shown
from singlepot.models.scenario.array_types import Floats
from singlepot.models.tables.raw import RawTable

from ..talks.answers.rows import Rows
from .agreement import Agreed

COLUMNS = ("year", "amount", "envelope", "source")


def check_pots(raw: RawTable, agreed: Agreed, years: int, report: Report) -> Floats:
    """Check a table of new pots: they stand in place of those of the years that it names.

    Parameters
    ----------
    raw
        The cells: year, amount, envelope, and source, by which rows are told apart that are added up.
    agreed
        What was agreed.
    years
        How many years are over.
    report
        Takes the problems.

    Returns
    -------
    Pots, E×T, money.

    Raises
    ------
    BadInputError
        With every cell that is wrong.
    """
    data, rows = agreed.data, Rows("pot", raw, report)
    rows.check_columns(COLUMNS, COLUMNS[:2], absent="SP-O001", unknown="SP-O001")
    report.stop_if_any()
    if not len(rows):
        rows.complain("SP-O002", -1, "", "no rows", "a row for each year whose pot changes")
    known = {"year": data.years[years:], "envelope": data.envelopes}
    made = np.full(data.pot.shape, np.nan)
    seen: dict[tuple[str, ...], int] = {}
    for row in range(len(rows)):
        at = {}
        amount = rows.number(row, "amount", "SP-O002", 0.0)
        if not rows.text(row, "amount"):
            rows.complain("SP-O002", row, "amount", "", "a number", "delete the row if the pot does not change")
        for name, labels in known.items():
            text = rows.text(row, name)
            if name == "envelope" and not text and len(labels) == 1:
                text = labels[0]
            if text in labels:
                at[name] = text
                continue
            if name == "year" and text in data.years:
                expected, remedy = f"a year after {data.years[years - 1]}, which is over", "delete the row"
            else:
                expected, remedy = f"one of {one_of(labels)}", did_you_mean(text, labels)
            rows.complain("SP-O002", row, name, shown(text), expected, remedy)
        if len(at) < len(known) or amount is None:
            continue
        key = (*at.values(), rows.text(row, "source"))
        if seen.setdefault(key, row) != row:
            expected = f"another row than {raw.place.row(seen[key])}, which has the same year and envelope"
            rows.complain("SP-O004", row, "", "", expected, "delete one, or name the source of each: they are added up")
        e, t = data.envelopes.index(at["envelope"]), data.years.index(at["year"])
        made[e, t] = np.nan_to_num(made[e, t]) + amount
    named = ~np.isnan(made).all(axis=0)
    for e, t in np.argwhere(np.isnan(made) & named & (data.pot > 0)).tolist():
        expected = f"a row for {data.envelopes[e]}, {data.years[t]}, beside those of the other envelopes"
        rows.complain("SP-O003", -1, "", "", expected, "add it, with 0 if nothing is left of it")
    report.stop_if_any()
    return np.where(named, np.nan_to_num(made), data.pot)
