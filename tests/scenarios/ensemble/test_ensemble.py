"""Ensembles: what is drawn, what is kept, and that nothing changes the bytes."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import singlepot as sp
from singlepot.models.files.ownership import FolderRefusedError
from singlepot.reports import ensemble_chart
from singlepot.scenarios.ensemble.drawing import make_work, settle_draw
from singlepot.scenarios.ensemble.plan import make_plan
from singlepot.scenarios.ensemble.sampling import draw_sample
from singlepot.solver import SinglepotError

PLAN = """
schema = 1
base = "bucks-and-burnley"
draws = {draws}
seed = 7

[[uncertain]]
name = "unit costs"
table = "option_years"
columns = ["grant"]
each = "area"
distribution = "lognormal"
spread = 0.2
correlate = "region"
correlation = 0.5

[[uncertain]]
name = "pot"
table = "pot"
columns = ["amount"]
each = "all"
distribution = "triangular"
low = 0.95
mode = 1.0
high = 1.05
"""


def uncertain(**changes: Any) -> dict[str, Any]:
    text = {"name": "costs", "table": "option_years", "columns": ["grant"], "distribution": "lognormal", "spread": 0.2}
    return {**text, **changes}


def plan(draws: int = 100, **changes: Any) -> sp.Plan:
    base = changes.pop("base", "england")
    return make_plan({"base": base, "draws": draws, "seed": 3, "uncertain": [uncertain(**changes)]}, "plan")


@pytest.fixture(scope="module")
def england() -> sp.Scenario:
    return sp.read_scenario("england")


@pytest.fixture
def written(tmp_path: Path) -> Callable[[int], Path]:
    def write(draws: int) -> Path:
        path = tmp_path / "plan.toml"
        path.write_text(PLAN.format(draws=draws), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan and a finished ensemble of it, which no test changes."""
    folder = tmp_path_factory.mktemp("finished")
    (folder / "plan.toml").write_text(PLAN.format(draws=4), encoding="utf-8")
    sp.run_ensemble(folder / "plan.toml", folder / "out")
    return folder


def bytes_of(folder: Path) -> dict[str, str]:
    """Hash of every file but the timings, and the report, which the command adds to folder and manifest at the end."""
    added = ("report.html", "manifest.json")
    names = (path for path in folder.rglob("*") if path.is_file() and path.name != "run.json")
    files = (path for path in names if path.relative_to(folder).as_posix() not in added)
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


# ------------------------------------------------------------------ the sample


def test_factors_have_the_distribution_and_the_correlation_asked_for(england: sp.Scenario) -> None:
    """Median 1, a fifth of spread, and within a region the correlation of normal scores; across regions none."""
    sample = draw_sample(plan(2000, correlate="region", correlation=0.6), england)
    scores = np.log(sample.factors) / 0.2
    assert np.abs(np.median(sample.factors, axis=0) - 1).max() < 0.02
    assert np.abs(scores.std(axis=0) - 1).max() < 0.08
    region = england.areas.set_index("code")["region"]
    of = np.asarray([region[name.removeprefix("costs: ")] for name in sample.names])
    correlation = np.corrcoef(scores.T)
    same = (of[:, None] == of[None, :]) & ~np.eye(len(of), dtype=bool)
    assert np.abs(correlation[same] - 0.6).max() < 0.08
    assert np.abs(correlation[of[:, None] != of[None, :]]).max() < 0.12


@pytest.mark.parametrize(
    ("said", "low", "high", "middle"),
    [
        ({"distribution": "uniform", "spread": None, "low": 0.8, "high": 1.4}, 0.8, 1.4, 1.1),
        ({"distribution": "triangular", "spread": None, "low": 0.5, "mode": 1.0, "high": 1.5}, 0.5, 1.5, 1.0),
        ({"distribution": "empirical", "spread": None, "values": [0.9, 1.0, 1.3]}, 0.9, 1.3, 1.0),
        ({"distribution": "normal", "spread": 0.3}, 0.0, 3.0, 1.0),
    ],
)
def test_every_distribution_keeps_to_its_limits(
    england: sp.Scenario, said: dict[str, Any], low: float, high: float, middle: float
) -> None:
    factors = draw_sample(plan(1024, **said), england).factors
    assert factors.min() >= low
    assert factors.max() <= high
    assert np.abs(np.median(factors, axis=0) - middle).max() < 0.03


@pytest.mark.parametrize("sampler", ["latin-hypercube", "sobol"])
def test_samples_fill_every_layer(england: sp.Scenario, sampler: str) -> None:
    """Each of 64 equal layers of probability is drawn from once."""
    made = make_plan(
        {
            "base": "england",
            "draws": 64,
            "seed": 1,
            "sampler": sampler,
            "uncertain": [uncertain(distribution="uniform", spread=None, low=0.0, high=1.0)],
        },
        "plan",
    )
    factors = draw_sample(made, england).factors
    assert (np.sort((factors * 64).astype(int), axis=0) == np.arange(64)[:, None]).all()


@given(
    st.integers(0, 2**31), st.integers(1, 30), st.sampled_from(["row", "all", "area", "option", "year", "objective"])
)
def test_the_seed_alone_decides(seed: int, draws: int, each: str) -> None:
    base = sp.read_scenario("bucks-and-burnley")
    made = plan(draws, each=each, base="bucks-and-burnley").with_(seed=seed)
    first, second = draw_sample(made, base), draw_sample(made, base)
    assert np.array_equal(first.factors, second.factors)
    assert first.names == second.names
    other = draw_sample(made.with_(seed=seed + 1), base)
    assert not np.array_equal(first.factors, other.factors)


def test_only_the_chosen_cells_change(england: sp.Scenario) -> None:
    """By a column of the table and by one of the area; the factor of a draw multiplies each cell once."""
    made = plan(4, each="objective", where={"region": ["London", "North East"], "year": "2027-28"})
    sample = draw_sample(made, england)
    before, after = england.option_years, sample.scenario(2).option_years
    region = england.areas.set_index("code")["region"].reindex(before["area"]).to_numpy()
    chosen = np.isin(region, ["London", "North East"]) & (before["year"] == "2027-28").to_numpy()
    changed = (before["grant"].fillna(0) != after["grant"].fillna(0)).to_numpy()
    assert (changed == (chosen & before["grant"].fillna(0).ne(0).to_numpy())).all()
    ratio = (after["grant"] / before["grant"])[changed]
    assert set(ratio.round(12)) <= set(sample.factors[2].round(12))
    assert before.drop(columns="grant").equals(after.drop(columns="grant"))
    assert len(sample.names) == 6


def test_grants_of_all_envelopes_move_together() -> None:
    base = sp.Scenario.from_tables(
        areas=pd.DataFrame({"code": ["A"], "name": ["a"]}),
        pot=pd.DataFrame({"year": ["2026-27"] * 2, "envelope": ["capital", "resource"], "amount": [9.0, 9.0]}),
        bids=pd.DataFrame({"area": "A", "year": "2026-27", "envelope": ["capital", "resource"], "amount": [5.0, 5.0]}),
        options=pd.DataFrame({"area": ["A"], "option": ["more"]}),
        option_years=pd.DataFrame(
            {"area": ["A"], "option": ["more"], "year": ["2026-27"], "grant_capital": [2.0], "grant_resource": [1.0]}
        ),
        years=["2026-27"],
    )
    drawn = draw_sample(plan(3, base="x"), base).scenario(1).option_years
    assert drawn["grant_capital"].iloc[0] == pytest.approx(2 * drawn["grant_resource"].iloc[0])
    assert drawn["grant_resource"].iloc[0] != 1.0


# ------------------------------------------------------------------ mistakes in a plan

WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "unknown key": (uncertain(spred=1), "SP-E003", 'did you mean "spread"?'),
    "no column": (uncertain(columns=[]), "SP-E005", "expected at least one"),
    "a column without a list": (uncertain(columns="grant"), "SP-E005", "expected a list"),
    "too small": (uncertain(spread=-1), "SP-E005", "expected a number > 0"),
    "a selector that is no text": (uncertain(where={"year": 3}), "SP-E005", '"where.year": got 3; expected text'),
    "too much": (uncertain(low=0.5), "SP-E005", "lognormal takes spread, and nothing else"),
    "too little": (uncertain(spread=None), "SP-E005", "lognormal takes spread"),
    "falling": (uncertain(distribution="uniform", spread=None, low=2, high=1), "SP-E005", "must rise"),
    "half a correlation": (uncertain(correlate="region"), "SP-E005", "go together"),
    "not finite": (uncertain(spread=float("inf")), "SP-E005", "spread"),
    "unknown table": (uncertain(table="option_year"), "SP-E005", "option_years"),
    "unknown column": (uncertain(columns=["grnt"]), "SP-E006", 'did you mean "grant"?'),
    "text column": (uncertain(columns=["option"]), "SP-E006", "a column of numbers"),
    "unknown owner": (uncertain(each="regoin"), "SP-E006", 'did you mean "region"?'),
    "unknown selector": (uncertain(where={"yaer": "2026-27"}), "SP-E006", 'did you mean "year"?'),
    "no row": (uncertain(where={"year": "2035-36"}), "SP-E006", 'got year = "2035-36"; expected rows of option_years'),
    "several groups": (
        uncertain(each="all", correlate="region", correlation=0.5),
        "SP-E006",
        "one region for each all",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_mistake_in_a_plan_is_named(name: str, england: sp.Scenario) -> None:
    """With its code, its place and what to do."""
    text, code, words = WRONG[name]
    with pytest.raises(sp.BadInputError) as caught:
        made = make_plan({"base": "england", "draws": 4, "uncertain": [uncertain(), text]}, "plan.toml")
        draw_sample(made, england)
    assert [problem.code for problem in caught.value.problems] == [code]
    assert words in str(caught.value)
    assert "uncertain 2" in str(caught.value)


def test_a_plan_of_mistakes_alone_names_each_once() -> None:
    for only, code in (
        ({"uncertain": [uncertain(spread=-1)]}, "SP-E005"),
        ({"uncertain": []}, "SP-E005"),
        ({}, "SP-E004"),
    ):
        with pytest.raises(sp.BadInputError) as caught:
            make_plan({"base": "england", **only}, "plan.toml")
        assert [problem.code for problem in caught.value.problems] == [code]
        assert "uncertain" in str(caught.value)


def test_a_plan_that_is_not_there_or_not_toml_is_named(tmp_path: Path) -> None:
    with pytest.raises(sp.BadInputError, match="SP-E001"):
        sp.read_plan(tmp_path / "nowhere.toml")
    (tmp_path / "plan.toml").write_text("base = england\n", encoding="utf-8")
    with pytest.raises(sp.BadInputError, match="SP-E002"):
        sp.read_plan(tmp_path / "plan.toml")


def test_the_shipped_plan_can_be_drawn(england: sp.Scenario) -> None:
    made = sp.read_plan("england-unit-costs")
    assert draw_sample(made, england).factors.shape == (1000, 71)


# ------------------------------------------------------------------ runs


def test_a_draw_is_what_settling_its_scenario_gives(written: Callable[[int], Path], tmp_path: Path) -> None:
    """Up to the rounding of another start."""
    done = sp.run_ensemble(written(6), tmp_path / "out")
    sample = draw_sample(done.plan, sp.read_scenario("bucks-and-burnley"))
    for draw in range(6):
        chosen = done.grants[done.grants["draw"] == draw]
        if done.draws["status"][draw] == "settled":
            fresh = sp.settle(sample.scenario(draw))
            assert chosen["grant"].tolist() == pytest.approx(fresh.grants["grant"].tolist(), rel=1e-9, abs=1e-9)
            assert chosen["pounds"].tolist() == pytest.approx(fresh.grants["pounds"].tolist(), abs=1)


def test_regret_is_what_keeping_the_central_grants_costs(england: sp.Scenario) -> None:
    """Never negative, and nothing where nothing is uncertain."""
    still = draw_sample(plan(1, distribution="empirical", spread=None, values=[1.0]), england)
    row = settle_draw(make_work(still, sp.settle(england), None, regret=True), 0).row
    assert row["regret shortfall.largest[1]"] == pytest.approx(0.0, abs=1e-9)
    moved = draw_sample(plan(1), england)
    row = settle_draw(make_work(moved, sp.settle(england), None, regret=True), 0).row
    assert float(str(row["regret shortfall.total[1]"])) > 1e-4


def test_any_number_of_workers_gives_the_same_bytes(written: Callable[[int], Path], tmp_path: Path) -> None:
    for workers in (1, 3):
        sp.run_ensemble(written(22), tmp_path / f"by-{workers}", workers=workers)
    first, *others = (bytes_of(tmp_path / f"by-{workers}") for workers in (1, 3))
    assert all(other == first for other in others)
    assert {"draws.parquet", "grants.parquet", "summary.csv", "central/manifest.json"} <= set(first)


def test_an_interrupted_run_goes_on_and_comes_to_the_same_bytes(written: Callable[[int], Path], tmp_path: Path) -> None:
    """Stopped at two fifths; finished draws are not done again."""
    with pytest.raises(sp.StoppedError, match="run the same command again"):
        sp.run_ensemble(written(20), tmp_path / "out", progress=lambda event: event.done < 0.4 * event.count)
    kept = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out" / "parts").iterdir()}
    assert 2 * 2 <= len(kept) < 10
    with pytest.raises(sp.EnsembleRefusedError, match="unfinished"):
        sp.read_ensemble(tmp_path / "out")
    seen: list[int] = []
    sp.run_ensemble(written(20), tmp_path / "out", workers=2, progress=lambda event: seen.append(event.done))
    assert seen[0] >= 8
    sp.run_ensemble(written(20), tmp_path / "whole")
    assert bytes_of(tmp_path / "out") == bytes_of(tmp_path / "whole")


def test_a_folder_that_cannot_be_made_is_said(written: Callable[[int], Path], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(sp.EnsembleRefusedError, match="cannot be made"):
        sp.run_ensemble(written(4), tmp_path / "file" / "out")


def test_a_folder_that_cannot_be_written_is_said(written: Callable[[int], Path], tmp_path: Path) -> None:
    """Its lock cannot be made: as without permission, which root never lacks, so here it is a folder."""
    (tmp_path / "out" / ".running.json").mkdir(parents=True)
    with pytest.raises(sp.EnsembleRefusedError, match="out cannot be written"):
        sp.run_ensemble(written(4), tmp_path / "out")


def test_another_plan_does_not_go_into_the_folder(written: Callable[[int], Path], tmp_path: Path) -> None:
    sp.run_ensemble(written(4), tmp_path / "out")
    with pytest.raises(sp.EnsembleRefusedError, match="plan differ"):
        sp.run_ensemble(written(4), tmp_path / "out", seed=8)
    assert len(sp.run_ensemble(written(4), tmp_path / "out", seed=8, restart=True).draws) == 4
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.txt").write_text("x", encoding="utf-8")
    with pytest.raises(sp.EnsembleRefusedError, match="holds no ensemble"):
        sp.run_ensemble(written(4), tmp_path / "other", restart=True)
    assert (tmp_path / "other" / "mine.txt").is_file()


def test_draws_without_a_settlement_are_rows_that_say_why(written: Callable[[int], Path], tmp_path: Path) -> None:
    path = written(8)
    path.write_text(path.read_text(encoding="utf-8").replace("low = 0.95", "low = 0.2"), encoding="utf-8")
    draws = sp.run_ensemble(path, tmp_path / "out").draws
    lost = draws[draws["status"] == "no settlement"]
    assert len(lost)
    assert lost["reason"].str.contains("floors add up").all()
    assert set(draws["status"]) <= {"settled", "no settlement"}


# ------------------------------------------------------------------ what can happen to a run


def start(plan_file: Path, out: Path, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "singlepot", "ensemble", str(plan_file), "--out", str(out), *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)


def until(holds: Callable[[], bool], time_limit_s: float = 60.0) -> None:
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() - begun < time_limit_s
        time.sleep(0.05)


def parts(out: Path) -> int:
    folder = out / "parts"
    return len(list(folder.glob("draws-*.parquet"))) if folder.is_dir() else 0


def children(pid: int) -> list[int]:
    """Worker processes of a run, those of the system's own bookkeeping left out."""
    rows = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(encoding="utf-8").rsplit(")", 1)[1].split()
            command = (path.parent / "cmdline").read_text(encoding="utf-8")
        except OSError:
            continue
        if int(fields[1]) == pid and "spawn_main" in command:
            rows.append(int(path.parent.name))
    return rows


needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes as Linux shows them")


@needs_proc
def test_a_killed_worker_loses_no_draw(written: Callable[[int], Path], tmp_path: Path) -> None:
    run = start(written(40), tmp_path / "out", "--workers", "2")
    until(lambda: parts(tmp_path / "out") >= 1)
    os.kill(children(run.pid)[0], signal.SIGKILL)
    _, errors = run.communicate(timeout=120)
    assert run.returncode == 0, errors
    sp.run_ensemble(written(40), tmp_path / "whole")
    assert bytes_of(tmp_path / "out") == bytes_of(tmp_path / "whole")


@pytest.mark.parametrize("guarded", [False, True])
def test_a_script_that_starts_itself_again_is_refused(
    guarded: bool, written: Callable[[int], Path], tmp_path: Path
) -> None:
    """Workers read the calling script; without the usual guard it would start workers of its own, for ever."""
    script = tmp_path / "script.py"
    guard = 'if __name__ == "__main__":\n    ' if guarded else ""
    call = f"sp.run_ensemble({str(written(4))!r}, {str(tmp_path / 'out')!r}, workers=2)"
    script.write_text(f"import singlepot as sp\n{guard}{call}\n", encoding="utf-8")
    run = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=120, check=False)
    assert (run.returncode == 0) == guarded, run.stderr
    assert ('put the call below `if __name__ == "__main__":`' in run.stderr) != guarded


@needs_proc
def test_ctrl_c_stops_at_once_and_says_how_to_go_on(written: Callable[[int], Path], tmp_path: Path) -> None:
    run = start(written(400), tmp_path / "out", "--workers", "2")
    until(lambda: parts(tmp_path / "out") >= 1)
    workers = children(run.pid)
    os.killpg(run.pid, signal.SIGINT)
    _, errors = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "draws are done and kept; run the same command again" in errors
    assert "Traceback" not in errors
    until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))
    assert not (tmp_path / "out" / ".running.json").exists()


@needs_proc
def test_workers_die_with_their_parent_and_the_next_run_goes_on(written: Callable[[int], Path], tmp_path: Path) -> None:
    run = start(written(40), tmp_path / "out", "--workers", "2")
    until(lambda: parts(tmp_path / "out") >= 1)
    workers = children(run.pid)
    assert workers
    run.kill()
    run.communicate()
    until(lambda: not any(_runs(worker) for worker in workers))
    sp.run_ensemble(written(40), tmp_path / "out")
    sp.run_ensemble(written(40), tmp_path / "whole")
    assert bytes_of(tmp_path / "out") == bytes_of(tmp_path / "whole")


def _runs(pid: int) -> bool:
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False


def test_two_runs_do_not_share_a_folder(written: Callable[[int], Path], tmp_path: Path) -> None:
    run = start(written(400), tmp_path / "out")
    until(lambda: parts(tmp_path / "out") >= 1)
    with pytest.raises(sp.EnsembleRefusedError, match=f"in use by process {run.pid}"):
        sp.run_ensemble(written(400), tmp_path / "out")
    run.kill()
    run.communicate()


LOCKS = {
    "empty": "",
    "of a process that has ended": '{"pid": PID, "host": "HOST"}',
    "cut off": '{\n "singlepot": "lock",\n "pi',
    "no lock": "[1, 2]",
    "no JSON": "mine",
}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_that_nobody_holds_is_taken_over(
    name: str, written: Callable[[int], Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says so. A file that is no lock is named with the way out, and stays."""
    with pytest.raises(sp.StoppedError):
        sp.run_ensemble(written(8), tmp_path / "out", progress=lambda event: event.done < 4)
    lock = tmp_path / "out" / ".running.json"
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    content = LOCKS[name].replace("PID", str(int(gone.stdout))).replace("HOST", socket.gethostname())
    lock.write_text(content, encoding="utf-8")
    if name.startswith("no "):
        with pytest.raises(sp.EnsembleRefusedError, match=r"\.running\.json is damaged .* delete \.running\.json"):
            sp.run_ensemble(written(8), tmp_path / "out")
        assert lock.read_text(encoding="utf-8") == content
        return
    assert len(sp.run_ensemble(written(8), tmp_path / "out").draws) == 8
    assert "is taken over" in caplog.text
    assert not lock.exists()


@pytest.mark.parametrize("name", ["ensemble.json", "manifest.json", "draws.parquet", "summary.csv"])
@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"\xff\xfe", b'{"plan": 1}'])
def test_a_damaged_file_of_an_ensemble_is_named_with_the_way_out(
    name: str, damage: bytes, finished: Path, tmp_path: Path
) -> None:
    """Never a traceback, and nothing is removed, not even by a restart."""
    out = shutil.copytree(finished / "out", tmp_path / "out")
    (out / name).write_bytes(damage)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    for call in (
        lambda: sp.read_ensemble(out),
        lambda: sp.run_ensemble(finished / "plan.toml", out),
        lambda: sp.run_ensemble(finished / "plan.toml", out, restart=True),
    ):
        with pytest.raises(SinglepotError, match=re.escape(name)) as refused:
            call()
        assert refused.value.remedy
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_a_damaged_part_is_named_and_settled_again_when_it_is_deleted(
    written: Callable[[int], Path], tmp_path: Path
) -> None:
    with pytest.raises(sp.StoppedError):
        sp.run_ensemble(written(8), tmp_path / "out", progress=lambda event: event.done < 4)
    (part,) = (tmp_path / "out" / "parts").glob("draws-*.parquet")
    part.write_bytes(part.read_bytes()[:-9])
    with pytest.raises(sp.EnsembleRefusedError, match="is damaged; delete it and run the same command again"):
        sp.run_ensemble(written(8), tmp_path / "out")
    part.unlink()
    assert sp.run_ensemble(written(8), tmp_path / "out").draws["draw"].tolist() == list(range(8))


def test_a_restart_removes_what_the_ensemble_wrote_and_nothing_else(finished: Path, tmp_path: Path) -> None:
    out = shutil.copytree(finished / "out", tmp_path / "out")
    plan_file = finished / "plan.toml"
    sp.run_ensemble(plan_file, out, seed=9, restart=True)
    (out / "minutes.docx").write_text("mine", encoding="utf-8")
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    with pytest.raises(FolderRefusedError, match=r"holds 1 file that no ensemble wrote there \(minutes.docx\)"):
        sp.run_ensemble(plan_file, out, restart=True)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("os.kill(os.getpid(), 9)", "ended by signal 9 while it started"),
        ("os._exit(5)", "ended with exit code 5 while it started"),
        ("raise ImportError('lost')", "ended with exit code 1 while it started"),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="signals are a Unix thing")
def test_a_worker_that_dies_in_its_start_is_told_from_a_script_that_starts_it_again(
    line: str, said: str, written: Callable[[int], Path], tmp_path: Path
) -> None:
    script = tmp_path / "script.py"
    call = f"sp.run_ensemble({str(written(4))!r}, {str(tmp_path / 'out')!r}, workers=2)"
    body = f"if __name__ == '__main__':\n    {call}\nelse:\n    {line}\n"
    script.write_text(f"import os\nimport singlepot as sp\n{body}", encoding="utf-8")
    run = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=240, check=False)
    assert said in run.stderr
    assert "__main__" not in run.stderr.splitlines()[-1]


@pytest.mark.skipif(os.name == "nt", reason="signals are a Unix thing")
def test_workers_that_cannot_be_started_are_said_in_one_line(written: Callable[[int], Path], tmp_path: Path) -> None:
    """As where the user may not run the program that workers are: the pipe to it breaks, which click hides.

    Python's own resource tracker cannot be started either, and sometimes says so in lines of its own.
    """
    call = f"main(['ensemble', {str(written(4))!r}, '--out', {str(tmp_path / 'out')!r}, '--quiet'])"
    script = (
        f"import multiprocessing\nfrom singlepot.cli import main\nmultiprocessing.set_executable('/not/there')\n{call}"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=240, check=False)
    assert run.returncode == 3
    (line,) = [line for line in run.stderr.splitlines() if line.startswith("a worker ")]
    assert "singlepot" not in run.stderr.replace(line, "")
    assert "could not be started" in line or "while it started" in line


def test_a_full_disk_loses_no_finished_draw(written: Callable[[int], Path], tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk: a line says so, and the next run goes on."""
    resource = pytest.importorskip("resource")
    script = (
        "import resource, signal, singlepot as sp\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "seen = []\n"
        "def told(event):\n"
        "    if event.done >= 8 and not seen:\n"
        "        seen.append(event.done)\n"
        "        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        f"try:\n    sp.run_ensemble({str(written(20))!r}, {str(tmp_path / 'out')!r}, progress=told)\n"
        "except sp.EnsembleRefusedError as error:\n    print(error)\n"
    )
    assert resource
    output = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "every finished draw is kept" in output.stdout, output.stderr
    assert parts(tmp_path / "out") == 2
    assert not list((tmp_path / "out").rglob("*.partial"))
    sp.run_ensemble(written(20), tmp_path / "out")
    sp.run_ensemble(written(20), tmp_path / "whole")
    assert bytes_of(tmp_path / "out") == bytes_of(tmp_path / "whole")


# ------------------------------------------------------------------ a Dask cluster


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers, each a process of its own."""
    distributed = pytest.importorskip("distributed")
    assert distributed
    address_file = tmp_path / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": tmp_path}
    scheduler = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
    scheduler += ["--no-dashboard", "--scheduler-file", str(address_file)]
    processes = [subprocess.Popen(scheduler, **quiet)]  # type: ignore[call-overload]
    until(lambda: address_file.is_file() and bool(address_file.read_text(encoding="utf-8")))
    address = json.loads(address_file.read_text(encoding="utf-8"))["address"]
    worker = [
        sys.executable,
        "-m",
        "distributed.cli.dask_worker",
        address,
        "--nthreads",
        "1",
        "--no-dashboard",
        "--no-nanny",
    ]
    processes += [subprocess.Popen(worker, **quiet) for _ in range(2)]  # type: ignore[call-overload]
    yield address, processes
    for process in reversed(processes):
        process.kill()
        process.wait()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.long
def test_nothing_is_taken_from_a_worker_with_other_versions(
    cluster: tuple[str, list[subprocess.Popen[bytes]]],
    written: Callable[[int], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also a worker that joins when the run has begun: what it settled is not taken."""
    monkeypatch.setattr("singlepot.scenarios.ensemble.executors.versions", lambda: {"numpy": "1.0"})
    with pytest.raises(sp.EnsembleRefusedError, match="install the same versions everywhere") as refused:
        sp.run_ensemble(written(4), tmp_path / "out", cluster=cluster[0])
    assert re.search(r"^worker .* has numpy \d\S* instead of 1\.0", str(refused.value))
    assert parts(tmp_path / "out") == 0


@pytest.mark.filterwarnings("ignore")
@pytest.mark.long
def test_a_cluster_that_loses_a_worker_comes_to_the_same_bytes(
    cluster: tuple[str, list[subprocess.Popen[bytes]]], written: Callable[[int], Path], tmp_path: Path
) -> None:
    address, processes = cluster
    killed: list[int] = []

    def told(event: sp.Progress) -> None:
        if event.done >= 0.3 * event.count and not killed:
            killed.append(event.done)
            processes[1].kill()

    sp.run_ensemble(written(40), tmp_path / "out", cluster=address, progress=told)
    assert killed
    sp.run_ensemble(written(40), tmp_path / "whole")
    assert bytes_of(tmp_path / "out") == bytes_of(tmp_path / "whole")


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_that_is_not_there_is_said(written: Callable[[int], Path], tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    with pytest.raises(sp.EnsembleRefusedError, match="no Dask cluster answers"):
        sp.run_ensemble(written(4), tmp_path / "out", cluster="tcp://127.0.0.1:9")


# ------------------------------------------------------------------ what people look at


def test_the_chart_is_drawn_the_same_every_time(written: Callable[[int], Path], tmp_path: Path) -> None:
    """From a finished ensemble, with and without regret and drivers, and with signs in its title."""
    path = written(70)
    path.write_text('title = "$x$ & <b>"\n' + path.read_text(encoding="utf-8"), encoding="utf-8")
    done = sp.run_ensemble(path, tmp_path / "out", workers=2)
    files = ensemble_chart(done)
    assert files["chart.png"].startswith(b"\x89PNG")
    assert b"&amp; &lt;b&gt;" in files["chart.svg"]
    assert ensemble_chart(sp.read_ensemble(tmp_path / "out")) == files
    small = sp.run_ensemble(path, tmp_path / "small", draws=3)
    assert ensemble_chart(small)["chart.png"].startswith(b"\x89PNG")


def test_the_command_draws_it(written: Callable[[int], Path], tmp_path: Path) -> None:
    chart = tmp_path / "chart.svg"
    run = start(written(4), tmp_path / "out", "--chart", str(chart))
    text, errors = run.communicate(timeout=60)
    assert run.returncode == 0, errors
    assert "4 draws, seed 7" in text
    assert chart.read_bytes().startswith(b"<?xml")
    wrong = start(written(4), tmp_path / "other", "--chart", "chart.pdf")
    assert "neither in .png nor in .svg" in wrong.communicate(timeout=60)[1]
    assert wrong.returncode == 2
