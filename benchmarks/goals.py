"""What the package sets itself to show, and what the last full run measured."""

from __future__ import annotations

from collections.abc import Iterator

from . import cases, judging
from .cases import DRAW, OURS, PULP, PYOMO, SMALL
from .judging import Rows

Goal = tuple[str, str, str, bool | None]
"""What is measured, what is asked of it, what was measured, and whether that reaches it."""

SETTLE = {
    "england, give 0": 1.7,
    "england": 3.5,
    "england-authorities, give 0": 1.6,
    "england-authorities": 3.5,
    "374x30x10": 0.74,
    "374x30x10 slack": 4.0,
    "3143x20x5": 0.73,
}
"""Most that a settlement may take, as a multiple of the bare first stage."""

TIMES_PEERS = {"england": 5.0, "england, give 0": 10.0}
DRAWS = {"england": 2.5, "england-authorities": 3.0}
SMALL_MEDIAN, SMALL_WORST = 6.0, 10.0
TWO_PROCESSES = 1.85
ROBUST_OF_DRAWS = 3.0
EXPONENT = 1.15
SHARING = 0.10
MEMORY = {"33755x12x3": 3.0, "95000x10x1": 2.0}
"""GiB, while a settlement is made."""

GIB = 2**30 / 1e9
VERDICTS = {True: "reached", False: "missed", None: "not measured"}


def goals(rows: Rows) -> list[list[str]]:
    """Goal, what it asks, what was measured, and whether it is reached."""
    return [[goal, asked, measured, VERDICTS[reached]] for goal, asked, measured, reached in _goals(rows)]


def _goals(rows: Rows) -> Iterator[Goal]:
    for name, most in SETTLE.items():
        yield _goal(f"{name}: settle ÷ bare", judging.ratios(rows, name).get("settle ÷ bare"), most)
    small = judging.ratios(rows, "small")
    words = f"{SMALL}, settle ÷ bare"
    yield _goal(f"{words}: median", small.get("settle ÷ bare, median"), SMALL_MEDIAN)
    yield _goal(f"{words}: worst ÷ median", small.get("worst ÷ median"), SMALL_WORST)
    for name, least in TIMES_PEERS.items():
        for peer in (PULP, PYOMO):
            ratio = judging.ratios(rows, name).get(f"{peer} ÷ ours")
            yield _goal(f"{name}: {peer} ÷ ours", ratio, least, at_least=True)
    for name, most in DRAWS.items():
        row, bare = rows.get((name, DRAW), {}), judging.fastest_bare(rows, name)
        measured = row.get("counts") and bare
        ratio = row["phases"]["draw, 1 process"]["cpu_s"] / bare if measured else None
        yield _goal(f"{name}: a draw ÷ bare", ratio, most)
    row = rows.get(("england", DRAW), {})
    one, two = (row.get("phases", {}).get(f"draw, {words}") for words in ("1 process", "2 processes"))
    speed = one["wall_s"] / two["wall_s"] if row.get("counts") and one and two else None
    yield _goal("england: two processes ÷ one, draws in wall time", speed, TWO_PROCESSES, at_least=True)
    robust = judging.ratios(rows, "england").get("robust ÷ draws alone")
    yield _goal("england, 20 draws: robust grants ÷ each draw alone", robust, ROBUST_OF_DRAWS)
    points = judging.growth(rows, cases.GROWTH)
    reach = f" up to {max(areas for areas, _ in points):,.0f} areas" if points else ""
    slope = judging.exponent(points) if len(points) > 1 else None
    yield _goal(f"growth with the number of areas{reach}, exponent", slope, EXPONENT)
    for name in ("374x30x10", "374x30x10 ties"):
        row = rows.get((name, OURS), {})
        share = judging.cpu(row, "settle: share") / judging.cpu(row, "settle: solve") if row.get("counts") else None
        yield _goal(f"{name}: sharing ÷ stages", share, SHARING)
    for name, most in MEMORY.items():
        row = rows.get((name, OURS), {})
        memory = judging.peak_mb(row) / 1e3 / GIB if row.get("counts") else None
        yield _goal(f"{name}: peak memory, GiB", memory, most)


def _goal(name: str, value: float | None, asked: float, *, at_least: bool = False) -> Goal:
    words = f"{'≥' if at_least else '≤'} {asked:g}"
    if value is None:
        return name, words, "", None
    return name, words, f"{value:.2f}", value >= asked if at_least else value <= asked
