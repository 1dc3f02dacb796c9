"""Mutation testing of the parts in which an error costs most: which small changes of the code no test notices.

    pip install coverage                                    # of no extra
    nice python .ci/mutate.py claims pounds --mutants 60 --seed 1

First the tests of a part are run once, to see which of them run each line and how long they take. Then each mutant of
the sample meets the tests that run its line and others of their files, those named after its file first and then the
quickest, until one fails or their time is spent; what survives meets more of them. No file is changed: everything is
imported once, and each mutant is put into a forked copy of that process in place of the function that it changes. A
mutant outside any function needs its module to be imported anew, and gets a process of its own, forked before the
package was imported. Programs that a test starts are not changed.

Every file gets its share of the sample by the number of its places, at least one. Survivors are printed.
"""

from __future__ import annotations

import argparse
import ast
import os
import pickle
import random
import sys
import tempfile
import tomllib
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

from mutant_trials import ROOT, Covered, Trial, anew, outcome, record, silence, warm
from mutants import Mutant, count_places, mutants

PARTS = {
    "formulation": (
        "models/formulation/**/*.py",
        [
            "singlepot.models.formulation",
            "tests/models/formulation",
            "tests/models/settlement/test_recipients.py",
            "tests/properties/test_invariants.py",
            "tests/properties/test_recipients.py",
            "tests/properties/test_levelling.py",
        ],
    ),
    "lexicographic": (
        "solver/lexicographic/*.py",
        [
            "singlepot.solver.lexicographic",
            "tests/solver/lexicographic",
            "tests/solver/test_solver.py",
            "tests/solver/test_solver_faults.py",
            "tests/solver/test_symmetry.py",
            "tests/solver/test_crossed_bounds.py",
            "tests/models/test_shortcuts.py",
            "tests/models/settlement/test_certificate.py",
        ],
    ),
    "sharing": (
        "solver/sharing/*.py",
        [
            "singlepot.solver.sharing",
            "tests/solver/sharing",
            "tests/properties/test_uniqueness.py",
            "tests/solver/test_traps.py",
            "tests/solver/test_quadratic.py",
            "tests/models/test_shortcuts.py",
            "tests/models/settlement/test_published_cases.py",
            "tests/models/settlement/test_idle_options.py",
            "tests/models/settlement/test_certificate.py",
        ],
    ),
    "pounds": ("models/settlement/pounds.py", ["singlepot.models.settlement", "tests/models/settlement"]),
    "claims": ("models/claims/*.py", ["singlepot.models.claims", "tests/models/claims", "tests/scenarios/regimes"]),
    "checks": (
        "models/checks/**/*.py",
        [
            "singlepot.models.checks",
            "tests/models/checks",
            "tests/models/scenario",
            "tests/models/programmes",
            "tests/models/formulation",
        ],
    ),
    "explanation": (
        "models/explanation/*.py",
        ["singlepot.models.explanation", "tests/models/explanation", "tests/properties/test_sentences.py"],
    ),
}
"""Files of each part, and the tests that are meant to notice; a module stands for the examples of its docstrings."""

LARGE = ("highspy", "hypothesis", "pandas", "scipy.optimize", "scipy.sparse")
"""Libraries that are loaded once, before any fork."""

GRACE_S = 40
"""CPU seconds that a mutant may take beyond twice those of its tests, to read them anew; an endless loop is stopped."""

JUDGED = ROOT / ".ci" / "equivalent.toml"
"""Mutants that change nothing that anybody can see, each with the reason; they are not tried."""


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


def sample(paths: Sequence[Path], size: int, draw: random.Random) -> list[Mutant]:
    """Draw mutants of every file, in proportion to its places; those that were judged are left out."""
    table = tomllib.loads(JUDGED.read_text(encoding="utf-8"))["equivalent"]
    judged = {(one["file"], one["line"], one["change"]) for one in table}
    places = {path: count_places(path) for path in paths}
    total = sum(places.values())
    drawn, same = [], 0
    for path, count in places.items():
        wanted = max(1, round(size * count / total)) if count else 0
        for mutant in islice(mutants(path, draw), wanted):
            if (path.relative_to(ROOT).as_posix(), mutant.source, mutant.change) in judged:
                same += 1
            else:
                drawn.append(mutant)
    print(f"{total} places in {len(paths)} files, {len(drawn)} mutants and {same} that change nothing", flush=True)
    return drawn


def run_part(name: str, size: int, seed: int, seconds: float, more: float) -> None:
    """Try a sample of the mutants of a part, and print what survived."""
    pattern, tests = PARTS[name]
    paths = sorted(ROOT.glob(pattern))
    drawn = sample(paths, size, random.Random(seed))
    covered, failed = in_a_fork(partial(record, paths, tests))
    print(f"{len(covered.seconds)} tests, {sum(covered.seconds.values()):.0f} CPU seconds", flush=True)
    if failed:
        print(f"{len(failed)} fail without any change and are left out: {', '.join(failed[:3])}", flush=True)
        covered.leave_out(failed)
    count: Counter[str] = Counter()
    alive = drawn
    for limit_s in (seconds, more):
        if not alive:
            break
        results = tried([trial_of(mutant, covered, limit_s) for mutant in alive], covered, tests)
        count.update(result for result in results if result != "survived")
        alive = [mutant for mutant, result in zip(alive, results, strict=True) if result == "survived"]
        print(f"{len(alive)} survive {limit_s:g} seconds, {dict(count)}", flush=True)
        for mutant in alive:
            print(f"  {mutant.path.relative_to(ROOT).as_posix()}:{mutant.line}  {mutant.change}", flush=True)
    died = sum(count.values())
    print(f"{name}: {died} of {len(drawn)} died, {died / len(drawn):.0%}, of them {dict(count)}", flush=True)


def trial_of(mutant: Mutant, covered: Covered, seconds: float) -> Trial:
    """Choose the tests of a mutant, and the time that it may take."""
    chosen = covered.of(mutant, seconds)
    return Trial(mutant, chosen, GRACE_S + 2 * sum(covered.seconds[test] for test in chosen))


def tried(trials: Sequence[Trial], covered: Covered, tests: Sequence[str]) -> list[str]:
    """Say what becomes of each mutant, those in functions first; end where tests notice what is not changed at all."""
    longest = max(trials, key=lambda trial: sum(covered.seconds[test] for test in trial.tests))
    tree = ast.parse(longest.mutant.path.read_text(encoding="utf-8"))
    trials = [replace(longest, mutant=replace(longest.mutant, tree=tree)), *trials]
    inside = [trial for trial in trials if covered.runs(trial.mutant) and trial.tests]
    results = dict(zip(map(id, inside), in_a_fork(partial(warm, inside, tests)) if inside else [], strict=True))
    for trial in trials:
        if results.get(id(trial), "untried") == "untried":
            results[id(trial)] = outcome(partial(anew, trial), trial.limit_s) if trial.tests else "survived"
    unchanged, *others = (results[id(trial)] for trial in trials)
    if unchanged != "survived":
        sys.exit(f"of {len(longest.tests)} tests some fail without any change in a process of their own: {unchanged}")
    return others


def main() -> None:
    """Try a sample of the mutants of each part."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; all where none is named")
    parser.add_argument("--mutants", type=int, default=100, help="of each part")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=5, help="of the tests of a mutant, as they were measured")
    parser.add_argument("--more", type=float, default=60, help="the same for those that survive them")
    chosen = parser.parse_args()
    os.chdir(ROOT)
    for library in LARGE:
        import_module(library)
    for name in chosen.parts or PARTS:
        run_part(name, chosen.mutants, chosen.seed, chosen.seconds, chosen.more)


if __name__ == "__main__":
    main()
