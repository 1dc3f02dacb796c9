"""The table of simulated talks has the figures that the talks end with, a row for each seed that changes something."""

from __future__ import annotations

from benchmarks.talks import rows


def test_a_row_has_asks_and_the_first_stage_by_round() -> None:
    truthful, *drawn = rows("bucks-and-burnley", ["truthful", "random"], seeds=range(2))
    assert truthful.startswith("| truthful | any | 6, 0 | 0.00%, 0.00% | 7.55%, 0.00% | ")
    assert [row.split(" | ")[1] for row in drawn] == ["0", "1"]
