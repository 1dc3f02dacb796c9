"""Comparison of a written folder with what is derived of the scenario inside it, file by file."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Collection, Iterator
from functools import cached_property
from itertools import islice
from typing import Any

from singlepot.models.analysis.price_of_fairness import PriceOfFairness
from singlepot.models.assurance.verification import AssuranceFile, AssuranceFinding
from singlepot.models.assurance.verification.assurance import DIFFERENT, FOREIGN, MISSING, SAME, UNCHECKED
from singlepot.models.assurance.verification.written import Book
from singlepot.models.files.folder_kinds import MANIFEST, RUN, SETTLEMENT
from singlepot.models.files.ownership import is_sealed, sealed_manifest
from singlepot.models.files.table_json import json_text
from singlepot.models.scenario.recipients import further_tables
from singlepot.models.settlement.documents import manifest_entries
from singlepot.models.settlement.settlement import Settlement
from singlepot.models.tables.output_levelling import output_of
from singlepot.scenarios.results.settlement_document import certificate_of
from singlepot.scenarios.results.settlement_folder import table_of
from singlepot.scenarios.results.verifying import WrittenFolder

from ..outputs import (
    AREA_PAGES,
    DRAWN_BY,
    FAIRNESS,
    PICTURES,
    REPORT,
    SWEEP,
    WORKBOOK,
    Outputs,
    swept_of,
    versions_of,
    wanted_of,
)
from .derivation import Circumstances, Derivation, circumstances, with_provenance
from .documents import DOCUMENT, OF_THE_SOLVER, RECORDED, DocumentComparison
from .json_documents import JsonComparison, Pairs, layout_differences, parsed, without
from .layouts import page_differences, workbook_differences
from .precision import Precision

MOST = 20
"""Differences of one file that are listed."""

OTHERWISE = 1e-6
"""Precision, relative, of what another solver or version decided: the same, though its prices may not be."""

VERSION = re.compile(r"[0-9]+(\.[0-9a-z]+)*")
"""Form of a library's version."""


class FolderComparison:
    """Comparison of each file of a folder with the same file as it is derived.

    Parameters
    ----------
    written
        The folder.
    derivation
        Settlement of the scenario inside it, and what is written of it.
    book
        Takes the differences as findings.
    """

    def __init__(self, written: WrittenFolder, derivation: Derivation, book: Book) -> None:
        self._written, self._derivation, self._book = written, derivation, book
        self._where: Circumstances = circumstances(written, derivation.settlement)
        self._documents = DocumentComparison(derivation.settlement, Precision())
        if self._where.derives_otherwise:
            self._documents = DocumentComparison(
                derivation.settlement,
                Precision(OTHERWISE, shown=True, settled_only=True),
                None if self._where.version else (*RECORDED, *OF_THE_SOLVER),
                tables=not self._where.extra,
            )
        self.files: dict[str, AssuranceFile] = {}
        self.not_checked: list[str] = []

    def run(self) -> None:
        """Compare every file; ``files`` and ``not_checked`` say what came of it."""
        self._book.topic("files derived again from the scenario inside the folder", "numbers to 1e-9, else exactly")
        for name, content in self._derivation.documents.items():
            self._compare(name, content)
        outputs = self._outputs()
        for name, content in outputs.files.items():
            if name in self._written.files or not self._spared(name):
                self._compare(name, content)
        self._compare_manifest(outputs)
        self._compare_rest(outputs)
        unchecked = [file for file in self.files.values() if UNCHECKED in str(file)]
        self.not_checked += [f"{file.name}: {file.why}" for file in unchecked]
        self.not_checked += list(self._recorded())

    # What each file is compared with

    def _compare(self, name: str, derived: bytes) -> None:
        written = self._written.files.get(name)
        if written is None:
            self._judge(name, [AssuranceFinding(name, "a settlement with the other files has this one too")], MISSING)
        elif written == derived:
            self._judge(name, [])
        else:
            differences = list(islice(self._differences(name, written, derived), MOST))
            why = "its numbers to 1e-9 and its content, not to the byte"
            if self._where.drawing and name.endswith(".html"):
                why = f"but for its drawings, not checked because {self._where.drawing}"
            self._judge(name, differences, why="" if differences else why)

    def _judge(self, name: str, differences: list[AssuranceFinding], state: str = DIFFERENT, why: str = "") -> None:
        """Enter a file; where the folder was made otherwise, what follows from that alone is no finding."""
        reason = self._where.derives_otherwise if not self._is_decisive(name) else ""
        if name.startswith((REPORT, WORKBOOK, AREA_PAGES, PICTURES)):
            reason = reason or self._where.layout
        if name.startswith(PICTURES):
            reason = reason or self._where.drawing
        if differences and reason:
            self.files[name] = AssuranceFile(name, UNCHECKED, reason)
            return
        self._book.require(not differences, *_first(differences))
        for other in differences[1:]:
            self._book.require(False, other.place, other.what, other.found, other.expected)
        self.files[name] = AssuranceFile(name, state if differences else SAME, "" if differences else why)
        if name == DOCUMENT and self._where.extra and not differences:
            self.files[name] = AssuranceFile(name, UNCHECKED, self._where.extra)

    def _is_decisive(self, name: str) -> bool:
        """Whether a file holds what every version and solver derives alike."""
        if name.startswith("tables/"):
            return not self._where.extra
        return name == DOCUMENT or (name.startswith("scenario/") and not self._where.version)

    def _spared(self, name: str) -> bool:
        """Whether an output may be missing: the folder says that it could not be made."""
        return bool(self._written.manifest.get("not_written")) and name.startswith((REPORT, AREA_PAGES, PICTURES))

    def _differences(self, name: str, written: bytes, derived: bytes) -> Iterator[AssuranceFinding]:
        try:
            if name == DOCUMENT:
                yield from self._documents.of_document(written, derived)
            elif name.startswith("tables/"):
                yield from self._documents.of_table(name, written)
            elif name == FAIRNESS:
                yield from JsonComparison(name).differences(parsed(written), parsed(derived))
                yield from layout_differences(name, written)
            elif name.endswith(".xlsx"):
                yield from workbook_differences(name, written, derived, self._shown)
            elif name.endswith((".html", ".svg")):
                yield from page_differences(name, written, derived, self._shown, drawings=not self._where.drawing)
            else:
                yield AssuranceFinding(name, "its content", _digest(written), _digest(derived))
        except (ValueError, RecursionError) as fault:
            yield AssuranceFinding(name, "its content", f"cannot be read: {fault}")

    # Workbook, pages and logs

    @cached_property
    def _shown(self) -> Precision:
        """Precision of what is shown: to the last digit, unless last digits of numbers, or the system, differ."""
        return Precision(shown=self._settlement is not self._derivation.settlement or bool(self._where.drawing))

    @cached_property
    def _settlement(self) -> Settlement:
        """Settlement that the outputs are made of again: the written one where it is equal but for last digits."""
        derived, written = self._derivation.settlement, self._written
        contradicts = written.provenance.get("versions") != written.manifest.get("versions")
        if (
            self._where.version
            or contradicts
            or any(file.state in (DIFFERENT, MISSING) for file in self.files.values())
        ):
            return derived
        if not self._where.derives_otherwise and not any(file.why for file in self.files.values()):
            return with_provenance(derived, written)
        try:
            described = output_of(further_tables(derived.scenario))
            tables: dict[str, Any] = {
                name: table_of(table, written.files[f"tables/{name}.csv"].decode()) for name, table in described.items()
            }
            certificate = certificate_of(written.document["certificate"])
        except (KeyError, TypeError, ValueError):
            return derived
        shown = dataclasses.replace(derived, **tables, certificate=certificate)
        if self._where.derives_otherwise:
            return dataclasses.replace(shown, provenance=written.provenance)
        return with_provenance(shown, written)

    def _outputs(self) -> Outputs:
        """Make the outputs that the folder has, or those that it should have."""
        files = self._written.files
        shown = (WORKBOOK, FAIRNESS, REPORT, AREA_PAGES, PICTURES)
        has_outputs = any(name.startswith(shown) for name in (*files, *self._written.listed))
        if "logs" not in self._written.manifest and not has_outputs:
            return Outputs({}, {})
        price = self._price() if has_outputs and not self._where.extra else None
        wanted = dataclasses.replace(wanted_of(files), sweep=swept_of(files[SWEEP]) if SWEEP in files else None)
        return self._derivation.outputs(self._settlement, price, wanted)

    def _price(self) -> PriceOfFairness:
        """What fairness cost: as it is written where that is equal but for last digits."""
        derived = self._derivation.price
        try:
            written = parsed(self._written.files[FAIRNESS])
            if not list(JsonComparison(FAIRNESS).differences(written, parsed(json_text(dataclasses.asdict(derived))))):
                return PriceOfFairness(**json.loads(self._written.files[FAIRNESS]))
        except (KeyError, ValueError):
            pass
        return derived

    def _compare_manifest(self, outputs: Outputs) -> None:
        """Compare the manifest, whose hashes were checked, and whose records of the making nothing can derive."""
        written = parsed(self._written.files[MANIFEST])
        entries = {key: value for key, value in outputs.manifest.items() if key not in ("made_with", "not_written")}
        recorded = self._recorded_entries(outputs)
        digests = {name: str(digest) for name, digest in self._written.listed.items()}
        expected = parsed(
            sealed_manifest(SETTLEMENT, digests, manifest_entries(self._written.provenance, {**entries, **recorded}))
        )
        why = self._where.derives_otherwise
        if self._where.version:  # which may have had no seal, and another order
            written, expected = (_in_order(_without(value, {"sha256", "kind"})) for value in (written, expected))
        elif is_sealed(self._written.files[MANIFEST]):  # which follows from the other entries
            written, expected = (_without(value, {"sha256"}) for value in (written, expected))
        if why:
            written, expected = (without(value, self._of_duals) for value in (written, expected))
        shown = Precision(shown=self._shown.shown)
        differences = list(islice(JsonComparison(MANIFEST, shown).differences(written, expected), MOST))
        differences += list(layout_differences(MANIFEST, self._written.files[MANIFEST]))
        for finding in differences:
            self._book.require(False, finding.place, finding.what, finding.found, finding.expected)
        self.files[MANIFEST] = AssuranceFile(MANIFEST, DIFFERENT if differences else SAME)
        if why:
            self.not_checked.append(f"prices, reasons, whole pounds, evidence, methods and effects: {why}")

    def _recorded_entries(self, outputs: Outputs) -> dict[str, object]:
        """Return what the manifest records of the making; of versions at least their names and form are known."""
        manifest = self._written.manifest
        entries: dict[str, object] = {}
        versions = manifest.get("made_with", {})
        if "made_with" in outputs.manifest or "made_with" in manifest:
            present = versions_of(DRAWN_BY)
            shown = {name: versions.get(name) for name in DRAWN_BY if isinstance(versions, dict) and name in versions}
            entries["made_with"] = {
                name: shown[name] if VERSION.fullmatch(str(shown.get(name))) else present.get(name, "")
                for name in DRAWN_BY
                if name in shown or (name in present and REPORT in self._written.files)
            }
        if "not_written" in manifest:
            entries["not_written"] = manifest["not_written"]
        return entries

    @property
    def _of_duals(self) -> set[str]:
        """Parts of the manifest that another version, or other duals, may tell otherwise."""
        return {"logs"} if self._where.version else {"effect"}

    def _compare_rest(self, outputs: Outputs) -> None:
        """Enter the files that nothing was compared with."""
        for name in sorted(set(self._written.files) - set(self.files)):
            if name == RUN:
                self.files[name] = AssuranceFile(name, UNCHECKED, "times and host differ from run to run")
            elif outputs.missing and name.startswith((REPORT, AREA_PAGES, PICTURES)):
                self.files[name] = AssuranceFile(name, UNCHECKED, outputs.missing.partition(": ")[2])
            else:
                finding = AssuranceFinding(name, FOREIGN)
                self._judge(name, [finding], FOREIGN)

    def _recorded(self) -> Iterator[str]:
        """List what is recorded of the making and follows from nothing."""
        manifest = self._written.manifest
        yield "the versions that are recorded; that they are the same wherever they stand was checked"
        if "regime" in self._written.provenance:
            yield "the regime that is recorded, and which rules it dropped"
        if "made_with" in manifest:
            yield f"made_with in {MANIFEST}: the libraries that drew"
        if "not_written" in manifest:
            yield f"{manifest['not_written']}, says {MANIFEST}"
        if RUN not in self._written.files:
            yield f"{RUN}: it is not there"
        if WORKBOOK not in self._written.files:
            yield f"{WORKBOOK}, {REPORT}, {FAIRNESS}: they are not there, as after settle --only tables"


def _without(value: object, names: Collection[str]) -> object:
    return Pairs(pair for pair in value if pair[0] not in names) if isinstance(value, Pairs) else value


def _in_order(value: object) -> object:
    return Pairs(sorted(value, key=lambda pair: pair[0])) if isinstance(value, Pairs) else value


def _first(differences: list[AssuranceFinding]) -> tuple[str, str, str, str]:
    if not differences:
        return "", "", "", ""
    first = differences[0]
    return first.place, first.what, first.found, first.expected


def _digest(content: bytes) -> str:
    return f"SHA-256 {hashlib.sha256(content).hexdigest()[:16]}"
