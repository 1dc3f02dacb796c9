"""Open data of an agreement: indicators as CSV on the Web, grants with the titles of the 360Giving Data Standard."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import pandas as pd

from singlepot.models.files.csv_text import csv_text
from singlepot.models.scenario.recipients import holders, recipient_names
from singlepot.models.settings.settings import year_start
from singlepot.models.settlement.documents import guarded
from singlepot.models.settlement.settlement import Settlement
from singlepot.models.tables.schema import CENTRE
from singlepot.solver import BadOptionError

from ..talks.deadline import is_day

_PREFIX = re.compile(r"360G-[A-Za-z0-9_-]+")

KPIS, KPIS_METADATA, GRANTS = "kpis.csv", "kpis.csv-metadata.json", "grants.csv"

_EXPLAINED = {
    "area": ("string", "Code of the area"),
    "name": ("string", "Name of the area"),
    "kpi": ("string", "Identifier of the indicator: area and objective"),
    "objective": ("string", "Key of the objective"),
    "indicator": ("string", "What is measured"),
    "unit": ("string", "Unit of target, due and delivered"),
    "direction": ("string", "Whether the measure should increase or decrease"),
    "baseline": ("number", "Level of the measure before"),
    "baseline_year": ("string", "Year of the baseline"),
    "target": ("number", "Improvement on the baseline that was agreed, positive either way"),
    "target_year": ("string", "Financial year in which it is due"),
    "source": ("string", "Where figures come from"),
    "lag_months": ("number", "Months until figures are there"),
    "confidence": ("string", "Confidence in the figures"),
    "owner": ("string", "Who answers for the target"),
    "status": ("string", "On track, at risk, off track, or not reviewed yet"),
    "due": ("number", "Improvement that was due in the last year reviewed"),
    "delivered": ("number", "Improvement that was delivered in it"),
    "delivered_year": ("string", "Last financial year that was reviewed"),
}
"""Datatype and description of each column of the indicators, by name."""


@dataclass(frozen=True)
class Publisher:
    """Who publishes grants, as the 360Giving Data Standard identifies it.

    Parameters
    ----------
    funder, funder_id
        Name of the funder, and its identifier, such as ``GB-GOR-D2``.
    prefix
        Prefix that 360Giving gave the publisher, such as ``360G-mhclg``; identifiers of grants begin with it.
    awarded
        Day of the award, ``2026-05-29``.
    """

    funder: str
    funder_id: str
    prefix: str
    awarded: str

    def check(self) -> None:
        """Refuse a text that is missing, a prefix that 360Giving does not give, and a day that is none."""
        for name, text in vars(self).items():
            if not text.strip():
                raise BadOptionError(f"{name} is empty", "say it: open data of grants names who awards them, and when")
        if not _PREFIX.fullmatch(self.prefix):
            remedy = "write 360G-, and then letters, digits, - and _ as 360Giving gave them"
            raise BadOptionError(f"prefix {self.prefix!r} is none of 360Giving", remedy)
        if not is_day(self.awarded):
            raise BadOptionError(f"awarded {self.awarded!r} is no day", "write it as 2026-05-29")


def kpi_files(kpis: pd.DataFrame, title: str) -> dict[str, bytes]:
    """Write indicators as CSV, with the metadata of CSV on the Web beside them.

    Parameters
    ----------
    kpis
        From :func:`singlepot.list_kpis`.
    title
        What they are of.
    """
    columns = [
        {"name": name, "titles": name, "datatype": kind, "dc:description": text, "required": name in ("area", "kpi")}
        for name, (kind, text) in _EXPLAINED.items()
    ]
    metadata = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": KPIS,
        "dc:title": title,
        "dialect": {"encoding": "utf-8", "header": True, "delimiter": ","},
        "tableSchema": {"columns": columns, "primaryKey": ["kpi"]},
    }
    described = json.dumps(metadata, ensure_ascii=False, indent=1) + "\n"
    return {KPIS: csv_text(guarded(kpis[list(_EXPLAINED)])), KPIS_METADATA: described.encode()}


def grant_table(signed: Settlement, publisher: Publisher) -> pd.DataFrame:
    """List a grant for each area over all years, under the titles of the 360Giving Data Standard.

    Parameters
    ----------
    signed
        What was agreed.
    publisher
        Who publishes it.
    """
    scenario = signed.scenario
    areas, years = scenario.filled("areas").set_index("code"), scenario.settings.years
    held, recipients = holders(scenario), recipient_names(scenario)
    pounds = signed.grants.groupby("area")["pounds"].sum()
    title = scenario.settings.title or "Single pot grant"
    rows = []
    for code in areas.index:
        amount = int(pounds.get(code, 0))
        if areas.at[code, "type"] == CENTRE or not amount:
            continue
        place = str(areas.at[code, "name"])
        rows.append(
            {
                "Identifier": f"{publisher.prefix}-{code}-{years[0]}",
                "Title": f"Single pot grant of {place}",
                "Description": f"{title}: one grant for {scenario.settings.period}, against targets that were agreed.",
                "Currency": "GBP",
                "Amount Awarded": amount,
                "Award Date": publisher.awarded,
                "Planned Dates:Start Date": f"{year_start(years[0])}-04-01",
                "Planned Dates:End Date": f"{(year_start(years[-1]) or 0) + 1}-03-31",
                "Recipient Org:Identifier": f"{publisher.prefix}-org:{held[code]}",
                "Recipient Org:Name": recipients[held[code]],
                "Funding Org:Identifier": publisher.funder_id,
                "Funding Org:Name": publisher.funder,
                "Grant Programme:Title": title,
                "Beneficiary Location:Name": place,
                "Beneficiary Location:Geographic Code": code,
            }
        )
    return pd.DataFrame(rows)
