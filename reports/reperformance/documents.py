"""Comparison of ``settlement.json`` and of tables with the settlement that was derived."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from singlepot.models.assurance.verification import AssuranceFinding
from singlepot.models.files.csv_text import csv_text
from singlepot.models.settlement.documents import guarded
from singlepot.models.settlement.settlement import Settlement
from singlepot.models.tables.output_levelling import OF_SECTIONS, output_of
from singlepot.scenarios.results.settlement_folder import table_of

from .json_documents import JsonComparison, Pairs, layout_differences, parsed, without
from .precision import Precision
from .tables import table_differences

DOCUMENT = "settlement.json"

RECORDED = ("versions",)
"""Parts of the provenance that a folder records and nothing can derive."""

OF_THE_SOLVER = ("backend", "backend_version", "methods", "extra")
"""Parts of the provenance that follow from the solver and from constraints that a program added."""

MADE_BY_STAGES = ("optimum", "final", "give")
"""Values of a stage in the certificate, which the table of stages holds too."""


TABLES = output_of(OF_SECTIONS)
"""Every table that a settlement may have."""


@dataclass(frozen=True, eq=False)
class DocumentComparison:
    """Comparison of a settlement's documents with those of a settlement that was derived.

    Attributes
    ----------
    settlement
        The settlement that was derived.
    precision
        By how much numbers may differ, and whether only what is decided is compared.
    passed_over
        Parts of the provenance that are not compared; None where nothing of it is.
    tables
        Whether the tables are compared at all.
    """

    settlement: Settlement
    precision: Precision
    passed_over: Sequence[str] | None = RECORDED
    tables: bool = True

    @cached_property
    def _whole(self) -> float:
        return float(self.settlement.pot["amount"].sum())

    def of_table(self, name: str, written: bytes) -> Iterator[AssuranceFinding]:
        """Compare a file ``tables/….csv``; also its layout, where its numbers are compared to their last digits."""
        key = name.removeprefix("tables/").removesuffix(".csv")
        frame = table_of(TABLES[key], written.decode())
        differs = False
        for difference in self._of_frame(key, frame, f"{name} line"):
            differs = True
            yield difference
        if not differs and not self.precision.settled_only and csv_text(guarded(frame)) != written:
            yield AssuranceFinding(name, "its layout", "not as the program writes it")

    def of_document(self, written: bytes, derived: bytes) -> Iterator[AssuranceFinding]:
        """Compare ``settlement.json``: its keys in their order, headings, tables, certificate, provenance, layout."""
        one, other = parsed(written), parsed(derived)
        if not isinstance(one, Pairs) or not isinstance(other, Pairs):
            yield AssuranceFinding(DOCUMENT, "its content", "no object")
            return
        yield from self._of_headings(one, other)
        for name in self.settlement.tables if self.tables else ():
            rows = one.get(name)
            if rows != other.get(name):
                frame = pd.DataFrame([dict(row) for row in rows] if isinstance(rows, list) else [])
                yield from self._of_frame(name, frame, f"{DOCUMENT} {name} row")
        if not self.precision.settled_only:
            yield from self._of_certificate(one, other)
            yield from layout_differences(DOCUMENT, written)

    def _of_frame(self, table: str, written: pd.DataFrame, file: str) -> Iterator[AssuranceFinding]:
        derived = self.settlement.tables[table]
        return table_differences(TABLES[table], written, derived, self.precision, file, self._whole)

    def _of_headings(self, written: Pairs, derived: Pairs) -> Iterator[AssuranceFinding]:
        keys = [", ".join(name for name, _ in document) for document in (written, derived)]
        if keys[0] != keys[1]:
            yield AssuranceFinding(DOCUMENT, "keys", keys[0], keys[1])
        for name, value in derived:
            if name in (*TABLES, "certificate") or (name == "provenance" and self.passed_over is None):
                continue
            expected = (
                with_recorded(value, written.get(name), self.passed_over or ()) if name == "provenance" else value
            )
            yield from JsonComparison(DOCUMENT).differences(written.get(name), expected, name)

    def _of_certificate(self, written: Pairs, derived: Pairs) -> Iterator[AssuranceFinding]:
        """Compare the evidence: the values of its stages with the table, the rest, which is relative, to 1e-9."""
        one, other = written.get("certificate"), derived.get("certificate")
        if not isinstance(one, Pairs) or not isinstance(other, Pairs):
            yield AssuranceFinding(DOCUMENT, "certificate", "no object")
            return
        rows = zip(_objects(written.get("stages")), _objects(one.get("stages")), strict=False)
        for row, stage in rows:
            values = [stage.get(name) for name in ("name", *MADE_BY_STAGES)]
            if values != [row.get(name) for name in ("name", "value", "final", "give")]:
                yield AssuranceFinding(DOCUMENT, f"certificate, {stage.get('name')}", str(values), str(dict(row)))
        left_out = {*MADE_BY_STAGES}
        if one.get("violation") != other.get("violation"):  # noise, which may be largest elsewhere
            left_out.add("violated")
        comparison = JsonComparison(f"{DOCUMENT} certificate")
        yield from comparison.differences(without(one, left_out), without(other, left_out))
        for stage, same in zip(_objects(one.get("stages")), _objects(other.get("stages")), strict=False):
            names = [", ".join(name for name, _ in pairs) for pairs in (stage, same)]
            if names[0] != names[1]:
                yield AssuranceFinding(DOCUMENT, "certificate, keys of a stage", names[0], names[1])


def with_recorded(provenance: object, written: object, names: Sequence[str]) -> object:
    """Return a provenance with these parts as they are written, where they are written."""
    if not isinstance(provenance, Pairs) or not isinstance(written, Pairs):
        return provenance
    recorded: Mapping[str, object] = {name: value for name, value in written if name in names}
    return Pairs((name, recorded.get(name, value)) for name, value in provenance)


def _objects(value: object) -> list[Pairs]:
    return [item for item in value if isinstance(item, Pairs)] if isinstance(value, list) else []
