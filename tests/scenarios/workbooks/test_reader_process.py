"""The process that opens workbooks: it is found, it is limited, and what it cannot hold is refused."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import singlepot as sp
from singlepot.models.diagnostics.problems import BadInputError
from singlepot.scenarios.workbooks import interpreter
from singlepot.scenarios.workbooks.child import LONGEST_CELL
from singlepot.scenarios.workbooks.limits import JobLimits, limit_job

from .test_workbook_xml import book, edited


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.xlsx"
    path.write_bytes(book())
    return path


@pytest.mark.parametrize("executable", ["", None, "/no/such/folder/python3", "/bin/ls", __file__])
def test_a_workbook_is_read_where_a_program_embeds_python(
    executable: str | None, plan: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", executable)
    assert len(sp.read_scenario(plan).bids) == 3


def test_without_any_python_to_start_the_refusal_says_what_to_set(plan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interpreter, "_candidates", lambda: iter(["", "/no/such/python"]))
    with pytest.raises(BadInputError, match=r"^SP-X008 plan\.xlsx: .*set sys\.executable"):
        sp.read_scenario(plan)


def test_a_system_that_starts_no_process_is_named(plan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "run", refuse)
    with pytest.raises(BadInputError, match=r"^SP-X008 .*Resource temporarily unavailable"):
        sp.read_scenario(plan)


@pytest.mark.skipif(os.name == "nt", reason="needs another limit of memory: POSIX")
def test_the_limit_of_memory_holds() -> None:
    code = "from singlepot.scenarios.workbooks.limits import limit; limit(300_000_000, 20); bytearray(900_000_000)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "MemoryError" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="needs another limit of memory: POSIX")
def test_the_watch_ends_a_process_that_grows() -> None:
    code = (
        "import threading; from singlepot.scenarios.workbooks.limits import watch; "
        "threading.Thread(target=watch, args=(100_000_000,), daemon=True).start(); "
        "held = b'x' * 300_000_000; threading.Event().wait(60)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 86


def test_the_limits_of_windows_are_laid_out_as_its_interface_wants_them() -> None:
    """Of the structure and calls only: 144 bytes, flags for memory and time of the process, time in 100 ns."""
    calls: list[tuple[str, tuple[Any, ...]]] = []

    class Kernel(SimpleNamespace):
        def __getattr__(self, name: str) -> Any:
            def call(*arguments: Any) -> int:
                calls.append((name, arguments))
                return 7

            self.__dict__[name] = call
            return call

    limit_job(500_000_000, 30, Kernel())
    names = [name for name, _ in calls]
    assert names == ["CreateJobObjectW", "SetInformationJobObject", "GetCurrentProcess", "AssignProcessToJobObject"]
    job, kind, reference, size = calls[1][1]
    limits = ctypes.cast(reference, ctypes.POINTER(JobLimits)).contents
    assert (job, kind, size) == (7, 9, 144 if ctypes.sizeof(ctypes.c_void_p) == 8 else size)
    assert (limits.basic.limit_flags, limits.basic.per_process_user_time) == (0x102, 300_000_000)
    assert limits.process_memory == 500_000_000


def test_a_cell_longer_than_a_cell_can_be_is_refused_where_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    path.write_bytes(book(lambda made: made["areas"].__setitem__("B3", "x" * LONGEST_CELL)))
    assert [(p.code, p.place) for p in sp.check_scenario(path).problems] == [("SP-D017", "areas!B3")]
    text = edited(path.read_bytes(), "xl/worksheets/sheet2.xml", lambda text: text.replace("x" * 99, "x" * 100))
    path.write_bytes(text)
    assert [(p.code, p.place) for p in sp.check_scenario(path).problems] == [("SP-X031", "areas!B3")]
