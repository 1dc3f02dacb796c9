"""Trials of mutants: which tests meet each, and processes in which it takes the place of what is there."""

from __future__ import annotations

import ast
import gc
import os
import resource
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from importlib.abc import MetaPathFinder
from importlib.util import find_spec
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest
from coverage import Coverage
from mutants import Mutant

ROOT = Path(__file__).resolve().parents[1]

MEMORY = 8_000_000_000
"""Bytes of data of a mutant; not of addresses, of which what draws charts reserves more than it uses."""

SURVIVED, NOTICED, UNTRIED = 0, 1, 3
"""Exit codes of a process: no test noticed the mutant, one did, or it cannot take the place of what is there."""

WORDS = {SURVIVED: "survived", UNTRIED: "untried", -signal.SIGXCPU: "timed out"}


@dataclass
class Covered:
    """Which tests run each line, and how many seconds each takes.

    Attributes
    ----------
    seconds
        By the name of a test.
    tests
        By file and line.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    tests: dict[str, dict[int, set[str]]] = field(default_factory=dict)

    def of(self, mutant: Mutant, most_s: float) -> list[str]:
        """List the tests that run the changed line, then others of their files, as many as the time allows.

        The others may run it too: what one test works out for all of a file counts as run by that test alone. They get
        a third of the time. Those in the file that is named after the changed one come first, then the quickest.
        """
        lines = self.tests.get(module_of(mutant.path), {})
        touched = set().union(*lines.values()) or set(self.seconds)
        first = lines.get(mutant.line, set()) if self.runs(mutant) else touched
        files = {name.partition("::")[0] for name in first}
        others = {name for name in self.seconds if name.partition("::")[0] in files} - first
        own = f"/test_{mutant.path.stem}.py::"
        return [*self._within(first, most_s * 2 / 3, own), *self._within(others, most_s / 3, own)]

    def _within(self, names: set[str], most_s: float, own: str) -> Iterator[str]:
        spent = 0.0
        for name in sorted(names, key=lambda name: (own not in name, self.seconds[name], name)):
            spent += self.seconds[name]
            if spent > most_s:
                return
            yield name

    def leave_out(self, names: Sequence[str]) -> None:
        """Forget tests that fail anyway."""
        for name in set(names) & set(self.seconds):
            del self.seconds[name]
        self.tests = {
            module: {line: tests - set(names) for line, tests in lines.items()} for module, lines in self.tests.items()
        }

    def runs(self, mutant: Mutant) -> bool:
        """Whether some test runs the changed line in a function; else it runs when its module is imported, or never."""
        return bool(mutant.owner and self.tests.get(module_of(mutant.path), {}).get(mutant.line))


def module_of(path: Path) -> str:
    """Name of the module of a file."""
    return ".".join(["singlepot", *path.relative_to(ROOT).with_suffix("").parts]).removesuffix(".__init__")


QUIETLY = ("-q", "--pyargs", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")


def silence() -> None:
    """Let nothing be printed but errors of this program."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)


def run_tests(tests: Sequence[str], *plugins: object) -> int:
    """Run tests in this process."""
    return int(pytest.main([*QUIETLY, *tests], plugins=list(plugins)))


class Recorder:
    """Plugin that notes for each test which lines of the files it runs, and how long it takes."""

    def __init__(self, files: Sequence[str]) -> None:
        self.coverage = Coverage(data_file=None, include=list(files), config_file=False)
        self.seconds: dict[str, float] = {}
        self.failed: list[str] = []

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Note one test."""
        self.coverage.switch_context(item.nodeid)
        begun = time.process_time()
        yield
        self.seconds[item.nodeid] = time.process_time() - begun

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that fails."""
        if report.failed:
            self.failed.append(report.nodeid)


def record(files: Sequence[Path], tests: Sequence[str]) -> tuple[Covered, list[str]]:
    """Run the tests once; return what they run, and those that fail."""
    specs = {module: find_spec(module) for module in map(module_of, files)}
    origins = {module: str(Path(str(spec.origin)).resolve()) for module, spec in specs.items() if spec}
    recorder = Recorder(list(origins.values()))
    recorder.coverage.start()
    run_tests(tests, recorder)
    recorder.coverage.stop()
    data = recorder.coverage.get_data()
    found = Covered(recorder.seconds)
    for module, origin in origins.items():
        found.tests[module] = {line: set(names) - {""} for line, names in data.contexts_by_lineno(origin).items()}
    return found, recorder.failed


@dataclass
class Trial:
    """A mutant, the tests that it meets, and how many seconds of CPU time it may take."""

    mutant: Mutant
    tests: list[str]
    limit_s: float


class Warm:
    """Plugin that, in place of running the tests, runs those of each mutant in a fork of this process."""

    def __init__(self, trials: Sequence[Trial]) -> None:
        self.trials = trials
        self.results: list[str] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try every mutant."""
        items = {item.nodeid: item for item in session.items}
        functions = by_name()
        gc.collect()
        gc.freeze()
        for trial in self.trials:
            found = functions.get((module_of(trial.mutant.path), trial.mutant.owner), [])
            self.results.append(outcome(partial(replaced, trial, found, items), trial.limit_s))
        return True


def warm(trials: Sequence[Trial], tests: Sequence[str]) -> list[str]:
    """Try mutants of functions in forks of one process that has read all tests."""
    plugin = Warm(trials)
    run_tests(tests, plugin)
    return plugin.results


def by_name() -> dict[tuple[str, str], list[FunctionType]]:
    """Every function of the package that is there, by its module and qualified name."""
    found: dict[tuple[str, str], list[FunctionType]] = defaultdict(list)
    for thing in gc.get_objects():
        if isinstance(thing, FunctionType) and (thing.__module__ or "").startswith("singlepot."):
            found[thing.__module__, thing.__code__.co_qualname].append(thing)
    return found


def replaced(trial: Trial, functions: Sequence[FunctionType], items: dict[str, pytest.Item]) -> int:
    """Give functions their changed code, and run the tests until one fails."""
    codes = list(codes_of(trial.mutant.tree))
    for function in functions:
        same = (function.__code__.co_qualname, function.__code__.co_firstlineno)
        code = next(code for code in codes if (code.co_qualname, code.co_firstlineno) == same)
        if len(code.co_freevars) != len(function.__code__.co_freevars):
            return UNTRIED
        function.__code__ = code.replace(co_filename=function.__code__.co_filename)
    if not functions:
        return UNTRIED
    until = Until()
    chosen = [items[name] for name in trial.tests]
    for item, following in zip(chosen, [*chosen[1:], None], strict=True):
        item.config.pluginmanager.register(until) if item is chosen[0] else None
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if until.noticed:
            return NOTICED
    return SURVIVED


def codes_of(tree: ast.Module) -> Iterator[CodeType]:
    """Every piece of code that a file compiles to."""
    waiting = [compile(tree, "changed", "exec", dont_inherit=True)]
    while waiting:
        code = waiting.pop()
        yield code
        waiting += [constant for constant in code.co_consts if isinstance(constant, CodeType)]


class Until:
    """Plugin that notes a failure, of a test or of reading the tests."""

    noticed = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the failure of a test."""
        self.noticed = self.noticed or report.failed

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note that a file of tests cannot be read."""
        self.noticed = self.noticed or report.failed


class Finder(MetaPathFinder):
    """Finder of one module, whose code it changes."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> Any:
        """Find the module and give it other code."""
        if name != module_of(self.mutant.path):
            return None
        sys.meta_path.remove(self)
        spec: Any = find_spec(name)
        code = compile(self.mutant.tree, spec.origin, "exec", dont_inherit=True)
        spec.loader.get_code = lambda _: code
        return spec


def anew(trial: Trial) -> int:
    """Run the tests with a module that is imported from changed code."""
    sys.meta_path.insert(0, Finder(trial.mutant))
    until = Until()
    code = run_tests(["-x", *trial.tests], until)
    return NOTICED if until.noticed or code else SURVIVED


def outcome(call: Callable[[], int], limit_s: float) -> str:
    """Run a call in a fork of this process, in silence and within limits; say what became of the mutant."""
    child = os.fork()
    if not child:
        code = NOTICED
        try:
            os.setpgid(0, 0)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            resource.setrlimit(resource.RLIMIT_CPU, (int(limit_s), int(limit_s) + 1))
            resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
            silence()
            os.dup2(1, 2)
            code = call()
        finally:
            os._exit(code)
    latest = time.monotonic() + 20 * limit_s  # the machine may be busy
    while not (ended := os.waitpid(child, os.WNOHANG))[0]:
        if time.monotonic() > latest:
            os.kill(child, signal.SIGXCPU)
        time.sleep(0.002)
    with suppress(ProcessLookupError, PermissionError):  # what it started ends with it
        os.killpg(child, signal.SIGKILL)
    return WORDS.get(os.waitstatus_to_exitcode(ended[1]), "killed")
