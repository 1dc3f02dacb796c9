"""Parquet tables are read and written with pyarrow (the extra ``parquet``): one file a table, by ``scenario.toml``."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from singlepot.models.diagnostics.problems import Diagnostic, Report
from singlepot.models.extras import how_to_install, insist_on
from singlepot.models.tables.raw import Cells, Place, RawTable, lost

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 50_000_000
"""Rows that a file may declare: a file of a few kilobytes can declare a billion."""

LARGEST_EXPANDED = 8_000_000_000
"""Expanded size that a file may declare, bytes."""


def read_parquet(table: str, file: str, content: bytes, number: int, report: Report) -> RawTable:
    """Read the cells of a Parquet file; rows are counted from 1.

    Parameters
    ----------
    table, number
        Name of the table and its number, for the order of problems.
    file
        What to call the file.
    content
        The bytes of the file.
    report
        Takes the problems.
    """

    def complain(code: str, value: str, expected: str, remedy: str) -> RawTable:
        report.add(Diagnostic(code, table, file, "", "", value, expected, remedy), table=number)
        return lost(file)

    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        return complain("SP-J013", "a Parquet file", "the package pyarrow", f"run {how_to_install('parquet')}")
    try:
        source = pq.ParquetFile(pa.BufferReader(content))
        rows, size = source.metadata.num_rows, _expanded(source.metadata)
        if rows > MOST_ROWS or size > LARGEST_EXPANDED:
            limit = f"at most {MOST_ROWS:,} rows and {LARGEST_EXPANDED // 10**9} GB"
            return complain("SP-J012", f"{rows:,} rows that expand to {size / 1e9:.1f} GB", limit, "split the scenario")
        arrow = source.read()
        arrow.validate(full=True)
    except (pa.ArrowException, OSError, ValueError) as fault:
        message = str(fault).splitlines()[0][:120] if str(fault) else type(fault).__name__
        return complain("SP-J011", "a damaged file", f"a Parquet file ({message})", "write it again")
    columns: dict[str, Cells] = {}
    for name, column in zip(arrow.column_names, arrow.columns, strict=True):
        columns.setdefault(name, _cells(column))
    names = arrow.column_names
    repeated = tuple(dict.fromkeys(name for name in names if names.count(name) > 1))
    return RawTable(columns, Place(file, range(1, arrow.num_rows + 1)), arrow.num_rows, repeated=repeated)


def _expanded(metadata: Any) -> int:
    return sum(metadata.row_group(at).total_byte_size for at in range(metadata.num_row_groups))


def _cells(column: Any) -> Cells:
    import pandas as pd
    import pyarrow as pa

    kind = column.type
    plain = pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind)
    cells: pd.Series[Any] = column.to_pandas() if plain else pd.Series(column.to_pylist(), dtype=object)
    return cells


def parquet_bytes(frame: pd.DataFrame) -> bytes:
    """Write a table as Parquet: texts as text, numbers as float64, empty numbers as null.

    Raises
    ------
    ExtraNotInstalledError
        pyarrow is not installed.
    """
    insist_on("parquet", "Parquet")
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {}
    for name in frame.columns:
        if frame[name].dtype.kind == "f":
            columns[name] = pa.array(frame[name].to_numpy(), type=pa.float64(), from_pandas=True)
        else:
            columns[name] = pa.array(frame[name].tolist(), type=pa.string())
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file, compression="zstd")
    return file.getvalue()
