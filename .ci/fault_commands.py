"""Commands that write, for ``faults.py``: what stands there before, and what reads the result."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import httpx

import singlepot as sp
from singlepot.models.files.folder import hidden_beside
from tests.pot_plan import pot_plan
from tests.scenarios.review.plans import outturn

BUCKS = "bucks-and-burnley"
IMPOSSIBLE = f'title = "Half the pot"\nbase = "{BUCKS}"\n[levers]\npot = 0.5\n'
FUNDER = "--funder Treasury --funder-id GB-GOR-D1 --prefix 360G-us --awarded 2026-05-29"
STOPPED = 130


@dataclass(frozen=True)
class Command:
    """A command line, what must stand there before, and what reads its result.

    In the line, ``{cluster}`` is the address of a Dask cluster.
    """

    line: str
    result: str
    ready: Callable[[Path], None] = lambda folder: None
    reads: Callable[[Path], object] = lambda path: path
    again: str = " --overwrite"
    """What is added when the result stands there already."""
    lock: str | None = "beside"
    """The file that is locked while the result is written: as usual, another, or none."""
    browser: Callable[[int], int] | None = None
    """What a user does with a server, told where its output can be read; returns the exit code that it amounts to."""

    def lock_in(self, folder: Path) -> Path | None:
        """Where the lock of the result stands."""
        if self.lock is None:
            return None
        return hidden_beside(folder / self.result, "lock") if self.lock == "beside" else folder / self.lock


def with_plan(folder: Path) -> None:
    """Write the plan of an ensemble."""
    (folder / "plan.toml").write_text(pot_plan(BUCKS, 6), encoding="utf-8")


def with_impossible(folder: Path) -> None:
    """Write a what-if that leaves no settlement."""
    (folder / "tight.toml").write_text(IMPOSSIBLE, encoding="utf-8")


def with_talks(folder: Path) -> None:
    """Open talks."""
    sp.open_talks(BUCKS, folder / "t", by="centre")


def with_answers(folder: Path) -> None:
    """Open talks, and write an answer to everything that is asked."""
    with_talks(folder)
    asks = sp.Talks(folder / "t").asks
    asks[["round", "area", "option", "asked"]].assign(accepted=asks["asked"]).to_csv(
        folder / "answers.csv", index=False
    )


def with_agreement(folder: Path) -> None:
    """Write an agreement, and what was spent and delivered of it in its first year."""
    agreed = sp.settle(BUCKS)
    agreed.write(folder / "agreed")
    outturn(agreed, 1, {("E07000117", "carbon"): 0.5, ("E06000052", "money"): 0.9}).to_csv(
        folder / "outturn.csv", index=False
    )


def reviewed(path: Path) -> None:
    """Raise an error where a folder holds no review that follows from the agreement beside it."""
    if not sp.verify_review(path, path.parent / "agreed").passed:
        raise sp.BadOptionError("the review does not verify", "")


def unverified(folder: Path) -> str:
    """Say that talks in a folder do not verify; empty where they do, or where there are none."""
    try:
        return "" if not (folder / "t").exists() or sp.verify_talks(folder / "t").passed else "talks do not verify"
    except sp.SinglepotError as error:
        return str(error)


def save(reader: int) -> int:
    """Open a server's page, pull a lever, and save it under a name as a form of the page does; then press Ctrl-C."""
    try:
        with os.fdopen(reader, encoding="utf-8") as printed:
            address = printed.readline().split()[1]
            origin = address.partition("/?")[0]
            with httpx.Client(base_url=origin, follow_redirects=True, timeout=60, trust_env=False) as client:
                client.get(address)
                client.headers["origin"] = origin
                client.post("/settle", data={"pot": "95"})
                answer = client.post("/save", data={"name": "tighter", "replace": "on"})
            return 2 if answer.is_error else 0
    except (httpx.HTTPError, IndexError):  # it was stopped before it had answered, or never began
        return STOPPED
    finally:
        time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGINT)


COMMANDS = {
    "settle": Command(f"settle {BUCKS} --out o --quiet", "o", reads=sp.read_settlement),
    "settle tables": Command(f"settle {BUCKS} --out o --only tables --quiet", "o", reads=sp.read_settlement),
    "compare": Command(f"compare {BUCKS} {BUCKS} --out o --quiet", "o"),
    "sweep": Command(f"sweep {BUCKS} --lever pot=0.95,1 --no-chart --out o --quiet", "o"),
    "regimes": Command(f"regimes {BUCKS} --only pro-rata,single-pot --no-chart --out o --quiet", "o"),
    "frontier": Command(f"frontier {BUCKS} --between carbon,cost --out o --quiet", "o"),
    "alternatives": Command(f"alternatives {BUCKS} --count 1 --out o --quiet", "o"),
    "ensemble": Command("ensemble plan.toml --out o --quiet", "o", with_plan, sp.read_ensemble, "", "o/.running.json"),
    "ensemble on a cluster": Command(
        "ensemble plan.toml --cluster {cluster} --out o --quiet",
        "o",
        with_plan,
        sp.read_ensemble,
        "",
        "o/.running.json",
    ),
    "robust": Command("robust plan.toml --draws 3 --out o --quiet", "o", with_plan),
    "export to a workbook": Command(f"export {BUCKS} o.xlsx", "o.xlsx", reads=sp.read_scenario),
    "export to a document": Command(f"export {BUCKS} o.json", "o.json", reads=sp.read_scenario),
    "export to a folder": Command(f"export {BUCKS} o", "o", reads=sp.read_scenario),
    "repair": Command("repair tight.toml --out o.toml --quiet", "o.toml", with_impossible, sp.read_scenario),
    "goal": Command(f"goal {BUCKS} --lever pot --save o.toml", "o.toml", reads=sp.read_scenario),
    "talks open": Command(f"talks open {BUCKS} t --quiet", "t", again="", lock=None),
    "talks answer": Command("talks answer t answers.csv --by areas --quiet", "t", with_answers, again="", lock=None),
    "talks next": Command("talks next t --quiet", "t", with_talks, again="", lock=None),
    "review": Command(
        "review agreed --outturn outturn.csv --out o --quiet", "o", with_agreement, reviewed, lock="o/.review.lock"
    ),
    "review to talks": Command(
        "review agreed --outturn outturn.csv --talks t --quiet", "t", with_agreement, again="", lock=None
    ),
    "publish": Command(f"publish agreed --out o {FUNDER}", "o", with_agreement),
    "serve": Command(
        f"serve {BUCKS} --folder kept", "kept/tighter.toml", reads=sp.read_scenario, again="", browser=save
    ),
}
