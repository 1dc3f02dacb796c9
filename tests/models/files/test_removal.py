"""Nothing that a person made is ever removed or changed, whatever is written where."""

from __future__ import annotations

import ast
import os
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from singlepot.models.files.folder import check_target, write_folder
from singlepot.models.files.ownership import FolderKind, FolderRefusedError
from singlepot.models.files.single_file import write_file
from singlepot.solver import SinglepotError

from ...examples import tries
from ...test_imports import modules

REMOVES = {"unlink", "rmtree", "rmdir", "removedirs", "rename", "renames", "move", "copytree", "copyfile", "copy2"}
"""Functions that remove, rename or write over a file, whatever they are called on."""

WRITES = {"write_text", "write_bytes", "truncate", "ftruncate", "touch"}

MAY = {
    "singlepot.models.files.removal": REMOVES | {"replace", "link"},
    "singlepot.models.files.locks": {"ftruncate"},
    "singlepot.commands.talks": {"move"},
}
"""Modules that may: the one that removes, the lock, which empties the file that it holds, and a move in talks."""


def calls(source: str) -> Iterator[tuple[int, str]]:
    """Line and name of every call that could remove or change a file."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        on = (
            node.func.value.id if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name) else ""
        )
        frame = name == "rename" and not node.args  # pandas: columns= or index=
        if name in WRITES or (name in REMOVES and not frame):
            yield node.lineno, name
        if name == "replace" and (on == "os" or (len(node.args) == 1 and not node.keywords)):
            yield node.lineno, name
        if name in ("remove", "symlink", "link") and on == "os":
            yield node.lineno, name
        if name == "open" and on != "os":
            modes = [
                arg.value
                for arg in (*node.args, *(word.value for word in node.keywords))
                if isinstance(arg, ast.Constant)
            ]
            if any(isinstance(mode, str) and set(mode) & set("wa") and set(mode) <= set("wabt+") for mode in modes):
                yield node.lineno, "open to write over"


def test_one_module_removes() -> None:
    """Every other module makes new files alone, with the mode x, or hands their content to it."""
    for name, path in modules().items():
        other = [
            (line, call) for line, call in calls(path.read_text(encoding="utf-8")) if call not in MAY.get(name, ())
        ]
        assert not other, f"{name} line {other[0][0]}: {other[0][1]}; let singlepot.models.files.removal do it"


@pytest.mark.parametrize(
    "line",
    [
        *("path.unlink()", "shutil.rmtree(x)", "os.remove(x)", "draft.replace(target)", "os.replace(a, b)"),
        *("path.rename(b)", "path.write_bytes(b'')", "open(p, 'w')", "path.open('ab')", "path.open(mode='wb')"),
    ],
)
def test_a_call_that_removes_is_found(line: str) -> None:
    assert len(list(calls(line))) == 1


def test_calls_that_remove_nothing_are_let_pass() -> None:
    lines = ["text.replace('a', 'b')", "frame.rename(columns=names)", "replace(value, key=1)", "names.remove(x)"]
    assert not list(calls("\n".join([*lines, "path.open('rb')", "path.open('xb')", "open(p)"])))


KINDS = (FolderKind("one", "manifest.json", unlisted=("run.json",)), FolderKind("other", "other.json"))
NAMES = ("a.csv", "t/b.csv", "t/c/d.csv", "run.json")
PLACES = ("out", "out/t", "link", "away", "away/out", "in")
"""Folders; ``link`` is a link to ``away``, which a person made."""

places = st.sampled_from(PLACES)
contents = st.sampled_from([b"", b"x", b"mine", b"y" * 2000])
files = st.dictionaries(st.sampled_from(NAMES), contents, min_size=1)
of_people = st.sampled_from(
    [f"{place}/{name}" for place in PLACES for name in (*NAMES, "manifest.json", "other.json", "notes.txt")]
    + ["file.json", ".out.lock", ".out.0123456789abcdef.partial/a.csv", "out-2"]
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("person"), of_people, contents),
        st.tuples(
            st.just("link"), st.sampled_from(["out/a.csv", "out/link", "away/to"]), st.sampled_from(["in", "file.json"])
        ),
        st.tuples(st.just("folder"), places, st.sampled_from(KINDS), files, st.booleans()),
        st.tuples(st.just("check"), places, st.sampled_from(KINDS), st.booleans()),
        st.tuples(
            st.just("file"), st.sampled_from(["file.json", "out/a.csv", "link/a.csv", "away"]), contents, st.booleans()
        ),
    ),
    min_size=2,
    max_size=14,
)


class World:
    """A folder in which a person and runs write in turn; what the person wrote last is remembered."""

    def __init__(self, root: Path) -> None:
        self.root, self.of_people, self.written = root, dict[Path, bytes | str](), 0
        (root / "away").mkdir()
        self._link("link", "away")

    def _link(self, name: str, to: str) -> None:
        with suppress(OSError):
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).symlink_to(self.root / to)
            self.of_people[self.root / name] = os.fspath(self.root / to)

    def person(self, name: str, content: bytes) -> None:
        with suppress(OSError):  # a file where a folder would be
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            real = Path(os.path.realpath(path))
            self.of_people[real] = content

    def run(self, step: tuple[object, ...]) -> None:
        what, place, *more = step
        path = self.root / str(place)
        if what in ("person", "link"):
            (self.person if what == "person" else self._link)(str(place), more[0])  # type: ignore[arg-type]
            return
        named = Path(os.path.realpath(path))
        try:
            if what == "folder":
                kind, contents, overwrite = more
                write_folder(path, kind, contents, overwrite=overwrite)  # type: ignore[arg-type]
            elif what == "check":
                check_target(path, more[0], overwrite=bool(more[1]))  # type: ignore[arg-type]
            else:
                write_file(path, more[0], overwrite=bool(more[1]))  # type: ignore[arg-type]
                if more[1]:  # it was named, and allowed to be replaced
                    self.of_people.pop(named, None)
            self.written += what != "check"
        except SinglepotError:
            pass

    def kept(self) -> bool:
        return all(
            path.is_symlink() and os.readlink(path) == content  # noqa: PTH115  # as text
            if isinstance(content, str)
            else path.is_file() and not path.is_symlink() and path.read_bytes() == content
            for path, content in self.of_people.items()
        )


WRITTEN: list[int] = []


@tries(300)
@given(steps)
def test_no_file_of_a_person_disappears_or_changes(steps: list[tuple[object, ...]]) -> None:
    """Folders and files are written over one another, through links and over a person's files, in any order.

    A file named with ``overwrite`` is the one exception, and its name alone.
    """
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(os.path.realpath(folder)))
        for step in steps:
            world.run(step)
            assert world.kept(), step
        WRITTEN.append(world.written)


def test_the_runs_did_write() -> None:
    """The property above is no better than the writes that were carried out in it."""
    assert sum(WRITTEN) > len(WRITTEN)


KIND = KINDS[0]


def test_what_would_be_lost_is_named_and_counted(tmp_path: Path) -> None:
    write_folder(tmp_path / "out", KIND, {"a.csv": b"a", "b.csv": b"b"}, overwrite=False)
    for name in ("x1", "x2", "x3", "x4"):
        (tmp_path / "out" / name).write_text("mine", encoding="utf-8")
    (tmp_path / "out" / "b.csv").write_text("better", encoding="utf-8")
    (tmp_path / "out" / "empty").mkdir()
    with pytest.raises(FolderRefusedError) as refused:
        write_folder(tmp_path / "out", KIND, {"a.csv": b"a"}, overwrite=True)
    assert "holds 5 files that no one wrote there (empty/, x1, x2 and 2 more)" in str(refused.value)
    assert "and 1 file changed since (b.csv), which would be lost" in str(refused.value)


def test_an_altered_manifest_proves_nothing(tmp_path: Path) -> None:
    """Neither a person's own manifest.json, nor one of ours to which a file was added by hand."""
    write_folder(tmp_path / "out", KIND, {"a.csv": b"a"}, overwrite=False)
    path = tmp_path / "out" / "manifest.json"
    for content in (b"{}", b'{"files": {}}', path.read_bytes().replace(b'"one"', b'"One"'), path.read_bytes() + b"\n"):
        path.write_bytes(content)
        with pytest.raises(FolderRefusedError, match=r"a\.csv"):
            check_target(tmp_path / "out", KIND, overwrite=True)


def test_a_file_that_changes_while_the_folder_is_replaced_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from singlepot.models.files import removal

    write_folder(tmp_path / "out", KIND, {"a.csv": b"a", "b.csv": b"b"}, overwrite=False)
    real = removal._exchange

    def exchange(first: Path, second: Path) -> bool:
        (second / "a.csv").write_text("mine", encoding="utf-8")
        return real(first, second)

    monkeypatch.setattr(removal, "_exchange", exchange)
    write_folder(tmp_path / "out", KIND, {"a.csv": b"new"}, overwrite=True)
    assert (tmp_path / "out" / "a.csv").read_bytes() == b"new"
    assert (tmp_path / "out-kept-1" / "a.csv").read_text(encoding="utf-8") == "mine"
    assert "out-kept-1" in caplog.text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "out-kept-1"]


@pytest.mark.parametrize(
    ("out", "holds"),
    [("in", "is or lies in"), ("in/deeper/out", "is or lies in"), ("link/out", "is or lies in"), ("above", "holds")],
)
def test_an_input_is_no_place_for_results(tmp_path: Path, out: str, holds: str) -> None:
    """Neither itself, nor below it, nor above it, under whatever name."""
    (tmp_path / "in").mkdir()
    (tmp_path / "above").mkdir()
    (tmp_path / "above" / "in").symlink_to(tmp_path / "in")
    (tmp_path / "link").symlink_to(tmp_path / "in")
    source = tmp_path / "above" / "in" if out == "above" else tmp_path / "in"
    if out == "above":
        source.unlink()
        source.mkdir()
    with pytest.raises(FolderRefusedError, match=holds):
        check_target(tmp_path / out, KIND, overwrite=True, inputs=[source])


def test_a_link_at_the_target_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    for content in (b"one", b"two"):
        write_folder(tmp_path / "link", KIND, {"a.csv": content}, overwrite=True)
        assert (tmp_path / "real" / "a.csv").read_bytes() == content
    assert (tmp_path / "link").is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "real"]


def test_the_folder_that_one_is_in_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "out" / "deeper").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "out" / "deeper")
    for name in (".", ".."):
        with pytest.raises(FolderRefusedError, match="is the folder that you are in"):
            write_folder(name, KIND, {"a.csv": b"a"}, overwrite=True)


def test_a_device_is_no_file(tmp_path: Path) -> None:
    for path in (os.devnull, tmp_path):
        with pytest.raises(FolderRefusedError, match=r"is no regular file|is a folder"):
            write_file(path, b"x", overwrite=True)


def test_two_runs_do_not_write_one_folder(tmp_path: Path) -> None:
    """A second one is refused while the first writes, also from a thread of the same process."""
    from singlepot.models.files.locks import held

    with (
        held(tmp_path / ".out.lock", "out", {}, FolderRefusedError),
        pytest.raises(FolderRefusedError, match="in use by"),
    ):
        write_folder(tmp_path / "out", KIND, {"a.csv": b"a"}, overwrite=True)
    write_folder(tmp_path / "out", KIND, {"a.csv": b"a"}, overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_lock_that_is_being_made_is_left_to_its_maker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between making a lock file and locking it another may come: the file is removed at the end all the same."""
    from singlepot.models.files import locks

    lock = locks._lock

    def late(handle: int) -> bool | None:
        threading.Event().wait(0.002)
        return lock(handle)

    def work(_: int) -> bool:
        try:
            with locks.held(tmp_path / ".out.lock", "out", {}, FolderRefusedError):
                return True
        except FolderRefusedError as refused:
            assert "in use by" in str(refused)
            return False

    monkeypatch.setattr(locks, "_lock", late)
    with ThreadPoolExecutor(6) as pool:
        assert any(pool.map(work, range(60)))
    assert not list(tmp_path.iterdir())


def test_a_lock_that_another_looks_at_stays_its_makers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who looks whether a lock file is being made holds it for a moment, in which its maker cannot lock it."""
    from singlepot.models.files import locks

    lock, path, seen = locks._lock, tmp_path / ".out.lock", []

    def looked_at(handle: int) -> bool | None:
        if seen:
            return lock(handle)
        other = os.open(path, os.O_RDWR)
        lock(other)
        seen.append(lock(handle))
        os.close(other)
        return seen[0]

    monkeypatch.setattr(locks, "_lock", looked_at)
    with locks.held(path, "out", {}, FolderRefusedError):
        pass
    assert seen == [False]
    assert not list(tmp_path.iterdir())
