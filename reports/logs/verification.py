"""The logs of data, of verification and of versions show what a settlement rests on."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from singlepot.models.scenario.titles import Titles
from singlepot.models.tables.plain_words import plain
from singlepot.models.tables.rule_kinds import ROW_WORDS
from singlepot.models.tables.stage_words import stage_words

from .assumptions import NOT_STATED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from singlepot.models.settlement.settlement import Settlement

DATA = ("table", "rows", "source", "what", "publisher", "date", "licence", "link", "sha256")
"""Columns of the log of data."""

CHECKS = ("check", "found", "at most", "holds", "where")
"""Columns of the log of verification."""

VERSIONS = ("what", "version")
"""Columns of the log of versions."""

DOUBLE_BUILD = "double build: settled again by an independent statement of the model"
"""The check that only ``singlepot verify --independent`` makes."""

EVERY_NUMBER = "every number again, from the written tables"
"""The check that only ``singlepot verify`` makes."""


def data(settlement: Settlement) -> list[tuple[str, ...]]:
    """List the sources of each table, with the hash of its file in ``scenario/``: rows of :data:`DATA`."""
    sources: Mapping[str, Mapping[str, object]] = settlement.scenario.settings.log.get("sources", {})
    files = settlement.scenario.documents()
    rows: list[tuple[str, ...]] = []
    for name, table in settlement.scenario.given.items():
        if not len(table):
            continue
        digest = hashlib.sha256(files[f"{name}.csv"]).hexdigest()
        feeding = {key: entry for key, entry in sources.items() if name in tuple(entry.get("tables", ()))}  # type: ignore[arg-type]
        for key, entry in feeding.items():
            written = [str(entry.get(column, "")) for column in DATA[3:-1]]
            rows.append((name, str(len(table)), key, *written, digest))
        if not feeding:
            rows.append((name, str(len(table)), NOT_STATED, *[""] * 5, digest))
    digest = hashlib.sha256(files["scenario.toml"]).hexdigest()
    rows.append(("scenario.toml", "", "the modeller", "settings", "", "", "", "", digest))
    for key, entry in sources.items():
        if not entry.get("tables"):
            rows.append(("", "", key, *(str(entry.get(column, "")) for column in DATA[3:-1]), ""))
    return rows


def verification(settlement: Settlement) -> list[tuple[str, ...]]:
    """List the checks of the certificate, and those that are made apart from it: rows of :data:`CHECKS`."""
    certificate = settlement.certificate
    most = f"{certificate.tolerance:.0e}"

    def relative(check: str, error: float, where: str = "") -> tuple[str, str, str, str, str]:
        return check, f"{error:.1e}", most, "yes" if error <= certificate.tolerance else "NO", where

    rows: list[tuple[str, ...]] = [
        relative(
            "largest violation of any pot, rule, link or bound, in original units",
            certificate.violation,
            _where(certificate.violated, Titles(settlement.scenario)) if certificate.violation > 0 else "",
        ),
        relative("grants and targets are what the take-ups make of bids and proposals", certificate.arithmetic),
    ]
    for stage in certificate.stages:
        rows.append(relative(f"{stage_words(stage.name)}: proved by its duals: duality gap", stage.gap))
        rows.append(
            relative(f"{stage_words(stage.name)}: still at the optimum, beyond what it may give: drift", stage.drift)
        )
    rows.append(relative("the sharing step is at its one minimum", certificate.sharing))
    over = certificate.pounds_over
    rows.append(("pounds above a pot of a year and envelope", str(max(over, 0)), "0", "yes" if over <= 0 else "NO", ""))
    rows.append(("the certificate", "", "", "holds" if certificate.passed else "FAILS", ""))
    rows += [("note of the certificate", note, "", "", "") for note in certificate.notes]
    rows.append((DOUBLE_BUILD, "not run with this settlement", "", "", "singlepot verify FOLDER --independent runs it"))
    rows.append((EVERY_NUMBER, "not run with this settlement", "", "", "singlepot verify FOLDER"))
    return rows


def _where(row: str, titles: Titles) -> str:
    """Write the row of a programme, as ``pot[capital,2026-27]``, with titles of its labels."""
    name, _, inside = row.partition("[")
    labels = inside.rstrip("]").split(",")
    words = [titles.areas.get(label) or titles.objectives.get(label) or plain(label) for label in labels]
    return ", ".join(filter(None, [ROW_WORDS.get(name, plain(name)), *words]))


def versions(settlement: Settlement) -> list[tuple[str, ...]]:
    """List versions, the methods of the stages and the hash of the scenario: rows of :data:`VERSIONS`."""
    provenance = settlement.provenance
    libraries = provenance.get("versions") or {}
    methods = provenance.get("methods") or {}
    solver = f"{provenance.get('backend', NOT_STATED)} {provenance.get('backend_version', '')}".strip()
    return [
        *((name, str(version)) for name, version in libraries.items()),  # type: ignore[attr-defined]
        ("solver of the stages", solver),
        *((f"method of {stage_words(name)}", str(method)) for name, method in methods.items()),  # type: ignore[attr-defined]
        ("scenario, SHA-256", str(provenance.get("scenario_sha256") or settlement.scenario.sha256)),
    ]
