"""A settlement's folder is complete or absent, and reads back as it was."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import singlepot as sp
from singlepot.models.files.folder import write_folder
from singlepot.models.files.ownership import FolderKind, FolderRefusedError
from singlepot.models.settlement.documents import guarded, unguarded


@pytest.fixture(scope="module")
def settlement() -> sp.Settlement:
    return sp.settle(sp.read_scenario("bucks-and-burnley"))


def test_a_settlement_reads_back_equal(settlement: sp.Settlement, tmp_path: Path) -> None:
    settlement.write(tmp_path / "out")
    again = sp.read_settlement(tmp_path / "out")
    for name, table in settlement.tables.items():
        pd.testing.assert_frame_equal(again.tables[name], table, check_exact=True)
    assert again.certificate == settlement.certificate
    assert again.scenario == settlement.scenario
    assert again.documents() == settlement.documents()


def test_json_holds_no_nan(settlement: sp.Settlement) -> None:
    """A missing number is null."""

    def refuse(token: str) -> None:
        raise AssertionError(token)

    json.loads(settlement.documents()["settlement.json"], parse_constant=refuse)


def test_an_incomplete_folder_is_not_read(settlement: sp.Settlement, tmp_path: Path) -> None:
    settlement.write(tmp_path / "out")
    (tmp_path / "out" / "manifest.json").unlink()
    with pytest.raises(sp.UnreadableSettlementError, match="incomplete"):
        sp.read_settlement(tmp_path / "out")


@pytest.mark.parametrize("name", ["settlement.json", "tables/grants.csv", "scenario/bids.csv"])
def test_a_changed_file_is_named(settlement: sp.Settlement, tmp_path: Path, name: str) -> None:
    settlement.write(tmp_path / "out")
    path = tmp_path / "out" / name
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(sp.UnreadableSettlementError, match=path.name):
        sp.read_settlement(tmp_path / "out")


def test_texts_that_look_like_formulas_are_guarded() -> None:
    texts = ["=1+1", "+x", "-y", "@z", "'quoted", "plain", "\tx", "'=1"]
    shown = guarded(pd.DataFrame({"area": texts, "grant": [-1.0] * len(texts)}))
    assert not any(text.startswith(("=", "+", "-", "@", "\t")) for text in shown["area"])
    assert [unguarded(text) for text in shown["area"]] == texts
    assert (shown["grant"] == -1.0).all()


def test_an_empty_folder_may_be_filled(settlement: sp.Settlement, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    settlement.write(tmp_path / "out")
    assert sp.read_settlement(tmp_path / "out").certificate.passed


def test_a_file_in_the_way_is_refused(settlement: sp.Settlement, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(FolderRefusedError, match="is a file"):
        settlement.write(tmp_path / "out", overwrite=True)


KIND = FolderKind("test", "manifest.json")

KILLED = """
import json, os, signal, sys
from pathlib import Path
from singlepot.models.files import removal
from singlepot.models.files.folder import check_target, write_folder
from singlepot.models.files.ownership import FolderKind

target, way = Path(sys.argv[1]), sys.argv[2]
kind = FolderKind("test", "manifest.json")

def die_at(step):
    count = 0
    def dying(real):
        def call(*arguments, **named):
            nonlocal count
            count += 1
            if count == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*arguments, **named)
        return call
    removal._exchange = dying(removal._exchange if way == "swap" else lambda first, second: False)
    for name in ("fsync", "unlink", "rmdir", "rename", "mkdir"):
        setattr(os, name, dying(getattr(os, name)))

def there():
    return sorted(path.relative_to(target.parent).as_posix() for path in target.parent.rglob("*") if path.is_file())

ended, step = -9, 0
while ended == -9:
    step += 1
    write_folder(target, kind, {"tables/0.csv": b"old"}, {"is": "old"}, overwrite=True)
    before = there()
    child = os.fork()
    if not child:
        die_at(step)
        new = {f"tables/{i}.csv": b"new" * 1000 for i in range(3)}
        write_folder(target, kind, new, {"is": "new"}, overwrite=True)
        os._exit(0)
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    check_target(target, kind, overwrite=True)
    state = json.loads((target / "manifest.json").read_text())["is"]
    print(json.dumps([ended, state, before, there()]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked processes")
@pytest.mark.parametrize("way", ["swap", "two renames"])
def test_a_killed_run_leaves_the_old_folder_or_the_new_one(tmp_path: Path, way: str) -> None:
    """Killed at every step of writing in turn, the folder is the whole old one or the whole new one, and the next look
    removes what was left beside it, and brings the old one back where a system cannot swap two folders.
    """
    command = [sys.executable, "-W", "ignore", "-c", KILLED, str(tmp_path / "out"), way]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    old, new = ([f"out/{name}" for name in ("manifest.json", *(f"tables/{i}.csv" for i in range(n)))] for n in (1, 3))
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) > 15
    for _, state, before, after in lines:
        assert before == old
        assert after == (new if state == "new" else old)
    assert {(ended, state) for ended, state, *_ in lines} == {(-9, "old"), (-9, "new"), (0, "new")}


FULL = """
import resource, signal, sys
from singlepot.models.files.folder import write_folder
from singlepot.models.files.ownership import FolderKind, FolderRefusedError

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_folder(sys.argv[1], FolderKind("test", "manifest.json"), {"big": b"x" * 5000}, overwrite=True)
except FolderRefusedError as error:
    sys.exit(str(error))
"""


@pytest.mark.skipif(os.name == "nt", reason="file size limits are a Unix thing")
def test_a_full_disk_keeps_nothing_and_loses_nothing(tmp_path: Path) -> None:
    target = tmp_path / "out"
    write_folder(target, KIND, {"table.csv": b"old"}, overwrite=False)
    done = subprocess.run([sys.executable, "-c", FULL, str(target)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "nothing was kept" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (target / "table.csv").read_bytes() == b"old"
