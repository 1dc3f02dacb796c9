"""CPU time, wall time and peak memory of phases of this process."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass


@dataclass
class Phase:
    """What a phase took: CPU seconds of this process and of those it waited for, wall seconds, peak MB so far."""

    cpu_s: float = 0.0
    wall_s: float = 0.0
    peak_mb: float = 0.0


class Meter:
    """Phases by name, in the order in which they first ran."""

    def __init__(self) -> None:
        self.phases: dict[str, Phase] = {}

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        cpu, wall = cpu_s(), time.perf_counter()
        try:
            yield
        finally:
            phase = self.phases.setdefault(name, Phase())
            phase.cpu_s += cpu_s() - cpu
            phase.wall_s += time.perf_counter() - wall
            phase.peak_mb = peak_mb()

    def started(self) -> None:
        """Count everything since the process began as the phase ``start``: imports."""
        self.phases["start"] = Phase(cpu_s(), 0.0, peak_mb())

    def as_dict(self) -> dict[str, dict[str, float]]:
        """Every phase as plain numbers."""
        return {
            name: {key: round(value, 4) for key, value in asdict(phase).items()} for name, phase in self.phases.items()
        }


def cpu_s() -> float:
    """CPU seconds of this process and of those it has waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def peak_mb() -> float:
    """Largest memory so far, MB: this process, or one it waited for where that was larger."""
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / unit
