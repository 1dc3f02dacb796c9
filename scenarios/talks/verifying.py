"""Verification of talks: the chain of the ledger, and every folder that an entry names."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from singlepot.models.files.folder_kinds import MANIFEST, ROUND_TABLES, SCENARIO, SETTLEMENT, SIGNATURES
from singlepot.models.files.ownership import FolderKind, claims_of, holds
from singlepot.models.scenario.scenario import Scenario
from singlepot.solver.errors import SinglepotError

from ..reading.reading import read_scenario
from ..results.settlement_folder import read_settlement
from .agreement import AGREEMENT, PAGES, SIGNED, agreement_folder, signature_files
from .ledger import Entry, Ledger, UnreadableTalksError, broken_links
from .programme import limited, scenario_of_talks
from .rounds.folder import AGREED_SO_FAR, ALL_ACCEPTED, ASKS, ROUNDS, folder_of, read_table
from .rounds.pages import pages_of
from .state import State, fold
from .talks import LEDGER, SCENARIO_FOLDER


@dataclass(frozen=True)
class TalksVerification:
    """Result of a verification of talks.

    Parameters
    ----------
    head
        Hash of the last entry.
    entries
        How many entries the ledger has.
    rounds
        How many rounds were compared with their folders.
    faults
        What does not hold, one line each; empty where everything does.
    """

    head: str
    entries: int
    rounds: int
    faults: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether everything holds."""
        return not self.faults


def verify_talks(path: str | os.PathLike[str], *, head: str = "") -> TalksVerification:
    """Verify talks: the chain of hashes, the scenario, every round and every agreement.

    A chain that somebody made anew from its first entry holds together: a head that was kept from before shows it.

    Parameters
    ----------
    path
        Folder of the talks.
    head
        Hash of an entry, as it stood on a sheet of that time; the ledger must hold it.

    Returns
    -------
    What was compared, and what does not hold.

    Raises
    ------
    UnreadableTalksError
        The folder holds no talks, or the ledger cannot be opened.
    """
    folder = Path(path)
    if not (folder / LEDGER).is_file():
        raise UnreadableTalksError(f"{folder} holds no talks", "name a folder that was opened")
    entries = Ledger(folder / LEDGER).entries
    faults = broken_links(entries)
    if not entries:
        faults.append("the ledger has no entry")
    if head and not any(entry.hash == head for entry in entries):
        faults.append(f"no entry has the hash {head}: the ledger is another one, or was made anew")
    if faults:
        return TalksVerification(entries[-1].hash if entries else "", len(entries), 0, tuple(faults))
    faults += _changed(folder, SCENARIO_FOLDER, SCENARIO)
    if faults:
        return TalksVerification(entries[-1].hash, len(entries), 0, tuple(faults))
    try:
        base = read_scenario(folder / SCENARIO_FOLDER)
        if base.sha256 != entries[0].content["scenario_sha256"]:
            faults.append(f"{SCENARIO_FOLDER} is not the scenario that entry 1 names")
    except SinglepotError as error:
        faults.append(f"{SCENARIO_FOLDER} cannot be read: {error}")
    rounds = [entry for entry in entries if entry.kind == "round"]
    if not faults:
        for entry in rounds:
            faults += _faults_of_round(folder, entry, entries, base)
        for entry in entries:
            if entry.kind == "agree":
                faults += _faults_of_agreement(folder, entry)
    return TalksVerification(entries[-1].hash, len(entries), len(rounds), tuple(faults))


def _faults_of_agreement(folder: Path, entry: Entry) -> list[str]:
    """Compare an agreement with its folder, and the pages that were signed with its figures."""
    where, signatures = agreement_folder(folder, entry.seq), entry.content["signatures"]
    faults = _changed(folder, f"{AGREEMENT}/{entry.seq}/{SIGNED}", SETTLEMENT)
    faults += _changed(folder, f"{AGREEMENT}/{entry.seq}/{PAGES}", SIGNATURES)
    if faults:
        return faults
    try:
        if hashlib.sha256((where / SIGNED / MANIFEST).read_bytes()).hexdigest() != entry.content["settlement"]:
            return [f"{AGREEMENT}/{entry.seq} is not the settlement that entry {entry.seq} names"]
        signed = read_settlement(where / SIGNED)
        written = {name: (where / PAGES / name).read_bytes() for name in signature_files(signed, signatures)}
    except (SinglepotError, OSError) as error:
        return [f"{AGREEMENT}/{entry.seq} cannot be read: {error}"]
    faults = [
        f"{AGREEMENT}/{entry.seq}/{PAGES}/{name} differs from entry {entry.seq}"
        for name, content in signature_files(signed, signatures).items()
        if written[name] != content
    ]
    pages = pages_of(signed)
    return faults + [
        f"{signature['area']} signed another page than that of {AGREEMENT}/{entry.seq}"
        for signature in signatures
        if signature["state"] != "not signed" and signature["page"] != pages.get(signature["area"])
    ]


def _faults_of_round(folder: Path, entry: Entry, entries: tuple[Entry, ...], base: Scenario) -> list[str]:
    """Compare a round with its folder: hashes, files, scenarios that were settled, and asks."""
    faults, state = [], fold(entries[: entry.seq])
    where = folder_of(folder, entry.seq)
    scenario = scenario_of_talks(base, state)
    for name, limits in ((ALL_ACCEPTED, state.open), (AGREED_SO_FAR, state.accepted)):
        if changed := _changed(folder, f"{ROUNDS}/{entry.seq}/{name}", SETTLEMENT):
            faults += changed
            continue
        try:
            if hashlib.sha256((where / name / MANIFEST).read_bytes()).hexdigest() != entry.content["settlements"][name]:
                faults.append(f"{ROUNDS}/{where.name}/{name} is not the settlement that entry {entry.seq} names")
                continue
            settled = read_settlement(where / name).scenario
        except (SinglepotError, OSError) as error:
            faults.append(f"{ROUNDS}/{where.name}/{name} cannot be read: {error}")
            continue
        expected = limited(scenario, limits)
        given = settled.settings.stages.limits
        if settled != (expected.with_(stages={"limits": dict(given)}) if name == AGREED_SO_FAR and given else expected):
            faults.append(
                f"{ROUNDS}/{where.name}/{name} was settled from another scenario than entry {entry.seq} leads to"
            )
    if changed := _changed(folder, f"{ROUNDS}/{entry.seq}/{ASKS}", ROUND_TABLES):
        return faults + changed
    try:
        return faults + _faults_of_asks(where, state, entry)
    except (SinglepotError, LookupError) as error:
        return [*faults, f"{ROUNDS}/{where.name}/{ASKS} cannot be read: {error}"]


def _faults_of_asks(where: Path, state: State, entry: Entry) -> list[str]:
    table = read_table(where, "asks")
    asked = {
        (area, option): (accepted, asked)
        for area, option, accepted, asked in table[["area", "option", "accepted", "asked"]].itertuples(index=False)
    }
    same = asked == {key: (ask.accepted, ask.asked) for key, ask in state.asks.items()}
    if not same or any(head != entry.hash for head in table["head"]):
        return [f"{ROUNDS}/{where.name}/asks differs from entry {entry.seq}"]
    return []


def _changed(folder: Path, name: str, kind: FolderKind) -> list[str]:
    """Name the files of a folder that are not as they were written; a file that was added to them is none of these."""
    claims = claims_of(folder / name, kind)
    if not claims:
        return [f"{name}/{kind.manifest} is missing or was changed"]
    sealed = [file for file in kind.unlisted if file not in claims]
    files = sorted([*sealed, *(file for file, claim in claims.items() if not holds(folder / name / file, claim))])
    return [f"{name}/{file} is missing or was changed" for file in files]
