"""Pages for the public: what each area promised, with what money, by when, how it stands, and who counts it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from singlepot.models.files.csv_text import csv_text
from singlepot.models.files.folder import write_folder
from singlepot.models.files.folder_kinds import PUBLIC
from singlepot.models.money import spoken
from singlepot.models.settlement.documents import guarded
from singlepot.models.settlement.settlement import Settlement
from singlepot.models.tables.schema import CENTRE
from singlepot.scenarios.review.kpis import UNREVIEWED, ReviewSource, list_kpis
from singlepot.scenarios.review.open_data import GRANTS, Publisher, grant_table, kpi_files
from singlepot.scenarios.review.review import AgreementSource, agreement_hash, signed_of
from singlepot.scenarios.review.status import AT_RISK, OFF_TRACK, ON_TRACK
from singlepot.scenarios.talks.rounds.pages import file_names
from singlepot.scenarios.talks.talks import LEDGER, Talks

from ..text.lines import count, number
from .table import Column, tabulate
from .templating import page
from .words import illustrative_words, plain_title

SHAPES = {ON_TRACK: "●", AT_RISK: "▲", OFF_TRACK: "■", UNREVIEWED: "○"}
"""Shape of each status, which no colour has to tell apart."""

HOME, AREAS = "index.html", "areas"

WORDS = {
    "On track": "what was delivered so far leads to at least 95% of the target.",
    "At risk": "it leads to less, or its figures are not sure.",
    "Off track": "it leads to less than 90% of the target, unless what lacks is caught up.",
    "Not reviewed yet": "no year is over, or its figures are not there yet.",
    "Better": "by how much the measure improves on what it was, whether it should rise or fall.",
}


def publish(
    agreement: AgreementSource,
    path: str | os.PathLike[str],
    *,
    overwrite: bool = False,
    funder: str,
    funder_id: str,
    prefix: str,
    awarded: str,
    review: ReviewSource | None = None,
    indicators: pd.DataFrame | str | os.PathLike[str] | None = None,
) -> None:
    """Write what the public sees of an agreement: pages, indicators and grants, and nothing of how it was come to.

    Parameters
    ----------
    agreement
        A settlement, talks with an agreement, or the folder of one of them.
    path
        A new folder. It holds ``index.html``, ``areas/CODE.html``, ``kpis.csv`` with ``kpis.csv-metadata.json`` (CSV on
        the Web) and ``grants.csv`` (titles of the 360Giving Data Standard).
    overwrite
        Whether such pages that stand there may be replaced.
    funder, funder_id, prefix, awarded
        Name and identifier of the funder, prefix of the publisher (``360G-…``) and day of the award, 2026-05-29, for
        ``grants.csv``.
    review, indicators
        As for :func:`singlepot.list_kpis`.

    Raises
    ------
    PagesNotInstalledError
        Without the extra ``report``.
    BadInputError, BadOptionError
        As for :func:`singlepot.list_kpis`; or a text for the grants is missing or is not what it should be.
    """
    publisher = Publisher(funder, funder_id, prefix, awarded)
    publisher.check()
    signed, _ = signed_of(agreement)
    kpis = list_kpis(agreement, review=review, indicators=indicators)
    title = plain_title(signed.scenario.settings.title or "Agreement")
    files = kpi_files(kpis, f"Key performance indicators: {title}")
    files[GRANTS] = csv_text(guarded(grant_table(signed, publisher)))
    files |= pages(signed, kpis, _proof(agreement, signed))
    write_folder(path, PUBLIC, files, {"agreement_sha256": agreement_hash(signed)}, overwrite=overwrite)


def _proof(agreement: AgreementSource, signed: Settlement) -> str:
    """Write by what the agreement can be recognised: the head of the ledger, and its hash."""
    proof = f"Agreement {agreement_hash(signed)}."
    if isinstance(agreement, str | os.PathLike) and (Path(agreement) / LEDGER).is_file():
        agreement = Talks(agreement)
    return f"{proof} Ledger {agreement.head}." if isinstance(agreement, Talks) else proof


def pages(signed: Settlement, kpis: pd.DataFrame, proof: str) -> dict[str, bytes]:
    """Make the page of all areas and one for each: content by name of the file.

    Parameters
    ----------
    signed
        What was agreed.
    kpis
        From :func:`singlepot.list_kpis`.
    proof
        By what the agreement can be recognised.
    """
    scenario = signed.scenario
    areas = scenario.filled("areas")
    areas = areas[areas["type"] != CENTRE]
    names = dict(zip(areas["code"], areas["name"], strict=True))
    files = file_names(list(names))
    settings = scenario.settings
    common = {
        "scenario": plain_title(settings.title or "Agreement"),
        "illustrative": illustrative_words(settings),
        "words": WORDS,
        "proof": proof,
    }
    made, places = {}, []
    for code, name in names.items():
        mine = kpis[kpis["area"] == code].to_dict("records")
        money = signed.grants[signed.grants["area"] == code]
        paragraphs = [f"{_money_sentence(name, money, signed)} {_standing(mine)}"]
        values = _area_values(code, mine, money, signed)
        heading = f"{name}: what was agreed"
        html = page(
            "public.html.j2",
            **common, title=heading, heading=heading, paragraphs=paragraphs, places=[], home=f"../{HOME}", **values,
        )  # fmt: skip
        made[f"{AREAS}/{files[code]}.html"] = html.encode()
        total = spoken(float(money["grant"].sum()), settings.money)
        places.append({"file": f"{AREAS}/{files[code]}.html", "name": name, "sentence": f"{total}. {_standing(mine)}"})
    total = spoken(float(signed.grants["grant"].sum()), settings.money)
    said = f"{count(len(places), 'area')} were granted {total} for {settings.period}."
    html = page(
        "public.html.j2",
        **common, title=common["scenario"], heading="What areas agreed to deliver", home="", promises=[], places=places,
        paragraphs=[f"{said} {_standing(kpis.to_dict('records'))}"], tables=[_national(signed)],
    )  # fmt: skip
    return {HOME: html.encode(), **made}


def _money_sentence(name: str, money: pd.DataFrame, signed: Settlement) -> str:
    settings = signed.scenario.settings
    total = spoken(float(money["grant"].sum()), settings.money)
    return f"{name} was granted {total} for {settings.period}."


def _standing(kpis: list[dict[Any, Any]]) -> str:
    """Count targets by their status."""
    if not kpis:
        return "No target was agreed for the last year."
    counts = Counter(one["status"] for one in kpis)
    parts = [f"{counts[status]} {status}" for status in SHAPES if counts[status]]
    return f"Of {count(len(kpis), 'target')}, {', '.join(parts)}."


def _sentence(kpi: Mapping[Any, Any]) -> str:
    """Say what was promised, by when, and how far it has come."""
    unit = kpi["unit"]
    said = f"{number(kpi['target'])} {unit} better by {kpi['target_year']}."
    if kpi["delivered"] == kpi["delivered"]:
        said += f" In {kpi['delivered_year']} it had come to {number(kpi['delivered'])}; {number(kpi['due'])} was due."
    if kpi["baseline"] == kpi["baseline"]:
        when = f" in {kpi['baseline_year']}" if kpi["baseline_year"] else " before"
        said += f" The measure stood at {number(kpi['baseline'])}{when}, and should {kpi['direction']}."
    said += f" {kpi['owner']} answers for it."
    return said + (f" Figures: {kpi['source']}." if kpi["source"] else "")


def _area_values(code: str, kpis: list[dict[Any, Any]], money: pd.DataFrame, signed: Settlement) -> dict[str, Any]:
    """Promises and tables of an area's page."""
    promises = [
        {
            "title": kpi["indicator"],
            "sentence": _sentence(kpi),
            "shape": SHAPES[kpi["status"]],
            "status": kpi["status"].capitalize(),
        }
        for kpi in kpis
    ]
    by_year = money.groupby("year")[["grant", "pounds"]].sum().reset_index().to_dict("records")
    columns = [Column("year", "Financial year"), Column("pounds", "Grant, £", "pounds")]
    tables = [tabulate(f"money-{code}", "Money", columns, by_year, row_key=lambda row: str(row["year"]))]
    if kpis:
        columns = [
            Column("indicator", "Target"), Column("unit", "Unit"), Column("target", "Agreed", "number"),
            Column("target_year", "By"), Column("due", "Due so far", "number"),
            Column("delivered", "Delivered so far", "number"), Column("status", "Status"), Column("source", "Source"),
        ]  # fmt: skip
        alike = ["target", "due", "delivered"]
        tables.append(
            tabulate(f"targets-{code}", "Targets", columns, kpis, row_key=lambda row: str(row["kpi"]), alike=alike)
        )
    return {"promises": promises, "tables": tables}


def _national(signed: Settlement) -> Any:
    """Table of the national targets: what areas agreed to of each."""
    names = dict(zip(signed.scenario.objectives["key"], signed.scenario.objectives["name"], strict=True))
    units = dict(zip(signed.scenario.objectives["key"], signed.scenario.objectives["unit"], strict=True))
    rows = [
        {**row, "name": names[row["objective"]], "unit": units[row["objective"]]}
        for row in signed.national.to_dict("records")
    ]
    columns = [
        Column("name", "National target"), Column("year", "Year"), Column("target", "Wanted", "number"),
        Column("agreed", "Agreed by areas", "number"), Column("unit", "Unit"),
    ]  # fmt: skip
    return tabulate(
        "national", "National targets", columns, rows, row_key=lambda row: f"{row['objective']} {row['year']}",
        alike=["target", "agreed"],
    )  # fmt: skip
