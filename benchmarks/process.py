"""One measurement in a process of its own, so that memory, imports and caches are its own."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

LIMIT_S = 480
"""CPU seconds after which a measurement is ended; its row says so."""

LIMIT_GB = 10
"""Memory of a measurement; address space would be too little for the engine that draws charts, which reserves much."""


def measure(set_name: str, case: str, subject: str, limit_s: int = LIMIT_S) -> dict[str, Any]:
    """Run a subject on a case in a new process and return its row."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "row.json"
        command = [sys.executable, "-m", "benchmarks.process", set_name, case, subject, str(out), str(limit_s)]
        ended = subprocess.run(command, capture_output=True, text=True, env=one_thread(), check=False)
        if out.is_file():
            return dict(json.loads(out.read_text(encoding="utf-8")))
    output = (ended.stderr.strip().splitlines() or ["no message"])[-1]
    why = f"not done after {limit_s} CPU s" if ended.returncode in (-24, -9) else output
    return {"case": case, "subject": subject, "failed": why}


def one_thread() -> dict[str, str]:
    """The environment with every numerical library on one thread, and byte code kept, as on anybody's machine."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "POLARS_MAX_THREADS")
    return {**os.environ, **dict.fromkeys(names, "1"), "PYTHONDONTWRITEBYTECODE": ""}


def main(set_name: str, case_name: str, subject: str, out: str, limit_s: str) -> None:
    """Measure here and write the row."""
    resource.setrlimit(resource.RLIMIT_CPU, (int(limit_s), int(limit_s) + 5))
    resource.setrlimit(resource.RLIMIT_DATA, (LIMIT_GB * 10**9, LIMIT_GB * 10**9))
    from . import cases
    from .meter import Meter
    from .subjects import SUBJECTS

    case = next(case for case in getattr(cases, set_name) if case.name == case_name)
    meter = Meter()
    meter.started()
    result = SUBJECTS[subject](case, meter)
    row = {"case": case_name, "subject": subject, "phases": meter.as_dict(), **result}
    Path(out).write_text(json.dumps(row), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
