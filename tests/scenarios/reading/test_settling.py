"""`settle` takes what is named; long runs of many report how far they are and stop when they are told to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import singlepot as sp

BUCKS = "bucks-and-burnley"


def test_settle_takes_a_name_a_path_or_a_scenario(tmp_path: Path) -> None:
    scenario = sp.read_scenario(BUCKS)
    sp.write_scenario(scenario, tmp_path / "plan.xlsx")
    expected = sp.settle(scenario).grants
    for source in (BUCKS, tmp_path / "plan.xlsx", str(tmp_path / "plan.xlsx")):
        assert sp.settle(source).grants.equals(expected)


def test_a_name_of_nothing_is_bad_input() -> None:
    with pytest.raises(sp.BadInputError, match=r"plan\.xlsx"):
        sp.settle("plan.xlsx")


@pytest.mark.parametrize("source", [None, 5, {"areas": []}])
def test_what_is_neither_a_scenario_nor_a_name_is_refused(source: object) -> None:
    with pytest.raises(sp.BadOptionError, match=f"{type(source).__name__} is no scenario"):
        sp.settle(source)  # type: ignore[arg-type]


def swept(progress: Callable[[sp.Progress], object]) -> object:
    return sp.sweep(BUCKS, {"pot": [0.9, 1.0, 1.1]}, progress=progress)


def under_regimes(progress: Callable[[sp.Progress], object]) -> object:
    return sp.compare_regimes(BUCKS, ["pro-rata", "equal-awards", "per-head"], progress=progress)


def compared(progress: Callable[[sp.Progress], object]) -> object:
    return sp.compare([BUCKS, BUCKS, BUCKS], progress=progress)


@pytest.mark.parametrize("run", [swept, under_regimes, compared])
def test_a_run_of_many_reports_each_and_the_whole(run: Callable[[Callable[[sp.Progress], object]], object]) -> None:
    events: list[sp.Progress] = []
    run(events.append)
    assert {event.count for event in events} == {3}
    assert {event.done for event in events} >= {0, 1, 2}
    fractions = [event.fraction for event in events]
    assert fractions == sorted(fractions) and 0 <= fractions[0] < 1 / 3 and fractions[-1] > 2 / 3
    assert len({event.stage for event in events}) > 3


@pytest.mark.parametrize("run", [swept, under_regimes, compared])
def test_a_run_of_many_stops_when_it_is_told_to(run: Callable[[Callable[[sp.Progress], object]], object]) -> None:
    asked: list[int] = []

    def stop_in_the_second(event: sp.Progress) -> bool:
        asked.append(event.done)
        return event.done < 1

    with pytest.raises(sp.StoppedError):
        run(stop_in_the_second)
    assert asked.count(1) == 1 and max(asked) == 1


@pytest.mark.parametrize("option", [{"time_limit_s": 1.0}, {"progress": print}])
def test_an_option_that_a_function_of_the_caller_would_not_heed_is_refused(option: dict[str, object]) -> None:
    with pytest.raises(sp.BadOptionError, match="run settles without"):
        sp.sweep(BUCKS, {"pot": [1.0]}, run=lambda scenarios: map(sp.settle, scenarios), **option)  # type: ignore[arg-type]
