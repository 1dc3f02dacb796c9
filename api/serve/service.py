"""The server's state: bases by their names, sessions, runs, settlements and saved scenarios."""

from __future__ import annotations

import hashlib
import re
import tempfile
import threading
from collections import OrderedDict
from pathlib import Path

from singlepot.models.diagnostics.problems import BadInputError, Diagnostic, listed
from singlepot.scenarios.reading.checking import Findings
from singlepot.scenarios.reading.shipped import list_scenarios, shipped_names, shipped_what_ifs

from .errors import BadRequestError, NotThereError
from .runs import Runs
from .saved import Saved
from .sessions import Base, Outcomes, Pairs, Sessions

MOST_BASES = 12
"""Scenarios that are kept; the one that was used longest ago goes first."""

ENDINGS = (".xlsx", ".json")
"""Endings of the files that can be uploaded: a what-if could name any file of this machine as its base."""


class Service:
    """State of a server.

    Parameters
    ----------
    given
        Scenario that the server was started with; None where it is chosen in the browser.
    pairs
        Levers that are pulled in it from the start.
    folder
        Folder of saved scenarios; None where nothing is kept.
    parallel
        How many runs at a time.
    time_limit_s
        Seconds of wall time for each run.
    """

    def __init__(
        self, given: Base | None, pairs: Pairs, folder: Path | None, parallel: int, time_limit_s: float
    ) -> None:
        self.given = given
        self.runs = Runs(parallel, time_limit_s)
        self.outcomes = Outcomes()
        self.sessions = Sessions(self.runs, self.outcomes, None if given is None else (given, pairs))
        self.saved = Saved(folder)
        self._uploads = tempfile.TemporaryDirectory(prefix="singlepot-", ignore_cleanup_errors=True)
        self._bases: OrderedDict[str, Base] = OrderedDict()
        self._lock = threading.Lock()

    def close(self) -> None:
        """End all runs, and delete what was uploaded."""
        self.runs.close()
        self._uploads.cleanup()

    def shipped(self) -> list[tuple[str, str]]:
        """List name and title of the shipped scenarios and what-ifs."""
        return [*list_scenarios(), *shipped_what_ifs()]

    def base(self, name: str) -> Base:
        """Return a shipped scenario by name, or the one that the server was started with for an empty name.

        Raises
        ------
        NotThereError
            There is none of that name.
        BadInputError
            It cannot be used.
        """
        if not name or (self.given is not None and name == self.given.source):
            if self.given is None:
                raise NotThereError("no scenario is named", "name one that is shipped")
            return self.given
        if name not in {*shipped_names(), *(key for key, _ in shipped_what_ifs())}:
            raise NotThereError("there is no shipped scenario of that name", "singlepot list shows them")
        return self._read(name, name)

    def opened(self, name: str) -> tuple[Base, Pairs]:
        """Return the base and the levers of a saved scenario.

        Raises
        ------
        NotThereError
            There is none of that name.
        BadInputError
            It cannot be used.
        """
        opened = self.saved.open(name)
        given = self.given
        if given is not None and _same(given.source, opened.source):
            return given, opened.pairs
        path = Path(opened.source)
        stamp = f" {path.stat().st_mtime_ns}" if path.is_file() else ""
        return self._read(f"{opened.source}{stamp}", opened.source), opened.pairs

    def check(self, name: str, content: bytes) -> tuple[Findings, Base | None]:
        """Check a file that was uploaded; return what was found, and the base that it is, where it can be used.

        Parameters
        ----------
        name
            Name of the file; of a path its last part.
        content
            Its bytes.

        Raises
        ------
        BadRequestError
            It is neither a workbook nor a JSON document by its name, or it is empty.
        """
        safe = _file_name(name)
        if not content:
            raise BadRequestError("no file came", "choose a workbook or a JSON document")
        digest = hashlib.sha256(content).hexdigest()[:16]
        with tempfile.TemporaryDirectory(dir=self._uploads.name, ignore_cleanup_errors=True) as tried:
            findings = self.findings(str(_written(Path(tried) / safe, content)))
        if findings.scenario is None:
            return findings, None
        folder = Path(self._uploads.name) / digest  # one for each content, however often it comes
        folder.mkdir(exist_ok=True)
        path = _written(folder / safe, content)
        return findings, self._keep(_base(f"upload {digest} {safe}", str(path), findings, uploaded=True))

    def findings(self, source: str) -> Findings:
        """Check a source in a worker process."""
        findings = self.runs.start("check", source).outcome()
        assert isinstance(findings, Findings)
        return findings

    def _read(self, key: str, source: str) -> Base:
        with self._lock:
            if key in self._bases:
                self._bases.move_to_end(key)
                return self._bases[key]
        findings = self.findings(source)
        if findings.scenario is None:
            raise BadInputError(findings.problems)
        return self._keep(_base(key, source, findings))

    def _keep(self, base: Base) -> Base:
        with self._lock:
            kept = self._bases.setdefault(base.key, base)
            self._bases.move_to_end(base.key)
            while len(self._bases) > MOST_BASES:
                self._bases.popitem(last=False)
            return kept


def base_of(source: str, findings: Findings) -> Base:
    """Return the base that the server is started with, from what its check found."""
    return _base(f"given {source}", source, findings)


def _base(key: str, source: str, findings: Findings, uploaded: bool = False) -> Base:
    assert findings.scenario is not None
    return Base(key, source, findings.scenario, grouped(findings.warnings, "warning"), uploaded)


def grouped(problems: tuple[Diagnostic, ...], noun: str = "problem") -> tuple[str, ...]:
    """Return problems as lines, those of one kind as one."""
    return tuple(listed(problems, noun).splitlines())


def _written(path: Path, content: bytes) -> Path:
    if not path.exists():
        with path.open("xb") as file:
            file.write(content)
    return path


def _same(one: str, other: str) -> bool:
    return one == other or (Path(one).exists() and Path(other).exists() and Path(one).samefile(other))


def _file_name(name: str) -> str:
    """Return the name of an uploaded file as far as it is safe."""
    last = re.split(r"[/\\]", name)[-1].strip()
    stem, dot, ending = last.rpartition(".")
    if dot + ending.lower() not in ENDINGS:
        raise BadRequestError(
            "this is neither a workbook nor a JSON document", "choose a file that ends in .xlsx or .json"
        )
    return (re.sub(r"[^\w \-]", "", stem).strip()[:60] or "scenario") + dot + ending.lower()
