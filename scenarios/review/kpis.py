"""Key performance indicators: the targets of an agreement that the public can follow."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from singlepot.models.diagnostics.problems import Report, did_you_mean, one_of, shown
from singlepot.models.scenario.recipients import holders, recipient_names
from singlepot.models.settings.review import PublicTerms
from singlepot.models.settlement.settlement import Settlement
from singlepot.models.tables.raw import RawTable, from_frame
from singlepot.models.tables.schema import CENTRE
from singlepot.solver import BadOptionError

from ..talks.answers.files import read_table_file
from ..talks.answers.rows import Rows
from .agreement import Agreed, agreed_of
from .review import REVIEWED, AgreementSource, Review, agreement_hash, signed_of
from .verifying import verify_review

KPI_COLUMNS = (
    *("area", "name", "kpi", "objective", "indicator", "unit", "direction", "baseline", "baseline_year", "target"),
    *("target_year", "source", "lag_months", "confidence", "owner", "status", "due", "delivered", "delivered_year"),
)

INDICATOR_COLUMNS = ("objective", "indicator", "source", "lag_months", "confidence", "baseline_year", "order")
"""Columns of the table of indicators; the first three are required."""

UNREVIEWED = "not reviewed yet"
"""Status of a target before the first review."""

ReviewSource = Review | str | os.PathLike[str]


def list_kpis(
    agreement: AgreementSource,
    *,
    review: ReviewSource | None = None,
    indicators: pd.DataFrame | str | os.PathLike[str] | None = None,
) -> pd.DataFrame:
    """List the key performance indicators of each area: one for each objective with an agreed target in the last year.

    Where they are more than ``[public] kpis``, those with the largest weight of the area are taken, then of the nation.

    Parameters
    ----------
    agreement
        A settlement, talks with an agreement, or the folder of one of them.
    review
        The last review of it, or its folder, which is verified: how each target stands.
    indicators
        How objectives are measured, as a table or a CSV file: objective, indicator, source, lag_months (until figures
        are there), confidence, baseline_year, order (which of several is taken).

    Returns
    -------
    area, name, kpi (its identifier), objective, indicator, unit, direction, baseline (level before), baseline_year,
    target (contribution agreed), target_year, source, lag_months, confidence, owner, status, and of the last year
    that was reviewed due, delivered and delivered_year.

    Raises
    ------
    BadInputError
        The table of indicators cannot be, with every cell that is wrong.
    BadOptionError
        There is no agreement, no review, or one of another agreement, or one that was changed after it was written.

    Examples
    --------
    >>> import singlepot as sp
    >>> kpis = sp.list_kpis(sp.settle("bucks-and-burnley"))
    >>> kpis[["name", "indicator", "target_year", "status"]].iloc[0].tolist()
    ['Cornwall', 'Carbon', '2027-28', 'not reviewed yet']
    """
    signed, limited = signed_of(agreement)
    agreed = agreed_of(signed, limited)
    measured = _indicators(indicators, agreed)
    status = {} if review is None else _status(review, agreement, signed)
    scenario, data = agreed.scenario, agreed.data
    areas = scenario.filled("areas").set_index("code")
    objectives = scenario.filled("objectives").set_index("key")
    held, owners = holders(scenario), recipient_names(scenario)
    most, last = (scenario.settings.public or PublicTerms()).kpis, data.years[-1]
    rows: list[dict[str, Any]] = []
    for a, code in enumerate(data.areas):
        if areas.at[code, "type"] == CENTRE:
            continue
        wanted = [k for k in range(len(data.objectives)) if agreed.target[a, k, -1] > 0]
        wanted.sort(key=lambda k: (-data.preference[a, k], -data.objective_weight[k], data.objectives[k]))
        for k in wanted[:most]:
            key = data.objectives[k]
            of, stands = measured.get(key, {}), status.get((code, key), {})
            baseline = str(objectives.at[key, "baseline"])
            rows.append(
                {
                    "area": code,
                    "name": areas.at[code, "name"],
                    "kpi": f"{code}:{key}",
                    "objective": key,
                    "indicator": of.get("indicator") or objectives.at[key, "name"],
                    "unit": objectives.at[key, "unit"],
                    "direction": objectives.at[key, "direction"],
                    "baseline": float(areas[baseline][code]) if baseline else np.nan,
                    "baseline_year": of.get("baseline_year", ""),
                    "target": float(agreed.target[a, k, -1]),
                    "target_year": last,
                    "source": stands.get("source") or of.get("source", ""),
                    "lag_months": of.get("lag_months", np.nan),
                    "confidence": stands.get("confidence") or of.get("confidence", ""),
                    "owner": owners[held[code]],
                    "status": stands.get("status", UNREVIEWED),
                    "due": stands.get("agreed", np.nan),
                    "delivered": stands.get("delivered", np.nan),
                    "delivered_year": stands.get("year", ""),
                }
            )
    return pd.DataFrame(rows, columns=list(KPI_COLUMNS))


def _status(
    review: ReviewSource, agreement: AgreementSource, signed: Settlement
) -> dict[tuple[str, str], dict[str, Any]]:
    """Return how each target stands, by area and objective; refuse a review that is not of this agreement."""
    if isinstance(review, Review):
        if review.entries.get("agreement_sha256") != agreement_hash(signed):
            raise BadOptionError(f"{review} is of another agreement", "name a review of this one")
        table = review.status
    else:
        verified = verify_review(review, agreement)
        if not verified.passed:
            cause = verified.faults[0].splitlines()[0]
            raise BadOptionError(f"{review} does not hold: {cause}", "name one of this agreement as it was written")
        path = Path(review) / REVIEWED / "status.csv"
        report = Report(quiet=True)
        raw = read_table_file(path, "status", report)
        report.stop_if_any()
        table = pd.DataFrame({name: list(cells) for name, cells in raw.columns.items()})
        table = table.astype(dict.fromkeys(("agreed", "delivered"), float))
    return {(row["area"], row["objective"]): row for row in table.to_dict("records")}  # type: ignore[misc]


def _indicators(
    indicators: pd.DataFrame | str | os.PathLike[str] | None, agreed: Agreed
) -> Mapping[str, dict[str, Any]]:
    """Check the table of indicators; of several of one objective the first in order is taken."""
    if indicators is None:
        return {}
    report = Report(quiet=True)
    raw: RawTable = (
        from_frame("indicators", indicators)
        if isinstance(indicators, pd.DataFrame)
        else read_table_file(indicators, "indicators", report)
    )
    report.stop_if_any()
    rows, known = Rows("indicators", raw, report), agreed.data.objectives
    rows.check_columns(INDICATOR_COLUMNS, INDICATOR_COLUMNS[:3], absent="SP-O001", unknown="SP-O001")
    report.stop_if_any()
    found: dict[str, tuple[float, dict[str, Any]]] = {}
    for row in range(len(rows)):
        one: dict[str, Any] = {name: rows.text(row, name) for name in INDICATOR_COLUMNS}
        if one["objective"] not in known:
            rows.complain(
                "SP-O002", row, "objective", shown(one["objective"]), f"one of {one_of(known)}",
                did_you_mean(one["objective"], known),
            )  # fmt: skip
        for name in ("indicator", "source"):
            if not one[name]:
                rows.complain("SP-O002", row, name, "", "a text")
        numbers = {name: rows.number(row, name, "SP-O002") for name in ("lag_months", "order")}
        one["lag_months"] = np.nan if numbers["lag_months"] is None else numbers["lag_months"]
        order = float("inf") if numbers["order"] is None else numbers["order"]
        if one["objective"] not in found or order < found[one["objective"]][0]:
            found[one["objective"]] = (order, one)
    report.stop_if_any()
    return {objective: one for objective, (_, one) in found.items()}
