"""Commands as people start them, each in a process of its own, beside what no such program could do without."""

from __future__ import annotations

import subprocess
import sys

from .bare import Found
from .cases import Case
from .meter import Meter

LIBRARIES = "import numpy, pandas, pydantic"
"""What reading and checking a scenario needs."""


def commands(case: Case, meter: Meter) -> Found:
    """The start of the program, and a check."""
    meter.started()
    for phase, arguments in {
        "Python": ["-c", "pass"],
        "version": ["-m", "singlepot", "--version"],
        "libraries": ["-c", LIBRARIES],
        "check": ["-m", "singlepot", "check", str(case.load)],
    }.items():
        with meter(f"command: {phase}"):
            subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    seconds = {name.removeprefix("command: "): phase.cpu_s for name, phase in meter.phases.items()}
    kept = {
        "start ÷ Python": seconds["version"] / seconds["Python"],
        "check ÷ libraries": seconds["check"] / seconds["libraries"],
    }
    return {"certificate": True, "ratios": kept}
