"""What the package sets itself to show, and what the last full run measured."""

from __future__ import annotations

from collections.abc import Iterator

from . import cases, judging
from .cases import DRAW, OURS, PULP, PYOMO
from .judging import Rows

TIMES_PEERS = 10.0
EXPONENT = 1.15
OUTSIDE = 0.10
SHARING = 0.10
DRAW_OF_BARE = 0.25
TWO_PROCESSES = 1.8
ROBUST_OF_DRAWS = 3.0


def goals(rows: Rows) -> list[list[str]]:
    """Goal, what it asks, what was measured, and whether it is reached."""
    result = []
    for goal, asked, measured, reached in _goals(rows):
        result.append([goal, asked, measured, {True: "reached", False: "missed", None: "not measured"}[reached]])
    return result


def _goals(rows: Rows) -> Iterator[tuple[str, str, str, bool | None]]:
    for name, most in (
        ("england, give 0", 1.3),
        ("england", 3.0),
        ("374x30x10", 1.3),
        ("374x30x10 slack", 4.0),
        ("3143x20x5", 1 / 3),
        ("33755x12x3", 1 / 10),
        ("95000x10x1", 1 / 10),
    ):
        ratio = judging.ratios(rows, name).get("settle ÷ bare")
        yield f"{name}: settle ÷ bare", f"≤ {most:.2g}", _number(ratio), None if ratio is None else ratio <= most
    for name, most_gb in (("33755x12x3", 3.0), ("95000x10x1", 2.0)):
        row = rows.get((name, OURS), {})
        memory = judging.peak_mb(row) / 1e3 if row.get("counts") else None
        words = "" if memory is None else f"{memory:.2f} GB"
        yield f"{name}: peak memory", f"< {most_gb:g} GiB", words, None if memory is None else memory < most_gb * 1.0737
    for name in ("england", "england, give 0", "374x30x10"):
        for peer in (PULP, PYOMO):
            ratio = judging.ratios(rows, name).get(f"{peer} ÷ ours")
            reached = None if ratio is None else ratio >= TIMES_PEERS
            yield f"{name}: {peer} ÷ ours", f"≥ {TIMES_PEERS:g}", _number(ratio), reached
    yield from _draws(rows)
    ratio = judging.ratios(rows, "england").get("robust ÷ draws alone")
    words = "england, 20 draws: robust grants ÷ each draw alone"
    yield words, f"≤ {ROBUST_OF_DRAWS:g}", _number(ratio), _at_most(ratio, ROBUST_OF_DRAWS)
    points = judging.growth(rows, cases.GROWTH)
    slope = judging.exponent(points) if len(points) > 1 else None
    words = "" if slope is None else f"{slope:.2f} up to {max(areas for areas, _ in points):,.0f} areas"
    yield (
        "growth with the number of areas, exponent",
        f"≤ {EXPONENT:g}",
        words,
        None if slope is None else slope <= EXPONENT,
    )
    outside = judging.ratios(rows, "33755x12x3").get("outside the solver")
    yield "33755x12x3: outside the solver", f"≤ {OUTSIDE:.0%}", _share(outside), _at_most(outside, OUTSIDE)
    for name in ("374x30x10", "374x30x10 ties", "33755x12x3 ties"):
        row = rows.get((name, OURS), {})
        sharing = None
        if row.get("counts"):
            sharing = judging.cpu(row, "settle: share") / max(judging.cpu(row, "settle: solve"), 1e-9)
        yield f"{name}: sharing ÷ stages", f"≤ {SHARING:.0%}", _share(sharing), _at_most(sharing, SHARING)


def _draws(rows: Rows) -> Iterator[tuple[str, str, str, bool | None]]:
    name = "england-authorities"
    row, bare = rows.get((name, DRAW), {}), judging.fastest_bare(rows, name)
    counts = bool(row.get("counts"))
    ratio = row["phases"]["draw, 1 process"]["cpu_s"] / bare if counts and bare else None
    words = f"≤ {DRAW_OF_BARE:g}"
    yield f"{name}: a draw ÷ bare", words, _number(ratio), None if ratio is None else ratio <= DRAW_OF_BARE
    speed = None
    if counts:
        one, two = (row["phases"][f"draw, {words}"]["wall_s"] for words in ("1 process", "2 processes"))
        speed = one / two
    words = f"≥ {TWO_PROCESSES:g}"
    yield (
        "two processes ÷ one, draws in wall time",
        words,
        _number(speed),
        None if speed is None else speed >= TWO_PROCESSES,
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"


def _at_most(value: float | None, most: float) -> bool | None:
    return None if value is None else value <= most
