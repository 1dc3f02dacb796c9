"""What-ifs: a scenario and a few changes make another scenario, checked like any other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from singlepot.models.diagnostics.problems import Report, did_you_mean
from singlepot.models.scenario.scenario import Scenario, from_raw, merged
from singlepot.models.tables.raw import Place, RawTable, from_frame

from .applying import apply, with_tables
from .understanding import SECTIONS, Complaints, WhatIf, understand

ALWAYS_THERE = ("stages", "stages.order", "stages.give", "stages.bands", "stages.bands.ends", "stages.bands.slopes")
"""Keys that have a default, to which removing them goes back."""

Watcher = Callable[[str, Mapping[str, Any], Mapping[str, pd.DataFrame]], object]
"""Called after each step with what made it, the settings and the tables."""


def apply_what_if(scenario: Scenario, changes: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> Scenario:
    """Change a scenario by the changes of a what-if.

    Parameters
    ----------
    scenario
        What to change; it stays as it is.
    changes
        Nested as the file of a what-if: ``title``, ``rules``, ``stages``, ``equity``, ``remove`` and the list
        ``change``. Each change has ``table``, perhaps ``where``, and one of ``set``, ``multiply``, ``add``,
        ``drop`` and ``append``. A list takes several of them one after another; a mapping with ``table`` there
        is a change by itself. As in :meth:`~singlepot.Scenario.with_`, None removes a key of the settings.

    Returns
    -------
    The changed scenario, checked.

    Raises
    ------
    BadInputError
        With everything that is wrong: with the changes, and with what they make.

    Examples
    --------
    >>> import pandas as pd
    >>> scenario = Scenario.from_tables(
    ...     areas=pd.DataFrame({"code": ["A", "B"], "name": ["Aston", "Barton"], "region": ["North", "South"]}),
    ...     pot=pd.DataFrame({"year": ["2026-27"], "amount": [9.0]}),
    ...     bids=pd.DataFrame({"area": ["A", "B"], "year": ["2026-27"] * 2, "amount": [4.0, 8.0]}),
    ...     years=["2026-27"],
    ... )
    >>> less = apply_what_if(scenario, {"change": [{"table": "pot", "multiply": {"amount": 0.5}}]})
    >>> list(less.pot["amount"])
    [4.5]
    >>> more = {"table": "bids", "where": {"region": "South"}, "add": {"amount": 2.0}}
    >>> list(apply_what_if(less, [more, {"rules": {"grant_floor": 0.2}}]).bids["amount"])
    [4.0, 10.0]
    """
    report = Report()
    said = list(_as_what_ifs(changes))
    steps = [understand(one, report, "what-if" if len(said) == 1 else f"what-if {i}") for i, one in enumerate(said, 1)]
    return compose(scenario, steps, report=report)


def _as_what_ifs(changes: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    if isinstance(changes, Mapping):
        changes = [changes]
    return [{"change": [one]} if isinstance(one, Mapping) and "table" in one else one for one in changes]


def compose(
    scenario: Scenario, steps: Sequence[WhatIf], watch: Watcher | None = None, report: Report | None = None
) -> Scenario:
    """Carry out what-ifs one after another, and check what comes of them.

    Parameters
    ----------
    scenario
        What to change.
    steps
        The what-ifs, understood.
    watch
        Called after each change.
    report
        Problems of shape found before; what could be understood is carried out all the same, so that everything that
        is wrong is said at once.

    Raises
    ------
    BadInputError
        With everything that is wrong; problems of the changed tables name the what-if that made them.
    """
    report = Report() if report is None else report
    if not steps:
        report.stop_if_any()
        return scenario
    said = scenario.settings.as_dict()
    tables = with_tables(scenario.tables, scenario.settings.attributes)
    for step in steps:
        complaints = Complaints(report, step.file)
        _check_removals(step, said, complaints)
        said = merged(said, step.settings)
        if watch is not None:
            watch(step.file, said, tables.frames)
        for change in step.changes:
            apply(change, tables, complaints)
            if watch is not None:
                watch(f"{step.file}, {change.place}", said, tables.frames)
    last = steps[-1]
    lines = {path: line for path, line in last.lines.items() if path.split(".")[0] in (*SECTIONS, "title")}
    return from_raw(said, last.file, _raw(tables.frames, last.file), report, lines)


def _raw(frames: Mapping[str, pd.DataFrame], file: str) -> dict[str, RawTable]:
    raw = {}
    for name, frame in frames.items():
        if len(frame):
            taken = from_frame(name, frame)
            raw[name] = replace(taken, place=Place(f"{file} > table {name}", range(2, len(frame) + 2), "row"))
    return raw


def _check_removals(step: WhatIf, said: Mapping[str, Any], complaints: Complaints) -> None:
    """Name the keys to be removed that are not there: probably mistyped."""

    def walk(settings: Mapping[str, Any], there: Mapping[str, Any], path: str) -> None:
        for key, value in settings.items():
            here = f"{path}.{key}".lstrip(".")
            if value is None and key not in there and here not in ALWAYS_THERE:
                known = [key for key in there if path or key in SECTIONS]
                expected = "one of " + ", ".join(known) if known else "a key that is there"
                line = step.lines.get("remove", -1)
                place = f"line {line}" if line > 0 else ""
                remedy = did_you_mean(key, known)
                complaints.add("SP-W014", place, f"remove {here}", "nothing to remove", expected, remedy, line)
            elif isinstance(value, Mapping):
                inner = there.get(key)
                walk(value, inner if isinstance(inner, Mapping) else {}, here)

    walk(step.settings, said, "")
