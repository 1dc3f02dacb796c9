"""Talks: a folder with a scenario, a ledger and rounds, from the opening to what can be signed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from singlepot.models.diagnostics.problems import Report
from singlepot.models.scenario.scenario import Scenario
from singlepot.models.settlement.settlement import Settlement
from singlepot.models.tables.raw import RawTable, from_frame
from singlepot.solver import Progress
from singlepot.solver.argument_types import checked_methods

from ..reading.reading import read_scenario
from ..results.settlement_folder import read_settlement
from .agreement import read_signatures, write_agreement
from .answers.files import check_sources, read_answer_file
from .answers.rows import Rows
from .deadline import check_deadline, check_waiting
from .ledger import Entry, Ledger, TalksError, UnreadableTalksError, Writing
from .moves import content_of_undo, contents_of_move
from .rounds.asks import grants_of
from .rounds.folder import AGREED_SO_FAR, ALL_ACCEPTED, folder_of, read_table, write_round
from .rounds.pages import pages_of
from .rounds.settling import settle_round
from .state import State, after_answers, fold
from .status import TalksStatus, ended, status_of
from .tables import alone_table, diff_table, given_table

LEDGER, SCENARIO_FOLDER = "talks.sqlite", "scenario"


@checked_methods
class Talks:
    """Talks between the centre and the areas, in a folder; the ledger in it is the only truth.

    Parameters
    ----------
    path
        A folder that :func:`singlepot.open_talks` made.

    Raises
    ------
    UnreadableTalksError
        The folder holds no talks.

    Examples
    --------
    >>> import tempfile, singlepot as sp
    >>> folder = tempfile.TemporaryDirectory()
    >>> talks = sp.open_talks("bucks-and-burnley", f"{folder.name}/talks", by="Treasury")
    >>> sorted(set(talks.asks["option"]))
    ['efficiency', 'fewer-trees', 'retrofit-more']
    >>> folder.cleanup()
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Find the ledger."""
        self.path = Path(path)
        self._ledger = Ledger(self.path / LEDGER)
        if not (self.path / LEDGER).is_file() or not self._ledger.entries:
            raise UnreadableTalksError(f"{self.path} holds no talks", "open them with singlepot talks open")

    def __repr__(self) -> str:
        """One line."""
        status = self.status
        return f"<Talks {str(self.path)!r}: round {status.round}, {status.ended or 'open'}, head {status.head[:12]}>"

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario that the talks were opened with."""
        return read_scenario(self.path / SCENARIO_FOLDER)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Internal: all entries of the ledger."""
        return self._ledger.entries

    @property
    def state(self) -> State:
        """Internal: the state after all entries."""
        return fold(self._ledger.entries)

    @property
    def head(self) -> str:
        """Hash of the last entry: who keeps it can prove that nothing before it was changed."""
        return self._ledger.entries[-1].hash

    @property
    def ledger(self) -> pd.DataFrame:
        """The ledger: seq, at (UTC), who, kind, body (JSON), hash; a row for each entry."""
        rows = [(one.seq, one.at, one.who, one.kind, one.body, one.hash) for one in self._ledger.entries]
        return pd.DataFrame(rows, columns=["seq", "at", "who", "kind", "body", "hash"])

    @property
    def asks(self) -> pd.DataFrame:
        """Asks of the round, a row each; ``reason_with_rivals`` and ``next_best`` are for the centre alone."""
        return read_table(self._round_folder(), "asks")

    @property
    def notices(self) -> pd.DataFrame:
        """Scale-backs of the round if everything is accepted: they are told, not asked."""
        return read_table(self._round_folder(), "notices")

    @property
    def all_accepted(self) -> Settlement:
        """Settlement of the round in which everything open is accepted."""
        return read_settlement(self._round_folder() / ALL_ACCEPTED)

    @property
    def agreed_so_far(self) -> Settlement:
        """Settlement of the round in which only what is accepted is used: what could be signed."""
        return read_settlement(self._round_folder() / AGREED_SO_FAR)

    def _round_folder(self, seq: int = 0) -> Path:
        seq = seq or self.state.round_seq
        if not seq:
            raise TalksError("the first round is not settled yet", "let the talks go on to the next round")
        return folder_of(self.path, seq)

    @property
    def status(self) -> TalksStatus:
        """Who is asked, who has answered, and how the two settlements stand."""
        entries = self._ledger.entries
        settlements = (self.all_accepted, self.agreed_so_far) if fold(entries).round else None
        return status_of(entries, self.scenario.areas, settlements)

    @property
    def given(self) -> pd.DataFrame:
        """What areas gave and received by round: area, round, asked, accepted, refused, offered, gave, received.

        ``gave`` and ``received`` are money over all years that accepted asks take from and add to the grant; one column
        for each objective adds up what they add to its targets.
        """
        return given_table(self.path, self._ledger.entries, list(self.scenario.objectives["key"]))

    def answer(
        self,
        answers: pd.DataFrame | None = None,
        *,
        by: str,
        offers: pd.DataFrame | None = None,
        offer_years: pd.DataFrame | None = None,
    ) -> None:
        """Record answers and offers of areas: all rows, or none.

        Parameters
        ----------
        answers
            round, area, option (empty: every ask of the area that nothing else here names), asked, up_to (take-up,
            ``50%`` or ``£1.2m``; empty: all that is asked; 0: refused, with a reason), reason, by, role, date.
        by
            Who answers, where a row does not say.
        offers, offer_years
            New options, as the tables options and option_years; offers also ``instead_of`` an ask, and reason.

        Raises
        ------
        BadInputError
            With every cell that is wrong; nothing was written.
        """
        frames = {"answers": answers, "offers": offers, "offer_years": offer_years}
        tables = {name: from_frame(name, one) for name, one in frames.items() if one is not None}
        self._record([(tables, None)], by, Report(quiet=True))

    def answer_files(self, paths: Iterable[str | os.PathLike[str]], *, by: str) -> None:
        """Record what areas sent back: all files, or none.

        Parameters
        ----------
        paths
            Workbooks that were sent for the round and are filled in, or CSV files with the columns of answers.
        by
            Who sends them, where a row does not say who answers.

        Raises
        ------
        BadInputError
            With every cell that is wrong; nothing was written.
        """
        report = Report(quiet=True)
        self._record([read_answer_file(path, report) for path in paths], by, report)

    def _record(self, sources: list[tuple[dict[str, RawTable], Rows | None]], by: str, report: Report) -> None:
        """Check tables of answers against the round and add their entries, in one transaction."""
        report.stop_if_any()
        with self._ledger.writing() as writing:
            told = check_sources(sources, writing.entries, self.scenario, by, report)
            if not told:
                raise TalksError("nothing is answered or offered", "give answers or offers, or files that hold them")
            for kind, content in told:
                writing.add(writing.draft(content["by"], kind, content))

    def next(
        self,
        *,
        by: str,
        deadline: str = "",
        time_limit_s: float | None = None,
        progress: Callable[[Progress], object] | None = None,
    ) -> None:
        """Apply the answers and settle the next round; silence counts as a refusal.

        Parameters
        ----------
        by
            Who lets the talks go on.
        deadline
            Last day for answers to the new round, ``2026-05-29``.
        time_limit_s, progress
            As for :func:`singlepot.settle`, for each of the two settlements.

        Raises
        ------
        TalksError
            The deadline has not passed and answers are missing, or nothing is left to ask.
        NoSettlementError
            Nothing could be signed.
        """
        check_deadline(deadline)
        entries = self._ledger.entries
        state = fold(entries)
        if ended(state):
            raise TalksError("agreed so far is all: nothing is left to ask", "sign it, or move")
        check_waiting(state.deadline, sorted({area for area, _ in state.silent}))
        closing = state.round >= state.rounds
        made = settle_round(self.scenario, after_answers(state, closing=closing), time_limit_s, progress)
        with self._ledger.writing() as writing:
            self._check_head(writing, entries)
            write_round(self.path, writing, made, by, state.round + 1, deadline, closing=closing)

    def move(self, what_if: Mapping[str, Any] | str | os.PathLike[str], *, reason: str, by: str) -> None:
        """Change pot, national objectives, rules or stages, or impose take-ups; the next round settles with it.

        It is settled first, and recorded with the change of every stage and whether it eases: whether what could be
        signed before still could.

        Parameters
        ----------
        what_if
            A what-if, nested or as a file, which may also have the list ``imposed``: area, option, up_to, reason.
        reason
            Why.
        by
            Who moves.

        Raises
        ------
        BadInputError
            The move cannot be read, or changes something else.
        NoSettlementError
            Nothing could be signed after it; nothing was written.
        """
        entries = self._ledger.entries
        contents = contents_of_move(self.scenario, entries, what_if, reason, by)
        with self._ledger.writing() as writing:
            self._check_head(writing, entries)
            for kind, content in contents:
                writing.add(writing.draft(by, kind, content))

    @property
    def pages(self) -> pd.DataFrame:
        """What each area signs: area, name, page (hash of its grants in whole pounds and its agreed targets)."""
        pages, areas = pages_of(self.agreed_so_far), self.scenario.areas
        names = dict(zip(areas["code"], areas["name"], strict=True))
        rows = [(code, names[code], page) for code, page in pages.items()]
        return pd.DataFrame(rows, columns=["area", "name", "page"])

    def agree(self, signatures: pd.DataFrame | str | os.PathLike[str], *, by: str) -> None:
        """Record who signs what is agreed so far, when nothing is left to ask; later signatures take its place.

        Parameters
        ----------
        signatures
            A row for each area, as a table or a CSV file: area, signed_by, role, date, page (its hash, as
            :attr:`pages` has it), state (``signed``, ``subject to cabinet`` or ``not signed``).
        by
            Who records them.

        Raises
        ------
        TalksError
            Something is still asked, or the centre has moved since.
        BadInputError
            With every cell that is wrong; nothing was written.
        """
        entries = self._ledger.entries
        if not ended(fold(entries)):
            raise TalksError("talks go on: something is asked or was moved", "let them go on to the next round")
        signed = self.agreed_so_far
        checked = read_signatures(signatures, pages_of(signed))
        with self._ledger.writing() as writing:
            self._check_head(writing, entries)
            write_agreement(self.path, writing, signed, checked, by)

    def undo(self, *, by: str) -> None:
        """Take back the last entry that is not taken back; undone again, it stands again.

        Raises
        ------
        TalksError
            Only the opening is left.
        NoSettlementError
            Nothing could be signed after it; nothing was written.
        """
        entries = self._ledger.entries
        content = content_of_undo(self.scenario, entries, by)
        with self._ledger.writing() as writing:
            self._check_head(writing, entries)
            writing.add(writing.draft(by, "undo", content))

    def _check_head(self, writing: Writing, entries: tuple[Entry, ...]) -> None:
        if writing.entries[-1].hash != entries[-1].hash:
            last = writing.entries[-1]
            raise TalksError(f"{last.who} added entry {last.seq} meanwhile; nothing was written", "run this again")

    def refuse_alone(self, areas: Iterable[str] | None = None) -> pd.DataFrame:
        """Settle what each area gets if it alone refuses all that it is asked, and all else is accepted.

        Parameters
        ----------
        areas
            Codes of areas; all that are asked by default.

        Returns
        -------
        area, name, if_all_accepted, if_it_alone_refuses and gain, grants over all years: for the centre alone.
        """
        return alone_table(self.scenario, self.state, grants_of(self.all_accepted), areas)

    def diff(self, first: int, second: int) -> pd.DataFrame:
        """Compare the grants of areas in two rounds.

        Parameters
        ----------
        first, second
            Numbers of the rounds.

        Returns
        -------
        area, name, and over all years of what could be signed and of what could be won: agreed_before, agreed_after,
        agreed_change, all_before, all_after, all_change.
        """
        return diff_table(self.path, self._ledger.entries, self.scenario.areas, (first, second))
