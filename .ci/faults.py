"""Interrupt every command that writes at random moments, and count what became of it.

    python .ci/faults.py 1000 --seed 1          # a thousand faults; a table of counts
    python .ci/faults.py 60 --only settle talks # of some commands

The libraries are loaded once; each command runs in a process forked from that one, so that moments fall into the work
and not into the loading. A fault is one of ``FAULTS``. After it, the command is given again without one, and then:

- the user's own files, also those inside the folder that is written, are as they were;
- no process said Traceback, and every exit code is a documented one;
- what stands there is what an undisturbed run writes, byte for byte but for ``VARYING``, and nothing else is beside it;
- where the fault left a result that says it is whole, it was whole before the command was given again.
"""

from __future__ import annotations

import argparse
import ctypes
import encodings
import importlib
import os
import pkgutil
import random
import re
import resource
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from fault_cluster import Cluster, workers_of
from fault_commands import COMMANDS, STOPPED, Command, unverified

import singlepot as sp
import singlepot.__main__

Tree = dict[str, bytes]

CODES = {0, 2, 3, 4, 5, 6, 7, 130, -signal.SIGKILL, -signal.SIGINT}
VARYING = re.compile(r"(.*/)?run\.json|t/.*")
"""Files that say when and how long, or hold hashes of such: of those the names are compared."""

MINE = "mine.txt"
WINDOWS = ("mbcs", "oem")
"""Encodings that only Windows has."""


@dataclass
class Fault:
    """What is done to a process, and when: a share of the time that an undisturbed run takes."""

    kind: str
    share: float
    room: int = 0


FAULTS = (
    "killed", "interrupted", "interrupted three times", "no room", "no permission", "no permission half-way",
    "a worker killed", "twice at once", "from the future", "a damaged lock", "a folder of the user's",
)  # fmt: skip

LOCKS = (b"", b"{", b'{\n "singlepot": "lock",\n "pid": 1', b"mine", b"\x00" * 64)
"""What damage leaves of a lock, and what never was one."""

AT_A_MOMENT = (*FAULTS[:3], "no permission half-way", "a worker killed")

LATER_S = 0.03
"""Longest time between two of three interrupts: the later ones come while what was begun is cleared away."""

DIE_WITHIN_S = 10
"""How long workers may outlive their parent."""


def child(command: Command, line: str, folder: Path, fault: Fault | None, bound: bool) -> int:
    """Start a command line in a forked process, and return the process."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    process = os.fork()
    if process:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return process
    code = 6
    try:
        os.chdir(folder)
        log = os.open(folder.parent / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        os.dup2(log, 1)
        os.dup2(log, 2)
        # the parent's may be files, that are sought in
        sys.stdout, sys.stderr = (os.fdopen(stream, "w", closefd=False) for stream in (1, 2))
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if fault and fault.kind == "no room":
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (fault.room, fault.room))
        if bound:
            bind()
        code = run(command, line)
    except BaseException:  # noqa: BLE001  whatever it is, it is to be counted
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(code)


def run(command: Command, line: str) -> int:
    """Run a command line in this process as the program does, with a user at the browser of a server."""
    sys.argv = ["singlepot", *line.split()]
    sys.modules["__main__"] = singlepot.__main__  # which workers would read again
    user: Future[int] = Future()
    if command.browser is not None:
        reader, writer = os.pipe()
        os.dup2(writer, 1)
        os.close(writer)
        sys.stdout = os.fdopen(1, "w", closefd=False)  # what is a pipe now is not sought in
        threading.Thread(target=lambda: user.set_result(command.browser(reader)), daemon=True).start()
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    except KeyboardInterrupt:  # it came before the program began
        return STOPPED
    try:
        singlepot.__main__.main()
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else 1
    return code or (user.result() if command.browser is not None else 0)


def bind() -> None:
    """Bind a process of root to the permissions of files, as everybody else is (Linux)."""
    libc, override = ctypes.CDLL(None, use_errno=True), (1, 2)  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
    header, sets = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    libc.capget(header, sets)
    for capability in override:
        if os.getuid() == 0:
            libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP: programs that it starts are bound too
        for i in range(3):
            sets[i] &= ~(1 << capability)
    if libc.capset(header, sets):
        raise OSError(ctypes.get_errno(), "permissions cannot be bound")


def ended(process: int) -> int:
    """Wait for a process, and return its exit code."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def tree(folder: Path) -> Tree:
    """Every file below a folder, by its path; folders without one too."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file():
            found[name] = b"" if VARYING.fullmatch(name) else path.read_bytes()
        elif not any(path.iterdir()):
            found[f"{name}/"] = b""
    return found


class Harness:
    """Faults to one command after another, each in a new folder."""

    def __init__(self, root: Path, random_: random.Random) -> None:
        self.root, self.random = root, random_
        self.whole: dict[str, tuple[Tree, float]] = {}
        self.bases: dict[str, Path] = {}
        self.outcomes: Counter[tuple[str, str]] = Counter()
        self.failures: list[str] = []
        self.orphans: list[psutil.Process] = []
        self.cluster: Cluster | None = None

    def start(self, name: str) -> Path:
        """Copy what must stand there before the command, with a file of the user's beside it."""
        if name not in self.bases:
            base = self.root / "bases" / name
            base.mkdir(parents=True)
            COMMANDS[name].ready(base)
            (base / MINE).write_text("mine", encoding="utf-8")
            self.bases[name] = base
        folder = Path(tempfile.mkdtemp(dir=self.root)) / "work"
        shutil.copytree(self.bases[name], folder)
        return folder

    def line(self, command: Command) -> str:
        """Return the line of a command; of one that needs a cluster with the address of the cluster, begun now."""
        if "{cluster}" in command.line and self.cluster is None:
            self.cluster = Cluster(self.root / "cluster")
        return command.line.format(cluster=self.cluster.address if self.cluster else "")

    def undisturbed(self, name: str) -> tuple[Tree, float]:
        """What the command writes, and how long it takes; run twice, for the first loads what was not loaded."""
        if name not in self.whole:
            for _ in range(2):
                folder = self.start(name)
                begun = time.monotonic()
                code = ended(child(COMMANDS[name], self.line(COMMANDS[name]), folder, None, bound=False))
                took = time.monotonic() - begun
                if code:
                    raise SystemExit(f"{name} undisturbed: exit code {code}: {(folder.parent / 'log').read_text()}")
                self.whole[name] = tree(folder), took
                shutil.rmtree(folder.parent)
        return self.whole[name]

    def one(self, name: str, kind: str) -> None:
        """Do one fault to a command, and note what is wrong afterwards."""
        expected, took = self.undisturbed(name)
        largest = max(len(content) for content in expected.values())
        fault = Fault(kind, self.random.random(), self.random.randrange(1, max(largest, 2)))
        command, folder = COMMANDS[name], self.start(name)
        wrong = self._faulty(command, folder, fault, took, expected)
        if wrong:
            log = (folder.parent / "log").read_text(encoding="utf-8", errors="replace") if folder.exists() else ""
            self.failures.append(f"{name}, {kind} at {fault.share:.3f} (room {fault.room}): {wrong}\n{log[-1500:]}")
        shutil.rmtree(folder.parent, ignore_errors=True)

    def _faulty(self, command: Command, folder: Path, fault: Fault, took: float, expected: Tree) -> str:
        theirs, result = {}, folder / command.result
        if fault.kind == "a folder of the user's" and not result.exists() and not result.suffix:
            result.mkdir()
            (result / MINE).write_text("mine too", encoding="utf-8")
            theirs[f"{command.result}/{MINE}"] = b"mine too"
        lock = command.lock_in(folder) if fault.kind == "a damaged lock" else None
        content = self.random.choice(LOCKS)
        if lock is not None:
            lock.parent.mkdir(exist_ok=True)
            lock.write_bytes(content)
        codes = self._disturbed(command, folder, fault, took)
        if self.orphans:
            return f"workers live on: {self.orphans}"
        for code in codes:
            self.outcomes[fault.kind, f"exit code {code}" if code >= 0 else "killed"] += 1
        log = folder.parent / "log"
        said = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
        if "Traceback" in said:
            return "a traceback"
        if not set(codes) <= CODES:
            return f"exit codes {codes}"
        if 6 in codes:
            return "exit code 6"
        if lock is not None and lock.exists():
            if lock.read_bytes() != content or (content and 0 in codes):
                return "the lock that stood there is another now, or was passed"
            lock.unlink()
        found = tree(folder)
        if found.get(MINE) != b"mine" or any(
            (folder / name).read_bytes() != content for name, content in theirs.items()
        ):
            return "a file of the user's is not as it was"
        if theirs:
            rest = {name: content for name, content in found.items() if name not in theirs}
            beside = set(rest) - self.kept(expected, command)
            return differences(rest, expected) if beside else ""  # all of it, in folders of its own, or nothing
        if fault.kind == "twice at once":  # the second says that all of it was written beside the first
            found = {name: content for name, content in found.items() if not name.startswith(f"{command.result}-2/")}
        if 0 in codes:
            return differences(found, expected) or unverified(folder)
        if fault.kind == "from the future":
            return f"exit codes {codes}"
        return self._again(command, folder, found, expected)

    def kept(self, expected: Tree, command: Command) -> set[str]:
        """Files that stood there before the command."""
        return {name for name in expected if name != command.result and not name.startswith(f"{command.result}/")}

    def _again(self, command: Command, folder: Path, found: Tree, expected: Tree) -> str:
        """Give the command again, and compare with what an undisturbed run writes."""
        path, line = folder / command.result, self.line(command)
        if not differences(found, expected):
            return unverified(folder)  # it was done when it was stopped
        if path.exists() and command.again:
            try:
                command.reads(path)
            except sp.SinglepotError:
                pass
            else:
                return f"what stands there reads as whole and is not: {differences(found, expected)}"
            line += command.again
        code = ended(child(command, line, folder, None, bound=False))
        if code and (code != 2 or differences(tree(folder), expected)):
            return f"given again: exit code {code}"
        return differences(tree(folder), expected) or unverified(folder)

    def _disturbed(self, command: Command, folder: Path, fault: Fault, took: float) -> list[int]:
        bound = fault.kind.startswith("no permission")
        if fault.kind == "no permission":
            permit(folder, 0o555)
        if fault.kind == "from the future":
            later = time.time() + 86_400
            for path in folder.rglob("*"):
                os.utime(path, (later, later))
        processes = [child(command, self.line(command), folder, fault, bound)]
        if fault.kind == "twice at once":
            time.sleep(fault.share * took * 0.5)
            processes.append(child(command, self.line(command), folder, fault, bound))
        workers: list[psutil.Process] = []
        if fault.kind in AT_A_MOMENT:
            time.sleep(fault.share * took)
            workers = workers_of(processes[0])
            others = self.cluster.workers() if self.cluster and "{cluster}" in command.line else workers
            self._strike(fault.kind, processes[0], folder, others)
        codes = [ended(process) for process in processes]
        permit(folder, 0o755)
        self.orphans = psutil.wait_procs(workers, DIE_WITHIN_S)[1]
        return codes

    def _strike(self, kind: str, process: int, folder: Path, workers: list[psutil.Process]) -> None:
        if kind == "no permission half-way":
            permit(folder, 0o555)
        elif kind == "a worker killed":
            with suppress(IndexError, psutil.NoSuchProcess):
                self.random.choice(workers).kill()
        else:
            for _ in range(3 if "three" in kind else 1):
                os.kill(process, signal.SIGKILL if kind == "killed" else signal.SIGINT)
                time.sleep(self.random.uniform(0, LATER_S) if "three" in kind else 0)


def permit(folder: Path, mode: int) -> None:
    """Set the mode of a folder and of those in it, while another process writes there."""
    for path in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
        with suppress(FileNotFoundError):
            path.chmod(mode)


def differences(found: Tree, expected: Tree) -> str:
    """Name up to three files in which two trees differ; empty where they are the same."""
    names = sorted(name for name in {*found, *expected} if found.get(name) != expected.get(name))
    kinds = {(True, False): "not there", (False, True): "too much", (True, True): "another"}
    return "; ".join(f"{name} {kinds[name in expected, name in found]}" for name in names[:3])


def load() -> None:
    """Import everything before the first fork: no thread is started by it."""
    lazily = [
        f"encodings.{module.name}" for module in pkgutil.iter_modules(encodings.__path__) if module.name not in WINDOWS
    ]
    lazily += ["importlib.readers", "importlib.resources.readers", "multiprocessing.resource_tracker"]
    for name in (
        *lazily,
        "distributed",
        "highspy",
        "jinja2",
        "openpyxl",
        "pyarrow.parquet",
        "scipy.optimize",
        "vl_convert",
        "xlsxwriter",
    ):
        importlib.import_module(name)
    for module in pkgutil.walk_packages(sp.__path__, "singlepot."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def main() -> None:
    """Do the faults, print counts and every failure."""
    reader = argparse.ArgumentParser()
    reader.add_argument("faults", type=int)
    reader.add_argument("--seed", type=int, default=0)
    reader.add_argument("--only", nargs="*", default=[], help="commands, or beginnings of them")
    chosen = reader.parse_args()
    load()
    names = [name for name in COMMANDS if not chosen.only or name.startswith(tuple(chosen.only))]
    root = Path(tempfile.mkdtemp(prefix="faults-"))
    root.chmod(0o755)
    harness = Harness(root, random.Random(chosen.seed))
    tried: Counter[tuple[str, str]] = Counter()
    try:
        for number in range(chosen.faults):
            name, kind = names[number % len(names)], FAULTS[number // len(names) % len(FAULTS)]
            harness.one(name, kind)
            tried[name, kind] += 1
    except KeyboardInterrupt:  # what was done until then is printed
        pass
    finally:
        if harness.cluster:
            harness.cluster.close()
    shutil.rmtree(root, ignore_errors=True)
    print(f"{sum(tried.values())} faults, {len(harness.failures)} failures")
    for kind in FAULTS:
        outcomes = ", ".join(f"{count} {what}" for (of, what), count in sorted(harness.outcomes.items()) if of == kind)
        print(f"  {sum(n for (_, of), n in tried.items() if of == kind):>5} {kind}: {outcomes}")
    for name in names:
        print(f"  {sum(n for (of, _), n in tried.items() if of == name):>5} {name}")
    for failure in harness.failures[:20]:
        print(f"\n{failure}")
    sys.exit(bool(harness.failures))


if __name__ == "__main__":
    main()
