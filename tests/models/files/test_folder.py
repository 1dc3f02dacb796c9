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
from singlepot.models.files.folder import FolderRefusedError, write_folder
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


KILLED = """
import os, signal, sys
from pathlib import Path
from singlepot.models.files import folder

count = 0
def dying(real):
    def call(*arguments, **named):
        global count
        count += 1
        if count == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **named)
    return call

os.fsync = dying(os.fsync)
folder._take_name = dying(folder._take_name)
folder._exchange = dying(folder._exchange)
folder.shutil.rmtree = dying(folder.shutil.rmtree)
files = {f"tables/{i}.csv": b"new" * 1000 for i in range(3)} | {"manifest.json": b"new"}
folder.write_folder(sys.argv[1], files, "manifest.json", overwrite=True)
"""


def test_a_killed_run_leaves_the_old_folder_or_the_new_one(tmp_path: Path) -> None:
    """Killed at every step of writing in turn, the folder is the whole old one or the whole new one."""
    target = tmp_path / "out"
    seen = set()
    for step in range(1, 12):
        write_folder(target, {"manifest.json": b"old", "tables/0.csv": b"old"}, "manifest.json", overwrite=True)
        done = subprocess.run([sys.executable, "-c", KILLED, str(target), str(step)], check=False)
        whole = {str(path.relative_to(target)): path.read_bytes() for path in target.rglob("*") if path.is_file()}
        names = {Path(name).as_posix() for name in whole}
        if whole[str(Path("manifest.json"))] == b"old":
            assert names == {"manifest.json", "tables/0.csv"}
        else:
            assert names == {"manifest.json", *(f"tables/{i}.csv" for i in range(3))}
        seen.add((done.returncode, whole["manifest.json"]))
    assert {(-9, b"old"), (-9, b"new"), (0, b"new")} <= seen


FULL = """
import resource, signal, sys
from singlepot.models.files.folder import FolderRefusedError, write_folder

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_folder(sys.argv[1], {"manifest.json": b"x", "big": b"x" * 5000}, "manifest.json", overwrite=True)
except FolderRefusedError as error:
    sys.exit(str(error))
"""


@pytest.mark.skipif(os.name == "nt", reason="file size limits are a Unix thing")
def test_a_full_disk_keeps_nothing_and_loses_nothing(tmp_path: Path) -> None:
    target = tmp_path / "out"
    write_folder(target, {"manifest.json": b"old"}, "manifest.json", overwrite=False)
    done = subprocess.run([sys.executable, "-c", FULL, str(target)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "nothing was kept" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (target / "manifest.json").read_bytes() == b"old"
