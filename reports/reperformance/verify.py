"""Verification of a written settlement: every number again by arithmetic, and every file by settling again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from os import PathLike

from singlepot.models.assurance.verification import Assurance, AssuranceFile
from singlepot.models.assurance.verification.assurance import UNCHECKED
from singlepot.models.assurance.verification.written import Book
from singlepot.models.scenario.scenario import Scenario
from singlepot.scenarios.results.verifying import (
    WrittenFolder,
    check_manifest,
    compare_with_double_build,
    compare_with_fractions,
    read_written,
    recompute,
    scenario_inside,
)
from singlepot.solver import Control, Halt, NotProvenError, Progress, SinglepotError, StoppedError, ended_early

from .comparison import FolderComparison
from .derivation import Derivation, derive

PEOPLE = {
    "decisions": "by whom, when and why",
    "assumptions": "values, sources and confidence",
    "sources": "publishers, dates and licences",
    "transparency": "what the owner states, sign-off included",
}
"""Parts of the section ``[log]`` of a scenario, and what people write there."""


def verify(
    path: str | PathLike[str],
    *,
    independent: bool = False,
    exact: bool = False,
    time_limit_s: float | None = None,
    progress: Callable[[Progress], object] | None = None,
) -> Assurance:
    """Verify a written settlement.

    Every number of its tables is worked out again from the take-ups. Then the scenario inside the folder is settled
    again, and every file is compared with what is written of that settlement.

    Parameters
    ----------
    path
        A folder that :meth:`~singlepot.models.settlement.settlement.Settlement.write` made.
    independent
        Also settle the scenario again by the double build and compare: minutes for a large scenario.
    exact
        Also find the optimum of each stage in exact fractions, without any solver, and compare; a programme that is
        not small is left out, and the statement says so.
    time_limit_s
        Seconds of wall time.
    progress
        Called with a :class:`~singlepot.Progress`; returning False stops the run.

    Returns
    -------
    Assurance
        With everything that is wrong, what was checked to what tolerance, and what was not.

    Raises
    ------
    SettlementNotFoundError
        The folder or one of its parts is not there at all, or its scenario cannot be read.
    NotProvenError, StoppedError
        The time limit or the caller ended the run.

    Examples
    --------
    >>> import tempfile, singlepot as sp
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sp.settle(sp.read_scenario("bucks-and-burnley")).write(folder + "/out")
    ...     sp.verify(folder + "/out").passed
    True
    """
    control = Control(time_limit_s, progress)
    try:
        written = read_written(path)
        return verify_folder(written, scenario_inside(written.path), control, independent=independent, exact=exact)
    except Halt as halt:
        raise ended_early(halt, ()) from halt


def verify_folder(
    written: WrittenFolder,
    scenario: Scenario,
    control: Control,
    *,
    independent: bool = False,
    exact: bool = False,
    derived: Callable[[Scenario, WrittenFolder, Control], Derivation] = derive,
) -> Assurance:
    """Verify a folder that was read.

    Parameters
    ----------
    scenario
        What is inside it.
    control
        Ends the run by raising :class:`~singlepot.solver.control.Halt`.
    derived
        Settles the scenario again.
    """
    book = Book(lambda what: control.enter(what, 0.0))
    check_manifest(written, book)
    recomputed = recompute(written, scenario, book)
    book.enter = lambda _: None
    files, not_checked = _derive(written, scenario, book, lambda: derived(scenario, written, control))
    extra = [str(label) for label in written.provenance.get("extra") or ()]
    if independent:
        control.enter("double build", 0.9)
        halted = threading.Event()
        control.run(lambda: compare_with_double_build(scenario, recomputed, extra, book, halted.is_set), halted)
    else:
        not_checked += [
            "that no better settlement exists, but by the program that settled it (use --independent)",
            "that among equally good settlements this is the one that shares fairly, but by that program "
            "(use --independent)",
        ]
    if exact:
        control.enter("exact fractions", 0.95)
        halted = threading.Event()
        why = control.run(lambda: compare_with_fractions(scenario, recomputed, extra, book, halted.is_set), halted)
        not_checked += [why] if why else []
    not_checked.append("that the bids, targets, costs and rules of the scenario are true")
    control.enter("done", 1.0)
    people = tuple(_by_people(scenario))
    return Assurance(str(written.path), tuple(book.findings), book.checks, tuple(not_checked), files, people)


def _derive(
    written: WrittenFolder, scenario: Scenario, book: Book, derived: Callable[[], Derivation]
) -> tuple[tuple[AssuranceFile, ...], list[str]]:
    """Settle the scenario again and compare each file, where the folder says that it is what was settled."""
    why = ""
    if written.provenance.get("scenario_sha256") != scenario.sha256:
        why = "the scenario inside the folder is not the one that was settled"
    else:
        try:
            comparison = FolderComparison(written, derived(), book)
            comparison.run()
        except (NotProvenError, StoppedError):
            raise
        except SinglepotError as error:
            book.require(False, "scenario", f"it cannot be settled again: {error}")
            why = "the scenario cannot be settled again"
        else:
            return tuple(comparison.files[name] for name in sorted(comparison.files)), comparison.not_checked
    return tuple(AssuranceFile(name, UNCHECKED, why) for name in written.files), [f"files derived again: {why}"]


def _by_people(scenario: Scenario) -> Iterator[str]:
    """List what people wrote into a scenario that no settlement follows from."""
    yield "scenario/*: the figures of areas, pot, bids, targets and options, and the rules"
    stated = scenario.settings.log
    for part, what in PEOPLE.items():
        if count := len(stated.get(part, {})):
            yield f"scenario/scenario.toml, log.{part}: {count} entries, {what}"
    if scenario.settings.notes:
        yield f"scenario/scenario.toml, notes: {len(scenario.settings.notes)} remarks"
