"""Ctrl-C at any line of what writes."""

from __future__ import annotations

import itertools
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from singlepot.models.files import folder, locks, removal, single_file
from singlepot.models.files.folder import write_folder
from singlepot.models.files.ownership import FolderKind
from singlepot.models.files.single_file import write_file

WRITERS = {module.__file__ for module in (folder, locks, removal, single_file)}
KIND = FolderKind("one", "manifest.json")


def interrupted_at(number: int, work: Callable[[], object]) -> bool:
    """Do work with Ctrl-C pressed before so many lines of the modules that write; whether it came to that line."""
    left = number

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal left
        if frame.f_code.co_filename not in WRITERS:
            return None
        if event == "line":
            left -= 1
            if left == 0:
                signal.raise_signal(signal.SIGINT)
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    except KeyboardInterrupt:
        pass
    finally:
        sys.settrace(before)
    return left <= 0


def write(kind: str, path: Path, content: bytes) -> None:
    if kind == "file":
        write_file(path, content, overwrite=True)
    else:
        write_folder(path, KIND, {"a.csv": content, "t/b.csv": content}, overwrite=True)


def files_of(place: Path) -> dict[str, bytes]:
    return {path.relative_to(place).as_posix(): path.read_bytes() for path in place.rglob("*") if path.is_file()}


# Python cannot close a file at once that was opened in the line of the interrupt
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("before", [b"", b"old"], ids=["where nothing was", "over an old one"])
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_ctrl_c_leaves_the_old_or_the_new_and_nothing_beside(kind: str, before: bytes, tmp_path: Path) -> None:
    def prepared(name: str) -> Path:
        (tmp_path / name).mkdir()
        if before:
            write(kind, tmp_path / name / "out", before)
        return tmp_path / name

    old, new = prepared("old"), prepared("new")
    write(kind, new / "out", b"new")
    states = files_of(old), files_of(new)
    seen = set()
    for number in itertools.count(1):
        place = prepared(str(number))
        came = interrupted_at(number, lambda place=place: write(kind, place / "out", b"new"))
        assert files_of(place) in states, f"line {number}"
        seen.add(states.index(files_of(place)))
        if not came:
            break
    assert seen == {0, 1}
    assert number > 100
