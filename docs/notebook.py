"""Run the tutorial notebook: ``python docs/notebook.py`` compares what it shows with what is stored.

``--write`` stores it. The cells run from first to last in a kernel of their own, in an empty folder. A cell that
fails, a text that differs, a number that differs by more than a billionth or a picture that is missing is an error.
Needs the extra ``docs``.
"""

from __future__ import annotations

import argparse
import math
import re
import sys
import tempfile
from itertools import zip_longest
from pathlib import Path
from typing import Any

NOTEBOOK = Path(__file__).parent / "notebook.ipynb"

CLOSE = 1e-9
"""Relative difference of two numbers that are the same: what a settlement promises across machines."""

NUMBER = re.compile(r"(?<![\w.])[-+]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?")
"""A number as tables show it."""

Notebook = Any
"""A notebook as JSON reads it, or as nbformat does."""


def differences(stored: Notebook, fresh: Notebook) -> list[str]:
    """Compare the outputs of two runs, a line for each difference.

    Parameters
    ----------
    stored, fresh
        Notebooks with the same cells.
    """
    rows = []
    for number, (before, after) in enumerate(zip_longest(stored["cells"], fresh["cells"]), start=1):
        if before is None or after is None or before["source"] != after["source"]:
            rows.append(f"cell {number}: not the same cell")
            continue
        was, now = (said_by(cell) for cell in (before, after))
        if was and now and [kind for kind, _ in was] == [kind for kind, _ in now]:
            for (kind, old), (_, new) in zip(was, now, strict=True):
                if not kind.startswith("image/") and (text := text_difference(old, new)):
                    rows.append(f"cell {number}, {kind}: {text}")
        elif was or now:
            rows.append(f"cell {number}: shows {[kind for kind, _ in now]}, stored are {[kind for kind, _ in was]}")
    return rows


def said_by(cell: Notebook) -> list[tuple[str, str]]:
    """List what a cell shows: kind and text, printed text as one."""
    texts: list[tuple[str, str]] = []
    for output in cell.get("outputs", []):
        if output["output_type"] == "stream":
            text = _joined(output["text"])
            if texts and texts[-1][0] == output["name"]:
                text = texts.pop()[1] + text
            texts.append((output["name"], text))
        elif output["output_type"] == "error":
            texts.append(("error", output["evalue"]))
        else:
            texts += [(kind, _joined(data)) for kind, data in sorted(output["data"].items())]
    return texts


def text_difference(old: str, new: str) -> str:
    """Say how two texts differ: in words, or in a number by more than a billionth; empty where they do not."""
    for before, after in zip_longest(old.splitlines(), new.splitlines(), fillvalue=""):
        if NUMBER.sub("#", before) != NUMBER.sub("#", after):
            return f"stored {before!r}, now {after!r}"
        pairs = zip(NUMBER.findall(before), NUMBER.findall(after), strict=True)
        for left, right in pairs:
            if not math.isclose(_value(left), _value(right), rel_tol=CLOSE, abs_tol=CLOSE):
                return f"stored {left}, now {right} in {after!r}"
    return ""


def _value(number: str) -> float:
    return float(number.replace(",", ""))


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)


def run(notebook: Notebook) -> Notebook:
    """Run a copy of a notebook in an empty folder, with this Python."""
    import nbformat
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient

    class ThisPython(AsyncKernelManager):
        """A kernel of the Python that runs this, whatever kernels are installed."""

        @property
        def kernel_spec(self) -> KernelSpec:
            text = ["--log-level=40", "-f", "{connection_file}"]
            return KernelSpec(argv=[sys.executable, "-m", "ipykernel_launcher", *text])

    copy = nbformat.from_dict(notebook)
    with tempfile.TemporaryDirectory() as empty:
        client = NotebookClient(
            copy, kernel_manager_class=ThisPython, timeout=600, resources={"metadata": {"path": empty}}
        )
        client.execute()
    for cell in copy["cells"]:
        cell["metadata"].pop("execution", None)
    copy["metadata"]["language_info"] = {"name": "python"}
    return copy


def main() -> int:
    """Run, then store or compare."""
    import nbformat

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="Store what the cells show.")
    chosen = parser.parse_args()
    stored = nbformat.read(NOTEBOOK, as_version=4)
    fresh = run(stored)
    if chosen.write:
        nbformat.write(fresh, NOTEBOOK)
        return 0
    changes = differences(stored, fresh)
    print("\n".join(changes or [f"{NOTEBOOK.name}: every cell runs and shows what is stored"]))
    return bool(changes)


if __name__ == "__main__":
    sys.exit(main())
