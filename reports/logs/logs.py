"""Logs for assurance are tables: assumptions, decisions, data, verification, versions, a transparency record.

The Aqua Book asks for the first four of an analysis; the algorithmic transparency record is the one that UK public
bodies publish of a tool that shapes decisions. Everything is taken from the settlement, and what it does not hold is
marked as missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from singlepot.models.tables.copies import CopiedTables

from . import assumptions, decisions, transparency, verification

if TYPE_CHECKING:
    import pandas as pd

    from singlepot.models.settlement.settlement import Settlement


@dataclass(frozen=True)
class Log(CopiedTables):
    """A log as a table.

    Attributes
    ----------
    key
        ``assumptions``, ``decisions``, ``data``, ``verification``, ``versions`` or ``transparency``.
    title, about
        Its heading, and a sentence on how to read it.
    table
        Columns of texts; a number is written as text.
    """

    key: str
    title: str
    about: str
    table: pd.DataFrame


LOGS = (
    (
        "assumptions",
        "Assumptions",
        "What was assumed, on what it rests, how sure it is, and what one percent more would do to the first stage "
        "that it moves, all else equal, to first order.",
        assumptions.COLUMNS,
        assumptions.assumptions,
    ),
    (
        "decisions",
        "Decisions",
        "Rules, stages and settings that were chosen, by whom and why, and what one percent more of each does.",
        decisions.COLUMNS,
        decisions.decisions,
    ),
    (
        "data",
        "Data",
        "Where the figures of each table come from, and the SHA-256 of the table as it was settled.",
        verification.DATA,
        verification.data,
    ),
    (
        "verification",
        "Verification",
        "What was checked, how well it holds, and what it must not exceed. Figures are relative to the quantity.",
        verification.CHECKS,
        verification.verification,
    ),
    (
        "versions",
        "Versions",
        "What the settlement was made with.",
        verification.VERSIONS,
        verification.versions,
    ),
    (
        "transparency",
        "Algorithmic transparency record",
        "Pre-filled in the order of the UK Algorithmic Transparency Recording Standard, version 3.0; check it "
        "against the standard in force before it is published. What only the owner knows is marked.",
        transparency.COLUMNS,
        transparency.transparency,
    ),
)
"""Key, title, about, columns and rows of every log, in the order of the report."""


def logs(settlement: Settlement) -> tuple[Log, ...]:
    """Write the logs of a settlement.

    The same settlement gives the same logs, whether it was just made or read back.

    Parameters
    ----------
    settlement
        Its scenario's section ``[log]`` holds what the modeller states. Effects come from the duals of the stages,
        which are solved again for a settlement that was read back.
    """
    import pandas as pd

    return tuple(
        Log(key, title, about, pd.DataFrame(rows(settlement), columns=list(columns), dtype=object))
        for key, title, about, columns, rows in LOGS
    )
