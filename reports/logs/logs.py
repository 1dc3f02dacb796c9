"""Logs for assurance: assumptions, decisions, data, verification, versions, and a transparency record.

The Aqua Book asks for the first four of an analysis; the algorithmic transparency record is the one that UK public
bodies publish of a tool that shapes decisions. Everything is taken from the settlement, and what it does not hold is
marked as missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import assumptions, decisions, transparency, verification

if TYPE_CHECKING:
    import pandas as pd

    from singlepot.models.settlement.settlement import Settlement


@dataclass(frozen=True)
class Log:
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


def logs(settlement: Settlement) -> tuple[Log, ...]:
    """Write the logs of a settlement.

    The same settlement gives the same logs, whether it was just made or read back.

    Parameters
    ----------
    settlement
        Its scenario's section ``[log]`` holds what the modeller states. Effects come from the duals of the stages,
        which are solved again for a settlement that was read back.
    """
    return (
        Log(
            "assumptions",
            "Assumptions",
            "What was assumed, on what it rests, how sure it is, and what one percent more would do to the first stage "
            "that it moves, all else equal, to first order.",
            _table(assumptions.COLUMNS, assumptions.assumptions(settlement)),
        ),
        Log(
            "decisions",
            "Decisions",
            "Rules, stages and settings that were chosen, by whom and why, and what one percent more of each does.",
            _table(decisions.COLUMNS, decisions.decisions(settlement)),
        ),
        Log(
            "data",
            "Data",
            "Where the figures of each table come from, and the SHA-256 of the table as it was settled.",
            _table(verification.DATA, verification.data(settlement)),
        ),
        Log(
            "verification",
            "Verification",
            "What was checked, how well it holds, and what it must not exceed. Figures are relative to the quantity.",
            _table(verification.CHECKS, verification.verification(settlement)),
        ),
        Log(
            "versions",
            "Versions",
            "What the settlement was made with.",
            _table(verification.VERSIONS, verification.versions(settlement)),
        ),
        Log(
            "transparency",
            "Algorithmic transparency record",
            "Pre-filled in the order of the UK Algorithmic Transparency Recording Standard, version 3.0; check it "
            "against the standard in force before it is published. What only the owner knows is marked.",
            _table(transparency.COLUMNS, transparency.transparency(settlement)),
        ),
    )


def _table(columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows, columns=list(columns), dtype=object)
