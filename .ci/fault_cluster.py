"""A Dask cluster of this machine, for ``faults.py``: a scheduler, and workers that are begun again when they end."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import psutil

WORKERS = 2
READY_WITHIN_S = 60


class Cluster:
    """A scheduler and its workers, each a process of its own."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        file = folder / "scheduler.json"
        scheduler = ["dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file)]
        worker = [
            "dask_worker",
            "--nworkers",
            str(WORKERS),
            "--nthreads",
            "1",
            "--nanny",
            "--scheduler-file",
            str(file),
        ]
        self._processes = [
            subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.{command}", "--no-dashboard", *rest],
                cwd=folder,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            for command, *rest in (scheduler, worker)
        ]
        until = time.monotonic() + READY_WITHIN_S
        while len(self.workers()) < WORKERS or not file.is_file() or not file.read_text(encoding="utf-8"):
            if time.monotonic() > until:
                raise SystemExit("the Dask cluster does not begin")
            time.sleep(0.1)
        self.address: str = json.loads(file.read_text(encoding="utf-8"))["address"]

    def workers(self) -> list[psutil.Process]:
        """Return the workers that are there."""
        return workers_of(self._processes[1].pid)

    def close(self) -> None:
        """End all of it."""
        ended = [*self.workers(), *(psutil.Process(process.pid) for process in self._processes)]
        for process in reversed(ended):  # those that begin workers again go first
            process.kill()
        psutil.wait_procs(ended, READY_WITHIN_S)


def workers_of(process: int) -> list[psutil.Process]:
    """Processes that a process has started, but for Python's own tracker of what they share."""
    found = []
    for one in psutil.Process(process).children(recursive=True):
        try:
            if "resource_tracker" not in " ".join(one.cmdline()):
                found.append(one)
        except psutil.Error:
            continue
    return found
