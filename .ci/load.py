"""Load: many settlements in one process, many draws, many users of one server, very many options.

    nice python .ci/load.py settlements 2000       # one after another, of all features
    nice python .ci/load.py draws 20000            # of an ensemble
    nice python .ci/load.py users 50 --minutes 10  # of one server at once
    nice python .ci/load.py options 1000000        # of one scenario: memory, progress, a clean stop by Ctrl-C

Memory and open files are looked at all the while; a run fails where they grow from its second quarter to its last, or
where an answer is wrong. ``--chart`` draws them as an SVG file.
"""

from __future__ import annotations

import argparse
import random
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import singlepot as sp
from benchmarks.workloads import Workload, tables
from singlepot.reports.charts.axes_and_files import COLOURS, draw_files
from tests.api.serve.served import Served, served
from tests.pot_plan import pot_plan
from tests.strategies import scenario, seeded

BUCKS = "bucks-and-burnley"
EVERY_S = 0.5
GROWTH = 0.05
"""Largest growth of the median from the second quarter to the last, as a share."""
LEVERS = (0.92, 1.1)
"""Least and largest factor of the pot that users pull: below the least one floors ask for more than there is."""
SCENARIOS = 60
"""Drawn scenarios that are settled in turn, each made anew as a reader makes it. One that is kept grows at first:
pandas notes each view of a column, and clears its notes away at 500 for each block of columns, some 20,000 in all."""


@dataclass
class Watch:
    """Memory (MB) and open files of a process and those that it started, over time."""

    process: psutil.Process
    seconds: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    files: list[int] = field(default_factory=list)

    def look(self, begun: float) -> None:
        """Look once."""
        memory, files = 0.0, 0
        for one in (self.process, *self.process.children(recursive=True)):
            try:
                with one.oneshot():
                    memory, files = memory + one.memory_info().rss / 1e6, files + one.num_fds()
            except psutil.Error:  # it is over
                continue
        self.seconds.append(time.monotonic() - begun)
        self.memory.append(memory)
        self.files.append(files)

    @contextmanager
    def looking(self) -> Any:
        """Look now and then while something is done."""
        over, begun = threading.Event(), time.monotonic()

        def go_on() -> None:
            while not over.wait(EVERY_S):
                self.look(begun)

        thread = threading.Thread(target=go_on)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def growth(self) -> list[str]:
        """Say what grew; nothing where all is flat."""
        grew = []
        for name, values in (("memory", self.memory), ("open files", self.files)):
            quarter = len(values) // 4
            before, after = statistics.median(values[quarter : 2 * quarter]), statistics.median(values[-quarter:])
            print(f"  {name}: second quarter {before:,.0f}, last {after:,.0f}, most {max(values):,.0f}")
            if after > before * (1 + GROWTH):
                grew.append(f"{name} grew from {before:,.0f} to {after:,.0f}")
        return grew

    def draw(self, path: str, title: str) -> None:
        """Draw both over time."""

        def drawing(figure: Any) -> None:
            for axes, values, name, colour in zip(
                figure.subplots(1, 2), (self.memory, self.files), ("memory, MB", "open files"), COLOURS, strict=False
            ):
                axes.plot([s / 60 for s in self.seconds], values, color=colour, linewidth=1)
                axes.set(xlabel="minutes", ylabel=name, ylim=(0, 1.2 * max(values)))
            figure.suptitle(title, x=0.01, ha="left", fontsize=10)

        Path(path).write_bytes(draw_files(drawing, (9, 2.6))["chart.svg"])


def settlements(count: int, minutes: float, watch: Watch) -> list[str]:
    """Settle drawn scenarios of all features and the shipped one with levers, one after another in this process."""
    wrong = []
    shipped = sp.read_scenario(BUCKS)
    first: dict[int, dict[str, bytes]] = {}
    with watch.looking():
        for number in range(count):
            which = number % (SCENARIOS + 1)
            documents = sp.settle(scenario(seeded(which)) if which < SCENARIOS else shipped).documents()
            if first.setdefault(which, documents) != documents:
                wrong.append(f"scenario {which} settles to other bytes the {number // (SCENARIOS + 1) + 1}th time")
    return wrong


def draws(count: int, minutes: float, watch: Watch) -> list[str]:
    """Settle draws of an ensemble in one worker: all whose pot pays what floors ask for, and none of the others."""
    with tempfile.TemporaryDirectory(prefix="singlepot-") as folder:
        plan = Path(folder) / "plan.toml"
        plan.write_text(pot_plan(BUCKS, count), encoding="utf-8")
        with watch.looking():
            done = sp.run_ensemble(plan, Path(folder) / "out").draws
    print("  " + ", ".join(f"{n:,} {status}" for status, n in done["status"].value_counts().items()))
    pots = {status: of["input pot: all"] for status, of in done.groupby("status")}
    if set(pots) != {"settled", "no settlement"} or pots["no settlement"].max() >= pots["settled"].min():
        return ["draws failed for another reason than that floors ask for more than the pot"]
    return []


def users(count: int, minutes: float, watch: Watch) -> list[str]:
    """Let users pull levers, look at results and save them, and programs settle, all at once."""
    answers: Counter[str] = Counter()
    times: list[float] = []
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="singlepot-") as folder, served(Path(folder), BUCKS) as server:
        watch.process = psutil.Process(server.process.pid)
        end = time.monotonic() + 60 * minutes
        people = [
            threading.Thread(target=user, args=(number, server, end, answers, times, wrong)) for number in range(count)
        ]
        with watch.looking():
            for person in people:
                person.start()
            for person in people:
                person.join()
        if server.process.poll() is not None:
            wrong.append("the server ended")
    times.sort()
    print(f"  {len(times):,} answers: {', '.join(f'{n:,} {what}' for what, n in sorted(answers.items()))}")
    print(f"  seconds: median {statistics.median(times):.2f}, 95% below {times[int(0.95 * len(times))]:.2f}, "
          f"longest {times[-1]:.2f}")  # fmt: skip
    return wrong


def user(number: int, server: Served, end: float, answers: Counter[str], times: list[float], wrong: list[str]) -> None:
    """Do what a user or a program does until the time is over; every fifth is a program."""
    draw = random.Random(number)
    client = server.program() if number % 5 == 0 else httpx.Client(
        base_url=server.origin, follow_redirects=True, timeout=120, trust_env=False, headers={"origin": server.origin}
    )  # fmt: skip

    def ask(method: str, path: str, **how: Any) -> httpx.Response | None:
        begun = time.monotonic()
        try:
            answer = client.request(method, path, **how)
        except httpx.HTTPError as error:
            answers[type(error).__name__] += 1
            return None
        times.append(time.monotonic() - begun)
        answers[str(answer.status_code)] += 1
        if answer.status_code not in (200, 503):
            wrong.append(f"user {number}: {method} {path}: {answer.status_code} {answer.text[:200]}")
        if answer.status_code == 503 and "retry-after" not in answer.headers:
            wrong.append(f"user {number}: {method} {path}: refused without being told when to come again")
        return answer

    with client:
        if number % 5:
            ask("GET", f"/?token={server.token}")
        while time.monotonic() < end:
            factor = round(draw.uniform(*LEVERS), 2)
            if number % 5 == 0:
                answer = ask("POST", "/api/settle", json={"levers": {"pot": factor}})
                if answer is not None and answer.status_code == 200:
                    spent = sum(row["grant"] for row in answer.json()["grants"])
                    if spent > 196 * factor + 1e-6:
                        wrong.append(f"user {number}: grants of £{spent:.6f}m with a pot of £{196 * factor:.6f}m")
            else:
                ask("POST", "/settle", data={"pot": str(round(100 * factor))})
                ask("GET", draw.choice(("/?show=areas", "/?show=gains&again", "/download/what-if")))
                ask("POST", "/save", data={"name": f"of user {number}", "replace": "on"})
            time.sleep(draw.uniform(0.2, 2))


def options(count: int, minutes: float, watch: Watch) -> list[str]:
    """Settle a scenario of very many options; then again, and press Ctrl-C in the middle."""
    areas = max(count // 10, 1)
    big = sp.Scenario.from_tables(**tables(Workload(areas, 10, 1)))
    events: list[sp.Progress] = []
    begun = time.monotonic()
    with watch.looking():
        settled = sp.settle(big, progress=lambda event: events.append(event))
    took = time.monotonic() - begun
    fractions = [event.fraction for event in events]
    print(f"  {len(settled.take_up):,} options settled in {took:.0f} s, {len(events)} events of progress")
    wrong = [] if settled.certificate.passed else ["the certificate does not hold"]
    if fractions != sorted(fractions):
        wrong.append("progress went back")
    pressed: list[float] = []

    def press() -> None:
        pressed.append(time.monotonic())
        signal.raise_signal(signal.SIGINT)

    timer = threading.Timer(took / 2, press)
    timer.start()
    try:
        sp.settle(big)
        wrong.append("Ctrl-C did not stop it")
    except (KeyboardInterrupt, sp.StoppedError):
        print(f"  stopped {time.monotonic() - pressed[0]:.1f} s after Ctrl-C")
    timer.cancel()
    return wrong


LOADS: dict[str, tuple[Callable[[int, float, Watch], list[str]], str]] = {
    "settlements": (settlements, "{:,} settlements in one process"),
    "draws": (draws, "{:,} draws of an ensemble, with its worker"),
    "users": (users, "A server under {:,} users at once, with its workers"),
    "options": (options, "{:,} options"),
}


def main() -> int:
    """Put on one load, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("load", choices=LOADS)
    parser.add_argument("count", type=int)
    parser.add_argument("--minutes", type=float, default=10, help="of users")
    parser.add_argument("--chart", help="SVG file to draw")
    chosen = parser.parse_args()
    put_on, title = LOADS[chosen.load]
    print(title.format(chosen.count), flush=True)
    watch, begun = Watch(psutil.Process()), time.monotonic()
    wrong = put_on(chosen.count, chosen.minutes, watch)
    print(f"  {time.monotonic() - begun:.0f} s")
    if chosen.load != "options":  # one settlement, whose memory is that of its steps
        wrong += watch.growth()
    else:
        print(f"  memory: at most {max(watch.memory):,.0f} MB")
    if chosen.chart:
        watch.draw(chosen.chart, title.format(chosen.count))
    print("\n".join(wrong[:20]) or "  nothing wrong")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
