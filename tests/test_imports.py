"""No file imports in a circle, imports for types and imports within functions included.

The import linter holds the order of rooms and parts; it takes the ``__init__`` of a folder for the folder, so that a
file which imports the folder it lies in is found here alone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from .places import ROOT
from .test_packaging import folders


def modules() -> dict[str, Path]:
    """Import name → file."""
    rows = {}
    for package, folder in folders().items():
        for path in folder.glob("*.py"):
            rows[package if path.stem == "__init__" else f"{package}.{path.stem}"] = path
    return rows


def imports(name: str, path: Path, known: dict[str, Path]) -> Iterator[str]:
    """Files of ours that a file names in its import statements."""
    package = name if path.stem == "__init__" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: package.count(".") + 2 - node.level] if node.level else []
            source = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                inner = f"{source}.{alias.name}"
                if inner in known or source in known:
                    yield inner if inner in known else source


def test_no_file_imports_in_a_circle() -> None:
    """The command line imports the public names, and no file imports the command line."""
    known = modules()
    graph = {name: set(imports(name, path, known)) - {name} for name, path in known.items()}
    assert sum(map(len, graph.values())) > 1000, "the imports were not read"
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        pytest.fail(" imports ".join(reversed(circle.args[1])))


def test_every_room_was_read() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in modules().values()} == {
        "api", "models", "reports", "scenarios", "solver",
    }  # fmt: skip
