"""The logs that assurance asks for: assumptions, decisions, data, verification, versions, and a transparency record.

The Aqua Book asks for the first four of an analysis; the algorithmic transparency record is the one that UK public
bodies publish of a tool that shapes decisions. Everything is taken from the settlement; what it does not know, it says
it does not know.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .assumptions import assumptions
from .decisions import decisions
from .transparency import transparency
from .verification import data, verification, versions

if TYPE_CHECKING:
    import pandas as pd

    from singlepot.models.settlement.settlement import Settlement


@dataclass(frozen=True)
class Log:
    """One log.

    Attributes
    ----------
    key
        ``assumptions``, ``decisions``, ``data``, ``verification``, ``versions`` or ``transparency``.
    title, about
        What it is called, and a sentence on how to read it.
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
        Its scenario's section ``[log]`` says what only the modeller knows. Effects come from the duals of the stages; a
        settlement that was read back solves its stages again for them.
    """
    return (
        Log(
            "assumptions",
            "Assumptions",
            "What was assumed, on what it rests, how sure it is, and what one percent more would do to the first stage "
            "that it moves, all else equal, to first order.",
            assumptions(settlement),
        ),
        Log(
            "decisions",
            "Decisions",
            "Rules, stages and settings that were chosen, by whom and why, and what one percent more of each does.",
            decisions(settlement),
        ),
        Log(
            "data",
            "Data",
            "Where the figures of each table come from, and the SHA-256 of the table as it was settled.",
            data(settlement),
        ),
        Log(
            "verification",
            "Verification",
            "What was checked, how well it holds, and what it must not exceed. Figures are relative to the quantity.",
            verification(settlement),
        ),
        Log("versions", "Versions", "What the settlement was made with.", versions(settlement)),
        Log(
            "transparency",
            "Algorithmic transparency record",
            "Pre-filled in the order of the UK Algorithmic Transparency Recording Standard, version 3.0; check it "
            "against the standard in force before it is published. What only the owner knows is marked.",
            transparency(settlement),
        ),
    )
