"""Whatever starts the program: no console, an output that is full or closed, any temporary folder, threads, asyncio."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import singlepot as sp
from singlepot import cli

from ..cbc import needs_cbc
from ..command_line import COMMAND, run

needs_shell = pytest.mark.skipif(os.name == "nt", reason="descriptors are closed by a Unix shell")
SETTLE = "settle bucks-and-burnley --out out --only tables"
STREAMS = {
    "no output": ("check bucks-and-burnley >&-", 0),
    "no output or error": (f"{SETTLE} >&- 2>&-", 0),
    "nothing at all": (f"{SETTLE} <&- >&- 2>&-", 0),
    "no error": ("settle nowhere --out out 2>&-", 3),
    "output full": (f"{SETTLE} >/dev/full", 7),
    "output full, one document": (f"{SETTLE} --json >/dev/full", 7),
    "output and error full": (f"{SETTLE} >/dev/full 2>/dev/full", 7),
    "check into a full output": ("check bucks-and-burnley >/dev/full", 7),
    "help into a full output": ("--help >/dev/full", 7),
    "an error into a full error": ("settle nowhere --out out 2>/dev/full", 3),
}


@needs_shell
@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_that_is_not_there_or_full_changes_no_work(name: str, tmp_path: Path) -> None:
    """The documented exit codes, no traceback, and the whole folder."""
    line, code = STREAMS[name]
    if "/dev/full" in line and not Path("/dev/full").exists():
        pytest.skip("no /dev/full on this system")
    command = f'"{sys.executable}" -m singlepot {line}'
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr and "report this" not in done.stderr
    assert "Exception ignored" not in done.stderr
    if ">/dev/full" in line and "2>" not in line:
        assert "standard output takes no more" in done.stderr
    if line.startswith(SETTLE):
        assert sp.verify(tmp_path / "out").passed


NO_CONSOLE = """
import sys
sys.stdout = sys.stderr = sys.stdin = None
import singlepot.cli
try:
    singlepot.cli.main(["settle", "bucks-and-burnley", "--out", "out", "--only", "tables"])
except SystemExit as left:
    open("code", "x").write(str(left.code))
"""


def test_a_program_without_a_console_settles(tmp_path: Path) -> None:
    """As pythonw.exe starts it: the streams are None."""
    subprocess.run([sys.executable, "-c", NO_CONSOLE], cwd=tmp_path, check=True)
    assert (tmp_path / "code").read_text(encoding="utf-8") == "0"
    assert sp.verify(tmp_path / "out").passed


@needs_cbc
@pytest.mark.parametrize("name", ["Jane Smith", "Zoë (work) & co", "tëmp"])
def test_a_temporary_folder_of_any_name_serves_a_solver_on_the_command_line(name: str, tmp_path: Path) -> None:
    folder = tmp_path / name
    folder.mkdir()
    places = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
    solver = ("--backend", "pulp", "--solver", "cbc", "--only", "tables")
    done = run("settle", "bucks-and-burnley", *solver, "--out", "out", cwd=tmp_path, **places)
    assert done.returncode == 0, done.stderr
    assert sp.verify(tmp_path / "out").passed
    assert not list(folder.iterdir())


@pytest.mark.skipif(os.name == "nt", reason="signals are a Unix thing")
@pytest.mark.parametrize("times", [1, 3])
def test_ctrl_c_at_any_moment_ends_with_a_message(times: int, tmp_path: Path) -> None:
    """While the program is loaded, reads, solves or writes: exit code 130 and a line, or it was done by then.

    Python's own import leaves a file unclosed where it is stopped, and says so to those who ask for such warnings.
    """
    start = [sys.executable, "-W", "error", "-W", "ignore::ResourceWarning", "-m", "singlepot"]
    begun = time.monotonic()
    whole = [*start, "settle", "bucks-and-burnley", "--out", str(tmp_path / "whole")]
    assert subprocess.run(whole, capture_output=True, check=False).returncode == 0
    needed = time.monotonic() - begun
    stopped = 0
    for step in range(5):
        out = tmp_path / f"{times}-{step}"
        command = [*start, "settle", "bucks-and-burnley", "--out", str(out)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
            threading.Event().wait(needed * (step + 1) / 6)
            for _ in range(times):
                program.send_signal(signal.SIGINT)
                threading.Event().wait(0.005)
            _, errors = program.communicate(timeout=120)
        assert not list(tmp_path.glob(".*"))
        if program.returncode == 0:
            assert sp.read_settlement(out)
            continue
        stopped += 1
        if program.returncode == -signal.SIGINT:  # Python itself was not yet there
            assert not out.exists()
            continue
        assert program.returncode == 130, errors
        assert "Traceback" not in errors
        assert "stopped" in errors
        assert not out.exists() or sp.read_settlement(out)
    assert stopped > 1


@pytest.mark.skipif(os.name == "nt", reason="signals are a Unix thing")
def test_ctrl_c_after_the_work_is_done_changes_nothing(tmp_path: Path) -> None:
    """Python takes a while to unload large libraries, and would end by the signal.

    The line that is waited for is printed a moment before the program has nothing left to do.
    """
    for step in range(3):
        command = [*COMMAND, "settle", "bucks-and-burnley", "--out", str(tmp_path / str(step)), "--only", "tables"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
            assert program.stdout is not None
            assert any(line.startswith("Written to") for line in program.stdout)
            for _ in range(200):
                threading.Event().wait(0.002)
                program.send_signal(signal.SIGINT)
            _, errors = program.communicate(timeout=120)
        if program.returncode == 130:  # so soon that the program had not yet been told that all is done
            assert errors.strip() in (
                "stopped: the work was done, not all of it may have been printed",
                "stopped: what was not complete was not written",
            )
            continue
        assert (program.returncode, errors) == (0, "")


def test_ctrl_c_again_does_not_stop_the_clearing_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """It changes nothing for a while, and stops what takes longer than that."""
    monkeypatch.setattr(cli, "_INTERRUPTS", [])
    with pytest.raises(KeyboardInterrupt):
        cli._interrupt(signal.SIGINT, None)
    cli._interrupt(signal.SIGINT, None)
    monkeypatch.setattr(cli, "CLEARING_UP_S", 0.0)
    with pytest.raises(KeyboardInterrupt):
        cli._interrupt(signal.SIGINT, None)


@pytest.mark.skipif(os.name == "nt", reason="signals are a Unix thing")
def test_ctrl_c_before_the_program_is_ready_ends_with_a_message() -> None:
    """It comes while standard output is made ready, before any command is looked at."""
    script = """
import io, signal, sys
from singlepot.cli import main
class Pressed(io.StringIO):
    def reconfigure(self, **how):
        signal.raise_signal(signal.SIGINT)
sys.stdout = Pressed()
main(["list"])
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (130, "stopped: what was not complete was not written\n")


@pytest.mark.skipif(os.name == "nt", reason="Windows has other pipes")
def test_who_stops_reading_is_no_error(tmp_path: Path) -> None:
    """As of `singlepot list | head -1`."""
    with subprocess.Popen([*COMMAND, "list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None and program.stderr is not None
        program.stdout.close()
        assert program.wait(60) == 0
        assert program.stderr.read() == ""


def test_threads_and_asyncio_settle_and_write_as_one_does(tmp_path: Path) -> None:
    """Each into its own folder, with the same bytes; Ctrl-C is left to the main thread, and the umask to nobody."""
    scenario = sp.read_scenario("bucks-and-burnley")
    expected = sp.settle(scenario).documents()

    def work(number: int) -> dict[str, bytes]:
        settlement = sp.settle(scenario)
        settlement.write(tmp_path / f"out-{number}")
        return settlement.documents()

    with ThreadPoolExecutor(4) as pool:
        assert all(documents == expected for documents in pool.map(work, range(8)))

    async def service() -> list[dict[str, bytes]]:
        return list(await asyncio.gather(*(asyncio.to_thread(work, number) for number in range(8, 12))))

    assert asyncio.run(service()) == [expected] * 4
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(f"out-{number}" for number in range(12))
    assert all(sp.read_settlement(path).documents() == expected for path in tmp_path.iterdir())


def test_threads_that_write_one_folder_leave_it_whole(tmp_path: Path) -> None:
    """One writes, the others are refused while it does, and nothing else is left."""
    settlement = sp.settle("bucks-and-burnley")

    def work(_: int) -> int:
        try:
            settlement.write(tmp_path / "out", overwrite=True)
        except sp.FolderRefusedError as refused:
            assert "in use by" in str(refused)
            return 0
        return 1

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(work, range(24))) > 0
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert sp.read_settlement(tmp_path / "out").documents() == settlement.documents()
