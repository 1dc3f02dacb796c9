"""Mutation testing of the parts in which an error costs most: which small changes of the code no test notices.

    pip install coverage                                    # of no extra
    nice python .ci/mutate.py claims pounds --mutants 60 --seed 1

First the tests of a part are run once, to see which of them run each line and how long they take. Then each mutant of
the sample meets the tests that run its line, the quickest first, then the others of their files, until one fails or
their time is spent. No file is changed: everything is imported once, and each mutant is put into a forked copy of that
process in place of the function that it changes. A mutant outside any function needs its module to be imported anew,
and gets a process of its own, forked before the package was imported. Programs that a test starts are not changed.

Every file gets its share of the sample by the number of its places, at least one. Survivors are printed.
"""

from __future__ import annotations

import argparse
import ast
import gc
import os
import pickle
import random
import resource
import signal
import sys
import tempfile
import time
import tomllib
import traceback
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import highspy  # noqa: F401  loaded once, before any fork
import hypothesis  # noqa: F401
import pandas as pd  # noqa: F401
import pytest
import scipy.optimize
import scipy.sparse  # noqa: F401
from coverage import Coverage
from mutants import Mutant, count_places, mutants

ROOT = Path(__file__).resolve().parents[1]
PARTS = {
    "formulation": ("models/formulation/**/*.py", ["tests/models/formulation", "tests/properties/test_invariants.py"]),
    "lexicographic": (
        "solver/lexicographic/*.py",
        ["tests/solver/lexicographic", "tests/solver/test_solver.py",
            "tests/solver/test_solver_faults.py", "tests/solver/test_symmetry.py",
         "tests/solver/test_crossed_bounds.py", "tests/models/test_shortcuts.py",
         "tests/models/settlement/test_certificate.py"],
    ),
    "sharing": (
        "solver/sharing/*.py",
        [
            "tests/properties/test_uniqueness.py",
            "tests/solver/test_traps.py",
            "tests/solver/test_quadratic.py",
            "tests/models/test_shortcuts.py",
            "tests/models/settlement/test_published_cases.py",
            "tests/models/settlement/test_idle_options.py",
            "tests/models/settlement/test_certificate.py",
        ],
    ),
    "pounds": ("models/settlement/pounds.py", ["tests/models/settlement"]),
    "claims": ("models/claims/*.py", ["tests/models/claims", "tests/scenarios/regimes"]),
    "checks": ("models/checks/**/*.py", ["tests/models/checks", "tests/models/scenario"]),
    "explanation": ("models/explanation/*.py", ["tests/models/explanation", "tests/properties/test_sentences.py"]),
}
"""Files of each part, and the tests that are meant to notice."""

GRACE_S = 20
"""CPU seconds that a mutant may take beyond five times those of its tests; an endless loop is stopped then."""

MEMORY = 8_000_000_000
"""Bytes of address space of a mutant."""

SURVIVED, NOTICED, UNTRIED = 0, 1, 3
"""Exit codes of a process: no test noticed the mutant, one did, or it cannot take the place of what is there."""

WORDS = {SURVIVED: "survived", UNTRIED: "untried", -signal.SIGXCPU: "timed out"}

JUDGED = ROOT / ".ci" / "equivalent.toml"
"""Mutants that change nothing that anybody can see, each with the reason; they are not tried."""


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
        """List the tests for a mutant, the quickest first, those of the same files last, as many as the time allows."""
        lines = self.tests.get(module_of(mutant.path), {})
        touched = set().union(*lines.values()) if lines else set()
        first = lines.get(mutant.line, set()) if mutant.owner else touched
        files = {name.partition("::")[0] for name in first}
        others = {name for name in self.seconds if name.partition("::")[0] in files} - first
        chosen, spent = [], 0.0
        for name in (*sorted(first, key=self._cost), *sorted(others, key=self._cost)):
            if spent + self.seconds[name] <= most_s:
                chosen.append(name)
                spent += self.seconds[name]
        return chosen

    def _cost(self, name: str) -> tuple[float, str]:
        return self.seconds[name], name


def module_of(path: Path) -> str:
    """Name of the module of a file."""
    return ".".join(["singlepot", *path.relative_to(ROOT).with_suffix("").parts]).removesuffix(".__init__")


QUIETLY = ("-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")


def in_a_fork(call: Callable[[], Any]) -> Any:
    """Return what a call returns in a fork of this process, in silence."""
    with tempfile.TemporaryFile() as file:
        child = os.fork()
        if not child:
            code = 1
            try:
                silence()
                pickle.dump(call(), file)
                file.flush()
                code = 0
            except BaseException:  # noqa: BLE001  # the parent says that there was one
                traceback.print_exc()
            finally:
                os._exit(code)
        if os.waitpid(child, 0)[1]:
            sys.exit("the tests could not be run")
        file.seek(0)
        return pickle.load(file)


def silence() -> None:
    """Let nothing be printed but errors of this program."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)


def run_tests(tests: Sequence[str], *plugins: object) -> int:
    """Run tests in this process."""
    return int(
        pytest.main(
            ["-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning", *tests],
            plugins=list(plugins),
        )
    )


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


class Finder:
    """Finder of one module, whose code it changes."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        """Find the module and give it other code."""
        if name != module_of(self.mutant.path):
            return None
        sys.meta_path.remove(self)  # type: ignore[arg-type]
        spec: Any = find_spec(name)
        code = compile(self.mutant.tree, spec.origin, "exec", dont_inherit=True)
        spec.loader.get_code = lambda _: code
        return spec


def anew(trial: Trial) -> int:
    """Run the tests with a module that is imported from changed code."""
    sys.meta_path.insert(0, Finder(trial.mutant))  # type: ignore[arg-type]
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
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            silence()
            os.dup2(1, 2)
            code = call()
        finally:
            os._exit(code)
    latest = time.monotonic() + 4 * limit_s
    while not (ended := os.waitpid(child, os.WNOHANG))[0]:
        if time.monotonic() > latest:
            os.kill(child, signal.SIGXCPU)
        time.sleep(0.002)
    with suppress(ProcessLookupError, PermissionError):  # what it started ends with it
        os.killpg(child, signal.SIGKILL)
    return WORDS.get(os.waitstatus_to_exitcode(ended[1]), "killed")


def sample(paths: Sequence[Path], size: int, draw: random.Random) -> list[Mutant]:
    """Draw mutants of every file, in proportion to its places; those that were judged are left out."""
    judged = {(one["file"], one["change"]) for one in tomllib.loads(JUDGED.read_text(encoding="utf-8"))["equivalent"]}
    places = {path: count_places(path) for path in paths}
    total = sum(places.values())
    drawn, same = [], 0
    for path, count in places.items():
        wanted = max(1, round(size * count / total)) if count else 0
        for mutant in islice(mutants(path, draw), wanted):
            if (path.relative_to(ROOT).as_posix(), mutant.change) in judged:
                same += 1
            else:
                drawn.append(mutant)
    print(f"{total} places in {len(paths)} files, {len(drawn)} mutants and {same} that change nothing", flush=True)
    return drawn


def run_part(name: str, size: int, seed: int, seconds: float) -> None:
    """Try a sample of the mutants of a part, and print what survived."""
    pattern, tests = PARTS[name]
    paths = sorted(ROOT.glob(pattern))
    drawn = sample(paths, size, random.Random(seed))
    covered, failed = in_a_fork(partial(record, paths, tests))
    print(f"{len(covered.seconds)} tests, {sum(covered.seconds.values()):.0f} CPU seconds", flush=True)
    if failed:
        sys.exit(f"tests fail without any change: {', '.join(failed[:3])}")
    trials = []
    for mutant in drawn:
        chosen = covered.of(mutant, seconds)
        trials.append(Trial(mutant, chosen, GRACE_S + 5 * sum(covered.seconds[test] for test in chosen)))
    inside = [trial for trial in trials if trial.mutant.owner and trial.tests]
    results = dict(zip(map(id, inside), in_a_fork(partial(warm, inside, tests)), strict=True))
    count: Counter[str] = Counter()
    for trial in trials:
        result = results.get(id(trial), "untried")
        if result == "untried":
            result = outcome(partial(anew, trial), trial.limit_s) if trial.tests else "survived"
        count[result] += 1
        if result != "killed":
            mutant = trial.mutant
            where = f"{mutant.path.relative_to(ROOT).as_posix()}:{mutant.line}"
            print(f"{result} {len(trial.tests)} tests  {where}  {mutant.change}", flush=True)
    died = count["killed"] + count["timed out"]
    print(f"{name}: {died} of {len(trials)} died, {died / len(trials):.0%} ({dict(count)})", flush=True)


def main() -> None:
    """Try a sample of the mutants of each part."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; all where none is named")
    parser.add_argument("--mutants", type=int, default=100, help="of each part")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=20, help="of the tests of a mutant, as they were measured")
    chosen = parser.parse_args()
    os.chdir(ROOT)
    for name in chosen.parts or PARTS:
        run_part(name, chosen.mutants, chosen.seed, chosen.seconds)


if __name__ == "__main__":
    main()
