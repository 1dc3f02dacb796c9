"""Opening of talks: the scenario is proved to have something to sign, written, and the first round settled."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from singlepot.models.files.folder import finish_killed, write_folder
from singlepot.models.files.folder_kinds import SCENARIO
from singlepot.models.scenario.scenario import Scenario
from singlepot.solver import Progress

from ..reading.settling import ScenarioSource, scenario_of
from .deadline import check_deadline
from .ledger import Ledger, TalksError
from .programme import bounds_of_options, options_of_centre
from .rounds.folder import ROUNDS, write_round
from .rounds.settling import settle_round
from .state import opened_state
from .talks import LEDGER, SCENARIO_FOLDER, Talks


def open_talks(
    scenario: ScenarioSource,
    path: str | os.PathLike[str],
    *,
    by: str,
    rounds: int = 6,
    deadline: str = "",
    time_limit_s: float | None = None,
    progress: Callable[[Progress], object] | None = None,
) -> Talks:
    """Open talks on a scenario, and settle their first round.

    Parameters
    ----------
    scenario
        What is talked about, or its shipped name or path.
    path
        A new folder on a local disk.
    by
        Who opens them.
    rounds
        How many rounds may ask; the one after them settles the last answers and asks nothing.
    deadline
        Last day for answers to the first round, ``2026-05-29``.
    time_limit_s, progress
        As for :func:`singlepot.settle`, for each of the two settlements.

    Returns
    -------
    The talks.

    Raises
    ------
    BadInputError
        The scenario cannot be read.
    NoSettlementError
        The scenario cannot settle with no option at all, so that nothing could be signed; nothing was written.
    TalksError, FolderRefusedError
        The folder is not new, or the number of rounds or the deadline cannot be.

    Examples
    --------
    >>> import tempfile, singlepot as sp
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     talks = sp.open_talks("bucks-and-burnley", f"{folder}/talks", by="Treasury")
    ...     talks.status.round, len(talks.asks)
    (1, 6)
    """
    if rounds < 1:
        raise TalksError(f"{rounds} rounds are none", "let at least one round ask")
    check_deadline(deadline)
    target, opened = Path(path), scenario_of(scenario)
    refuse_taken(target)
    content = _opening(opened, rounds)
    made = settle_round(opened, opened_state(content), time_limit_s, progress)
    write_folder(target / SCENARIO_FOLDER, SCENARIO, opened.documents(), overwrite=True)
    with Ledger(target / LEDGER).starting() as writing:
        if writing.entries:
            raise TalksError(f"{target} was opened meanwhile", "choose another folder")
        writing.add(writing.draft(by, "open", content))
        write_round(target, writing, made, by, 1, deadline, closing=False)
    return Talks(target)


def refuse_taken(target: Path) -> None:
    """Refuse a folder with anything in it, but for what was left by an opening that was killed."""
    if not target.exists():
        return
    if not target.is_dir():
        raise TalksError(f"{target} is a file", "choose another name for the folder")
    finish_killed(target / SCENARIO_FOLDER, SCENARIO, str(target))
    names = {item.name for item in target.iterdir()}
    ledger = target / LEDGER
    left = names <= {SCENARIO_FOLDER, LEDGER, f"{LEDGER}-journal", ROUNDS}
    if names and not (left and (not ledger.exists() or not Ledger(ledger).entries)):
        raise TalksError(f"{target} exists already, with files in it", "choose another folder")


def _opening(scenario: Scenario, rounds: int) -> dict[str, object]:
    """Return the content of the first entry: every option with its largest take-up, and how far it is open."""
    centre = options_of_centre(scenario)
    options = [
        [*key, most, upper if key in centre else lower, upper]
        for key, (most, lower, upper) in sorted(bounds_of_options(scenario).items())
    ]
    title = scenario.settings.title
    return {"title": title, "rounds": rounds, "scenario_sha256": scenario.sha256, "options": options}
