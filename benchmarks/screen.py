"""Time from a lever to the new picture on the screen, median of twenty: ``python -m benchmarks.screen [SCENARIO]``.

The server is started as a user starts it, and asked as the page asks: levers are sent, the progress is looked at until
the picture comes. Each lever is one that was not pulled before. CPU time is that of the server and its workers; wall
time holds whatever else the machine does.
"""

from __future__ import annotations

import signal
import statistics
import subprocess
import sys
import time

import httpx
import psutil

TIMES = 20


def main(scenario: str = "england") -> None:
    """Print both medians, and the slowest."""
    command = [sys.executable, "-m", "singlepot", "serve", scenario, "--quiet"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as server:
        assert server.stdout is not None
        address = server.stdout.readline().split()[1]
        origin = address.partition("/?")[0]
        headers = {"hx-request": "true", "origin": origin}
        with httpx.Client(base_url=origin, headers=headers, timeout=120, trust_env=False) as browser:
            browser.get(address, follow_redirects=True)
            picture(browser, "/progress")
            picture(browser, "/settle", pot="99.5")  # the first drawing loads the engine that draws
            rows = [one(browser, server.pid, f"{90 + 0.25 * k:g}") for k in range(TIMES)]
        server.send_signal(signal.SIGINT)
    for name, numbers in zip(("wall", "CPU"), zip(*rows, strict=True), strict=True):
        print(f"{name}: median {statistics.median(numbers):.2f} s, slowest {max(numbers):.2f} s, of {TIMES}")


def one(browser: httpx.Client, process: int, pot: str) -> tuple[float, float]:
    """Wall and CPU seconds from a lever to its picture."""
    begun, used = time.perf_counter(), cpu_s(process)
    picture(browser, "/settle", pot=pot)
    return time.perf_counter() - begun, cpu_s(process) - used


def picture(browser: httpx.Client, path: str, **levers: str) -> str:
    """Send levers, or look at the progress alone, until the picture is there."""
    answer = browser.post(path, data={"levers": "1", "equity": "on", **levers}) if levers else browser.get(path)
    while 'id="t-money"' not in answer.text or 'class="running"' in answer.text:
        answer = browser.get("/progress")
        answer.raise_for_status()
    return answer.text


def cpu_s(process: int) -> float:
    """CPU seconds of a process and of its children."""
    parent = psutil.Process(process)
    times = [one.cpu_times() for one in (parent, *parent.children(recursive=True))]
    return sum(used.user + used.system for used in times)


if __name__ == "__main__":
    main(*sys.argv[1:])
