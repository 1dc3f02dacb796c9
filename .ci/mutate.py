"""Mutation testing of the files in which an error costs most: a sample of mutants, and which of them no test kills.

    pip install cosmic-ray          # of its operators only; no part of the extra ``test``
    nice python .ci/mutate.py terms --mutants 100 --seed 1

Run it in a checkout of its own that is installed in place: the files are changed where they are and put back. Every
file gets its share of the sample by the number of its places that can be changed, and at least two; a place is drawn
once, with one of its changes. Changes of annotations alone are left out. Survivors are printed as differences.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import os
import random
import resource
import signal
import sys
from collections import Counter, defaultdict
from pathlib import Path

import highspy  # noqa: F401  loaded once, before any mutant
import pandas as pd  # noqa: F401
import pytest
import scipy.optimize  # noqa: F401
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

ROOT = Path(__file__).parent.parent
INVARIANTS = "tests/properties/test_invariants.py"
TARGETS = {
    "terms": (
        "models/formulation/terms/*.py",
        [
            "tests/models/formulation",
            INVARIANTS,
            "-k",
            "test_terms or by_hand or test_1_ or test_2_ or test_3_ or test_12_",
        ],
    ),
    "pounds": (
        "models/settlement/pounds.py",
        [*(f"tests/models/settlement/test_{name}.py" for name in ("pounds", "published_cases", "certificate"))],
    ),
    "checks": ("models/checks/**/*.py", ["tests/models/checks", "tests/models/scenario"]),
    "lexicographic": (
        "solver/lexicographic/*.py",
        [
            "tests/solver/lexicographic",
            "tests/models/settlement/test_certificate.py",
            *(f"tests/solver/test_{name}.py" for name in ("solver", "crossed_bounds", "symmetry")),
            "tests/models/test_shortcuts.py",
            "tests/models/explanation/test_prices.py",
            "-k",
            "not threads and not both_sides_hold and not one_more_million",
        ],
    ),
}


class _WithoutAnnotations(ast.NodeTransformer):
    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AnnAssign:
        node.annotation = ast.Constant(None)
        self.generic_visit(node)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.returns = None
        self.generic_visit(node)
        return node


def meaning(code: str) -> str:
    """Return the syntax tree of a text without annotations, which are never evaluated."""
    return ast.dump(_WithoutAnnotations().visit(ast.parse(code)))


def mutants(path: Path, draw: random.Random) -> list[str]:
    """One mutated text of the file for every place that can be changed, in a drawn order."""
    code = path.read_text(encoding="utf-8")
    nodes = list(ast_nodes(get_ast(code)))
    places = defaultdict(list)
    for name in operator_names():
        if get_operator(name).arguments():
            continue
        operator = get_operator(name)()
        positions = [position for node in nodes for position in operator.mutation_positions(node)]
        for occurrence, position in enumerate(positions):
            places[position].append((operator, occurrence))
    texts = []
    for position in sorted(places):
        text = mutate_code(code, *draw.choice(places[position]))
        try:
            if meaning(text) != meaning(code):
                texts.append(text)
        except SyntaxError:
            continue
    draw.shuffle(texts)
    return texts


def sample(paths: list[Path], size: int, draw: random.Random) -> list[tuple[Path, str]]:
    """Draw mutants of every file, in proportion to its places."""
    of = {path: mutants(path, draw) for path in paths}
    total = sum(map(len, of.values()))
    drawn = [(path, text) for path, texts in of.items() for text in texts[: max(2, round(size * len(texts) / total))]]
    print(f"{total} places in {len(paths)} files, {len(drawn)} mutants drawn", flush=True)
    draw.shuffle(drawn)
    return drawn


def run(tests: list[str], limit_s: int) -> str:
    """Run tests in a child of this process, which has loaded all that does not change, within a limit of CPU time."""
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_CPU, (limit_s, limit_s + 1))
        sys.dont_write_bytecode = True
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        os._exit(int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *tests])))
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return {0: "survived", -signal.SIGXCPU: "timed out"}.get(status, "killed")


def outcome(path: Path, text: str, tests: list[str], limit_s: int) -> str:
    """Run the tests with a file changed; its own text and date come back whatever happens."""
    original, dates = path.read_text(encoding="utf-8"), path.stat()
    path.write_text(text, encoding="utf-8")
    try:
        return run(tests, limit_s)
    finally:
        path.write_text(original, encoding="utf-8")
        os.utime(path, ns=(dates.st_atime_ns, dates.st_mtime_ns))


def main() -> None:
    """Run the tests of a target on every mutant of the sample."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--mutants", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    pattern, tests = TARGETS[chosen.target]
    os.chdir(ROOT)
    if run(tests, limit_s=3600) != "survived":
        sys.exit("the tests do not pass without any change")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    limit_s = 60 + int(4 * (used.ru_utime + used.ru_stime))
    count: Counter[str] = Counter()
    for path, text in sample(sorted(ROOT.glob(pattern)), chosen.mutants, random.Random(chosen.seed)):
        original = path.read_text(encoding="utf-8")
        result = outcome(path, text, tests, limit_s)
        count[result] += 1
        if result != "killed":
            name = path.relative_to(ROOT).as_posix()
            lines = difflib.unified_diff(original.splitlines(), text.splitlines(), name, result, lineterm="", n=0)
            print(*lines, "", sep="\n", flush=True)
    print(f"{chosen.target}: {sum(count.values())} mutants, " + ", ".join(f"{n} {what}" for what, n in count.items()))


if __name__ == "__main__":
    main()
