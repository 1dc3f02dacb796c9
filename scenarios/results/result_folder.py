"""Result folder: the tables of a result are written as CSV files beside a JSON manifest, complete or not at all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from os import PathLike
from typing import Any, ClassVar

import pandas as pd

from singlepot.models.files.csv_text import csv_text
from singlepot.models.files.folder import write_folder
from singlepot.models.files.ownership import FolderKind, manifest_bytes
from singlepot.models.settlement.documents import guarded
from singlepot.models.tables.copies import CopiedTables


class ResultFolder(CopiedTables, ABC):
    """Result with tables, which is written as a folder."""

    _kind: ClassVar[FolderKind]

    @property
    @abstractmethod
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Tables that are written, by name."""

    @abstractmethod
    def as_dict(self) -> dict[str, Any]:
        """Convert the content of the manifest into plain values."""

    def documents(self) -> dict[str, bytes]:
        """Convert the tables into CSV and the manifest into JSON: name of the file → content."""
        files = self._csv_files()
        return {**files, self._kind.manifest: manifest_bytes(self._kind, files, self.as_dict())}

    def _csv_files(self) -> dict[str, bytes]:
        return {f"{name}.csv": csv_text(guarded(mixed_as_text(table))) for name, table in self.tables.items()}

    def write(
        self, path: str | PathLike[str], *, overwrite: bool = False, further: Mapping[str, bytes] | None = None
    ) -> None:
        """Write the tables as a folder of CSV files, complete or not at all.

        Parameters
        ----------
        path
            A new folder; a result of the same kind there is replaced only with ``overwrite``.
        overwrite
            Whether it may be replaced.
        further
            Further files, such as a chart or a workbook.
        """
        files = {**self._csv_files(), **(further or {})}
        write_folder(path, self._kind, files, self.as_dict(), overwrite=overwrite)


def mixed_as_text(table: pd.DataFrame) -> pd.DataFrame:
    """Convert columns that mix numbers and texts into text, with numbers written as in the other tables."""
    mixed = [name for name in ("before", "after") if name in table and table[name].dtype == object]
    return table.assign(**{name: [_text(cell) for cell in table[name]] for name in mixed})


def _text(cell: object) -> str:
    if isinstance(cell, float):
        return "" if cell != cell else repr(cell).removesuffix(".0")
    return str(cell)


def rows_with_nulls(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Convert a table into a list of rows; NaN becomes null."""
    return [
        {str(key): None if value != value else value for key, value in row.items()} for row in table.to_dict("records")
    ]
