"""Check that ring-fenced envelopes are envelopes of the pot."""

from __future__ import annotations

from collections.abc import Sequence

from ..diagnostics.problems import SETTINGS, Diagnostic, Report, did_you_mean, one_of, shown
from ..settings.settings import Settings


def check_ring_fences(envelopes: Sequence[str], settings: Settings, report: Report, file: str) -> None:
    """Name ring-fenced envelopes that the pot does not have.

    Parameters
    ----------
    envelopes
        Those of the pot.
    settings
        With the ring-fenced ones.
    report, file
        Takes problems of the settings, and what to call them in messages.
    """
    for name in settings.ring_fenced:
        if name not in envelopes:
            expected, remedy = f"an envelope of the pot: {one_of(list(envelopes))}", did_you_mean(name, envelopes)
            report.add(Diagnostic("SP-D082", SETTINGS, file, "", "ring_fenced", shown(name), expected, remedy))
