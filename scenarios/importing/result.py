"""Result of an import: the scenario, the cells that are not in it, and what was decided on the way."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from singlepot.models.diagnostics.problems import Diagnostic
from singlepot.models.files.csv_text import csv_text
from singlepot.models.files.folder import write_folder
from singlepot.models.files.folder_kinds import LEFT_OUT, SCENARIO
from singlepot.models.scenario.scenario import Scenario
from singlepot.models.tables.copies import CopiedTables

from ..writing.writing import scenario_files


@dataclass(frozen=True, eq=False)
class Imported(CopiedTables):
    """Scenario made of published tables.

    Parameters
    ----------
    scenario
        The scenario.
    taken
        Number of rows that were made for each table.
    left_out
        A row for each cell that was not taken: file, sheet, row, column, kind and value.
    notes
        What was decided on the way, and what is doubtful.
    """

    scenario: Scenario
    taken: Mapping[str, int]
    left_out: pd.DataFrame
    notes: tuple[Diagnostic, ...]

    def write(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        """Write the scenario as a folder, with ``left_out.csv``.

        Parameters
        ----------
        path
            The folder.
        overwrite
            Whether a folder that such a call wrote may be replaced.

        Raises
        ------
        FolderRefusedError
            Something stands there already, or the disk refused.
        """
        files = {**scenario_files(self.scenario, "csv"), LEFT_OUT: csv_text(self.left_out)}
        write_folder(path, SCENARIO, files, overwrite=overwrite)

    def __str__(self) -> str:
        """What was taken into each table, and what was left out of each sheet, a line each."""
        lines = [f"taken into {name}: {rows:,} row{'s' if rows != 1 else ''}" for name, rows in self.taken.items()]
        for (file, sheet), cells in self.left_out.groupby(["file", "sheet"], sort=False):
            counts = Counter(cells["kind"]).most_common()
            where = f"{file} {sheet}".strip()
            lines.append(f"left out of {where}: {', '.join(f'{number:,} {kind}' for kind, number in counts)}")
        return "\n".join(lines)
