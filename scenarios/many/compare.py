"""Comparison of scenarios: each is settled, and its results are matched with those of the first."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from singlepot.models.diagnostics.problems import SETTINGS, BadInputError, Diagnostic
from singlepot.models.files.folder_kinds import MANIFEST
from singlepot.models.money import POUNDS_PER
from singlepot.models.scenario.scenario import Scenario
from singlepot.models.settlement.settlement import Settlement
from singlepot.solver import Progress, SinglepotError

from ..reading.reading import read_scenario
from ..results.settlement_folder import read_settlement
from ..what_if.differences import COLUMNS, differences
from .comparison import Comparison
from .comparison_tables import (
    AREA,
    ASK,
    GRANT,
    NATION,
    REGION,
    REGION_TARGET,
    STAGE,
    TARGET,
    areas_between,
    asks_between,
    grants_between,
    nation_between,
    region_targets_between,
    regions_between,
    spread_columns,
    stacked,
    stages_between,
    targets_between,
    units_of,
)
from .nesting import nested_pairs, nesting
from .settle_each import Outcome, SettleMany, runner
from .stability import measure_stability

Source = str | os.PathLike[str] | Scenario | Settlement
"""Source of a comparison: a shipped name or path, a scenario, a settlement."""


def compare(
    sources: Iterable[Source],
    *,
    names: Sequence[str] | None = None,
    stability: Iterable[str] = (),
    run: SettleMany | None = None,
    time_limit_s: float | None = None,
    progress: Callable[[Progress], object] | None = None,
) -> Comparison:
    """Compare scenarios with the first of them.

    Parameters
    ----------
    sources
        Shipped names, paths of scenarios, what-ifs or written settlements, scenarios, settlements; the first is
        what the others are compared with. What is not yet settled is settled.
    names
        Names of the sources, in order; by default their names or titles.
    stability
        Codes of areas for which to measure how far their grants move with their own numbers, six settlements for
        each area and scenario.
    run
        Settles the scenarios, in place of :func:`~singlepot.scenarios.many.settle_each.settle_each`: any function
        that takes an iterable of scenarios and gives outcomes in the same order.
    time_limit_s
        Seconds of wall time for each scenario.
    progress
        Called with a :class:`~singlepot.Progress`; returning False stops the run.

    Raises
    ------
    BadInputError
        A source cannot be read, or the scenarios have different units.
    NoSettlementError, NotProvenError
        The first cannot be settled; the reasons for others are in the table ``scenarios``.
    StoppedError
        The user or ``progress`` ended the run.

    Examples
    --------
    >>> import pandas as pd
    >>> scenario = Scenario.from_tables(
    ...     areas=pd.DataFrame({"code": ["A", "B"], "name": ["Aston", "Barton"]}),
    ...     pot=pd.DataFrame({"year": ["2026-27"], "amount": [9.0]}),
    ...     bids=pd.DataFrame({"area": ["A", "B"], "year": ["2026-27"] * 2, "amount": [4.0, 8.0]}),
    ...     years=["2026-27"],
    ... )
    >>> smaller = scenario.with_(pot=scenario.pot.assign(amount=6.0))
    >>> comparison = compare([scenario, smaller], names=["now", "smaller"])
    >>> comparison.areas[["scenario", "area", "before", "after", "change"]].round(6)
      scenario area  before  after  change
    0  smaller    B     6.0    4.0    -2.0
    1  smaller    A     3.0    2.0    -1.0
    """
    given = [_read(source) for source in sources]
    if len(given) < 2:
        raise _refusal(f"{len(given)} scenario{'s' if len(given) != 1 else ''}", "at least two", "name another")
    names = _names(names or [_name(source, i) for i, source in enumerate(given)])
    scenarios = [source.scenario if isinstance(source, Settlement) else source for _, source in given]
    _check_units(names, scenarios)
    unsettled = [source for _, source in given if isinstance(source, Scenario)]
    fresh = iter(runner(run, time_limit_s, progress, len(unsettled))(unsettled))
    outcomes: list[Outcome] = [source if isinstance(source, Settlement) else next(fresh) for _, source in given]
    first = outcomes[0]
    if isinstance(first, SinglepotError):
        raise first
    half_pound = 0.5 / POUNDS_PER[scenarios[0].settings.money]
    pairs = list(zip(names, outcomes, strict=True))
    settled = [(name, outcome) for name, outcome in pairs if isinstance(outcome, Settlement)]
    others = settled[1:]
    codes = list(stability)
    options: dict[str, Any] = {"run": run, "time_limit_s": time_limit_s, "progress": progress}
    return Comparison(
        names=tuple(names),
        outcomes=tuple(outcomes),
        scenarios=pd.DataFrame(
            [_summary(name, s, o, first, half_pound) for (name, o), s in zip(pairs, scenarios, strict=True)]
        ),
        inputs=_stack(
            [(n, differences(scenarios[0], s)) for n, s in zip(names[1:], scenarios[1:], strict=True)], COLUMNS
        ),
        areas=_stack([(n, areas_between(first, o, half_pound)) for n, o in others], AREA),
        regions=_stack([(n, regions_between(first, o)) for n, o in others], REGION),
        nation=_stack([(n, nation_between(first, o)) for n, o in others], NATION),
        grants=_stack([(n, grants_between(first, o, half_pound)) for n, o in others], GRANT),
        targets=_stack([(n, targets_between(first, o)) for n, o in others], TARGET),
        region_targets=_stack([(n, region_targets_between(first, o)) for n, o in others], REGION_TARGET),
        asks=_stack([(n, asks_between(first, o)) for n, o in others], ASK),
        stages=_stack([(n, stages_between(first, o)) for n, o in others], STAGE),
        nesting=nesting(settled),
        nested=tuple(nested_pairs(settled)),
        stability=_stack([(n, measure_stability(o, codes, **options)) for n, o in settled] if codes else [], ()),
        money=scenarios[0].settings.money,
    )


def _read(source: Source) -> tuple[str, Scenario | Settlement]:
    """Read a source; return its name and the scenario or settlement."""
    if isinstance(source, Scenario):
        return source.settings.title, source
    if isinstance(source, Settlement):
        return source.scenario.settings.title, source
    if Path(source, MANIFEST).is_file():
        return str(source), read_settlement(source)
    return str(source), read_scenario(source)


def _name(source: tuple[str, object], position: int) -> str:
    return source[0] or f"scenario {position + 1}"


def _names(wanted: Sequence[str]) -> list[str]:
    """Make names unique: the second of a name becomes ``name (2)``."""
    names: list[str] = []
    for name in wanted:
        number, free = 1, name
        while free in names:
            number += 1
            free = f"{name} ({number})"
        names.append(free)
    return names


def _check_units(names: Sequence[str], scenarios: Sequence[Scenario]) -> None:
    """Refuse scenarios with different units."""
    first, *others = (units_of(scenario) for scenario in scenarios)
    for name, units in zip(names[1:], others, strict=True):
        for what, unit in first.items():
            if units.get(what, unit) != unit:
                value = f"{what} in {unit} in {names[0]} and in {units[what]} in {name}"
                raise _refusal(value, "one unit", "bring both into one unit")


def _refusal(value: str, expected: str, remedy: str) -> BadInputError:
    return BadInputError([Diagnostic("SP-W018", SETTINGS, "comparison", value=value, expected=expected, remedy=remedy)])


def _stack(parts: Sequence[tuple[str, pd.DataFrame]], columns: Sequence[str]) -> pd.DataFrame:
    """Concatenate tables, with the name of the scenario in the first column."""
    table = stacked([part.assign(scenario=name) for name, part in parts], ["scenario", *columns])
    return table[["scenario", *(name for name in table if name != "scenario")]]


def _summary(
    name: str, scenario: Scenario, outcome: Outcome, first: Settlement, half_pound: float
) -> dict[str, object]:
    """Summarise a scenario and its settlement in a row of the table ``scenarios``."""
    row: dict[str, object] = {
        "scenario": name,
        "title": scenario.settings.title,
        "reason": str(outcome) if isinstance(outcome, SinglepotError) else "",
        "pot": scenario.pot["amount"].sum(),
        "bids": scenario.bids["amount"].sum(),
    }
    if isinstance(outcome, SinglepotError):
        return row
    change = areas_between(first, outcome, half_pound)["change"]
    national = outcome.national
    return row | {
        "grants": outcome.grants["grant"].sum(),
        "left": outcome.pot["reserve"].sum(),
        "moved": change[change > 0].sum(),
        "gaining": int((change > 0).sum()),
        "losing": int((change < 0).sum()),
        **spread_columns(outcome),
        "missed": int((national["shortfall"] > 0).sum()),
        "largest_shortfall": float((national["shortfall"] / national["target"]).max()) if len(national) else 0.0,
        "asks": len(outcome.asks),
    }
