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
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import singlepot as sp
from singlepot import cli

Tree = dict[str, bytes]

BUCKS = "bucks-and-burnley"
CODES = {0, 2, 3, 4, 5, 6, 7, 130, -signal.SIGKILL, -signal.SIGINT}
VARYING = re.compile(r"(.*/)?run\.json|t/.*")
"""Files that say when and how long, or hold hashes of such: of those the names are compared."""

PLAN = f"""
schema = 1
base = "{BUCKS}"
draws = 6
[[uncertain]]
name = "pot"
table = "pot"
columns = ["amount"]
each = "all"
distribution = "uniform"
low = 0.9
high = 1.1
"""
IMPOSSIBLE = f'title = "Half the pot"\nbase = "{BUCKS}"\n[levers]\npot = 0.5\n'
MINE = "mine.txt"


@dataclass(frozen=True)
class Command:
    """A command line, what must stand there before, and what reads its result."""

    line: str
    result: str
    ready: Callable[[Path], None] = lambda folder: None
    reads: Callable[[Path], object] = lambda path: path
    again: str = " --overwrite"
    """What is added when the result stands there already."""


def with_plan(folder: Path) -> None:
    """Write the plan of an ensemble."""
    (folder / "plan.toml").write_text(PLAN, encoding="utf-8")


def with_impossible(folder: Path) -> None:
    """Write a what-if that leaves no settlement."""
    (folder / "tight.toml").write_text(IMPOSSIBLE, encoding="utf-8")


def with_talks(folder: Path) -> None:
    """Open talks."""
    sp.open_talks(BUCKS, folder / "t", by="centre")


def with_answers(folder: Path) -> None:
    """Open talks, and write an answer to everything that is asked."""
    with_talks(folder)
    asks = sp.Talks(folder / "t").asks
    asks[["round", "area", "option", "asked"]].assign(accepted=asks["asked"]).to_csv(
        folder / "answers.csv", index=False
    )


def unverified(folder: Path) -> str:
    """Say that talks in a folder do not verify; empty where they do, or where there are none."""
    try:
        return "" if not (folder / "t").exists() or sp.verify_talks(folder / "t").passed else "talks do not verify"
    except sp.SinglepotError as error:
        return str(error)


COMMANDS = {
    "settle": Command(f"settle {BUCKS} --out o --quiet", "o", reads=sp.read_settlement),
    "settle tables": Command(f"settle {BUCKS} --out o --only tables --quiet", "o", reads=sp.read_settlement),
    "compare": Command(f"compare {BUCKS} {BUCKS} --out o --quiet", "o"),
    "sweep": Command(f"sweep {BUCKS} --lever pot=0.95,1 --no-chart --out o --quiet", "o"),
    "regimes": Command(f"regimes {BUCKS} --only pro-rata,single-pot --no-chart --out o --quiet", "o"),
    "frontier": Command(f"frontier {BUCKS} --between carbon,cost --out o --quiet", "o"),
    "alternatives": Command(f"alternatives {BUCKS} --count 1 --out o --quiet", "o"),
    "ensemble": Command("ensemble plan.toml --out o --quiet", "o", with_plan, sp.read_ensemble, again=""),
    "robust": Command("robust plan.toml --draws 3 --out o --quiet", "o", with_plan),
    "export to a workbook": Command(f"export {BUCKS} o.xlsx", "o.xlsx", reads=sp.read_scenario),
    "export to a document": Command(f"export {BUCKS} o.json", "o.json", reads=sp.read_scenario),
    "export to a folder": Command(f"export {BUCKS} o", "o", reads=sp.read_scenario),
    "repair": Command("repair tight.toml --out o.toml --quiet", "o.toml", with_impossible, sp.read_scenario),
    "goal": Command(f"goal {BUCKS} --lever pot --save o.toml", "o.toml", reads=sp.read_scenario),
    "talks open": Command(f"talks open {BUCKS} t --quiet", "t", again=""),
    "talks answer": Command("talks answer t answers.csv --by areas --quiet", "t", with_answers, again=""),
    "talks next": Command("talks next t --quiet", "t", with_talks, again=""),
}


@dataclass
class Fault:
    """What is done to a process, and when: a share of the time that an undisturbed run takes."""

    kind: str
    share: float
    room: int = 0


FAULTS = (
    "killed", "interrupted", "interrupted three times", "no room", "no permission", "no permission half-way",
    "twice at once", "from the future", "a folder of the user's",
)  # fmt: skip


def child(line: str, folder: Path, fault: Fault | None, nobody: bool) -> int:
    """Start a command in a forked process, and return the process."""
    process = os.fork()
    if process:
        return process
    code = 6
    try:
        os.chdir(folder)
        log = os.open(folder.parent / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        os.dup2(log, 1)
        os.dup2(log, 2)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if fault and fault.kind == "no room":
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (fault.room, fault.room))
        if nobody:
            os.setgid(65534)
            os.setuid(65534)
        cli.main(line.split())
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else 1
    except BaseException:  # noqa: BLE001  whatever it is, it is to be counted
        traceback.print_exc()
    finally:
        os._exit(code if isinstance(code, int) else 6)


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

    def undisturbed(self, name: str) -> tuple[Tree, float]:
        """What the command writes, and how long it takes; run twice, for the first loads what was not loaded."""
        if name not in self.whole:
            for _ in range(2):
                folder = self.start(name)
                begun = time.monotonic()
                code = ended(child(COMMANDS[name].line, folder, None, nobody=False))
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
        folder.chmod(0o755)
        shutil.rmtree(folder.parent, ignore_errors=True)

    def _faulty(self, command: Command, folder: Path, fault: Fault, took: float, expected: Tree) -> str:
        theirs, result = {}, folder / command.result
        if fault.kind == "a folder of the user's" and not result.exists() and not result.suffix:
            result.mkdir()
            (result / MINE).write_text("mine too", encoding="utf-8")
            theirs[f"{command.result}/{MINE}"] = b"mine too"
        codes = self._disturbed(command, folder, fault, took)
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
        found = tree(folder)
        if found.get(MINE) != b"mine" or any(
            (folder / name).read_bytes() != content for name, content in theirs.items()
        ):
            return "a file of the user's is not as it was"
        if theirs:
            beside = set(found) - self.kept(expected, command) - set(theirs)
            return f"written beside it: {sorted(beside)}" if beside else ""
        if fault.kind == "twice at once":  # the second says that all of it was written beside the first
            found = {name: content for name, content in found.items() if not name.startswith(f"{command.result}-2/")}
        if 0 in codes:
            return differences(found, expected) or unverified(folder)
        if fault.kind == "from the future":
            return f"exit codes {codes}"
        return self._again(command, folder, found, expected)

    def kept(self, expected: Tree, command: Command) -> set[str]:
        """Files that stood there before the command."""
        return {name for name in expected if name.split("/")[0] != command.result}

    def _again(self, command: Command, folder: Path, found: Tree, expected: Tree) -> str:
        """Give the command again, and compare with what an undisturbed run writes."""
        path, line = folder / command.result, command.line
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
        code = ended(child(line, folder, None, nobody=False))
        if code and (code != 2 or differences(tree(folder), expected)):
            return f"given again: exit code {code}"
        return differences(tree(folder), expected) or unverified(folder)

    def _disturbed(self, command: Command, folder: Path, fault: Fault, took: float) -> list[int]:
        nobody = fault.kind.startswith("no permission") and os.getuid() == 0
        if nobody:
            for path in (folder.parent, *folder.parent.rglob("*")):
                os.chown(path, 65534, 65534)
        if fault.kind == "no permission":
            folder.chmod(0o555)
        if fault.kind == "from the future":
            later = time.time() + 86_400
            for path in folder.rglob("*"):
                os.utime(path, (later, later))
        processes = [child(command.line, folder, fault, nobody)]
        if fault.kind == "twice at once":
            time.sleep(fault.share * took * 0.5)
            processes.append(child(command.line, folder, fault, nobody))
        if fault.kind in ("killed", "interrupted", "interrupted three times", "no permission half-way"):
            time.sleep(fault.share * took)
            if fault.kind == "no permission half-way":
                folder.chmod(0o555)
            times = 3 if "three" in fault.kind else 1
            for _ in range(times if "permission" not in fault.kind else 0):
                os.kill(processes[0], signal.SIGKILL if fault.kind == "killed" else signal.SIGINT)
        codes = [ended(process) for process in processes]
        folder.chmod(0o755)
        return codes


def differences(found: Tree, expected: Tree) -> str:
    """Name up to three files in which two trees differ; empty where they are the same."""
    names = sorted(name for name in {*found, *expected} if found.get(name) != expected.get(name))
    kinds = {(True, False): "not there", (False, True): "too much", (True, True): "another"}
    return "; ".join(f"{name} {kinds[name in expected, name in found]}" for name in names[:3])


def load() -> None:
    """Import everything before the first fork: no thread is started by it."""
    for name in ("highspy", "jinja2", "openpyxl", "pyarrow.parquet", "scipy.optimize", "vl_convert", "xlsxwriter"):
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
    for number in range(chosen.faults):
        name, kind = names[number % len(names)], FAULTS[number // len(names) % len(FAULTS)]
        tried[name, kind] += 1
        harness.one(name, kind)
    shutil.rmtree(root, ignore_errors=True)
    print(f"{chosen.faults} faults, {len(harness.failures)} failures")
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
