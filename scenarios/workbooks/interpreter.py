"""Python executable for a process of its own, also where another program runs Python inside itself."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from multiprocessing import spawn
from pathlib import Path

from .archive import UnopenedError

_NAMES = ("python", "pypy")
"""How the names of Python's executables begin; a program that embeds Python has another."""


def find_interpreter() -> str:
    """Return the path of a Python executable.

    ``sys.executable`` is empty, None or the program itself where Python is embedded. Then the executable that was set
    for :mod:`multiprocessing` is taken, or the one of the installation whose library runs here.

    Raises
    ------
    UnopenedError
        There is none.
    """
    for path in _candidates():
        if path and Path(path).name.lower().startswith(_NAMES) and os.access(path, os.X_OK) and Path(path).is_file():
            return path
    value = f"no executable of Python (sys.executable is {sys.executable!r})"
    remedy = "set sys.executable to one, or save the tables as CSV"
    raise UnopenedError("SP-X008", "", value, "one, to open the workbook in a process of its own", remedy)


def _candidates() -> Iterator[str]:
    yield sys.executable or ""
    yield os.fsdecode(spawn.get_executable() or "")
    yield getattr(sys, "_base_executable", "") or ""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    for prefix in (sys.exec_prefix, sys.base_exec_prefix):
        for name in ("python.exe", "bin/python3", f"bin/python{version}", "bin/python", "bin/pypy3"):
            yield os.path.join(prefix, name)  # noqa: PTH118  # a text, as the others are
