"""Tables in memory as the checks take them."""

from __future__ import annotations

from collections.abc import Mapping

from ..diagnostics.problems import Diagnostic, Report
from ..tables.raw import RawTable, from_frame, lost


def raw_tables(tables: Mapping[str, object], report: Report) -> dict[str, RawTable]:
    """Take tables of pandas, or of a library that converts to it, as a reader takes those of files.

    Parameters
    ----------
    tables
        By name; None where one is absent.
    report
        Takes a problem for each that is no table.
    """
    import pandas as pd

    raw: dict[str, RawTable] = {}
    for number, (name, table) in enumerate(tables.items()):
        converted = _as_pandas(table)
        if isinstance(converted, pd.DataFrame):
            raw[name] = from_frame(name, converted)
        elif table is not None:
            kind = f"a {type(table).__module__.partition('.')[0]}.{type(table).__name__}".replace("builtins.", "")
            remedy = "convert it with its to_pandas(), which may need pyarrow" if hasattr(table, "to_pandas") else ""
            problem = Diagnostic(
                "SP-D001", name, f"table {name}", value=kind, expected="a pandas DataFrame", remedy=remedy
            )
            report.add(problem, table=number)
            raw[name] = lost(f"table {name}")
    return raw


def _as_pandas(table: object) -> object:
    """Convert a table of polars, pyarrow or another library that offers ``to_pandas``; anything else stays."""
    import pandas as pd

    if isinstance(table, pd.DataFrame) or not hasattr(table, "to_pandas"):
        return table
    try:
        return table.to_pandas()
    except Exception:  # noqa: BLE001  # such as pyarrow missing: the table is refused by its own name
        return table
