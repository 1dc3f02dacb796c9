"""A range of prices can be stopped, and is the same afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

import singlepot as sp

PRICED = ("national", "carbon", "2026-27")


@pytest.mark.parametrize("read_back", [False, True])
def test_a_range_ends_at_its_limit_and_when_it_is_told_to(read_back: bool, tmp_path: Path) -> None:
    """Whether the stages are at hand or have to be solved again; what was begun does no harm to the next call."""
    settlement = sp.settle("bucks-and-burnley")
    expected = sp.find_price_range(settlement, *PRICED)
    if read_back:
        settlement.write(tmp_path / "s")
        settlement = sp.read_settlement(tmp_path / "s")
    with pytest.raises(sp.NotProvenError):
        sp.find_price_range(settlement, *PRICED, time_limit_s=0)
    told: list[sp.Progress] = []
    with pytest.raises(sp.StoppedError):
        sp.find_price_range(settlement, *PRICED, progress=lambda event: bool(told.append(event)))
    assert len(told) == 1
    assert sp.find_price_range(settlement, *PRICED) == expected


def test_a_range_tells_the_stages_that_it_goes_through() -> None:
    told: list[sp.Progress] = []
    sp.find_price_range(sp.settle("bucks-and-burnley"), *PRICED, progress=told.append)
    assert {event.stage.partition(":")[0] for event in told} == {"below", "above"}
    fractions = [event.fraction for event in told]
    assert fractions == sorted(fractions) and 0 <= fractions[0] <= fractions[-1] <= 1
