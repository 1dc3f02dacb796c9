"""What-if scenarios: a few changes turn a scenario into another, which is checked like any other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from singlepot.models.diagnostics.problems import Report, did_you_mean
from singlepot.models.levers.pulling import pull
from singlepot.models.scenario.scenario import Scenario, from_raw
from singlepot.models.settings.frozen import merged
from singlepot.models.tables.raw import Place, RawTable, from_frame

from .applying import Tables, apply
from .parsing import SECTIONS, Complaints, WhatIf, line_text, parse_what_if

if TYPE_CHECKING:
    import pandas as pd

ALWAYS_THERE = ("stages", "stages.order", "stages.give", "stages.bands", "stages.bands.ends", "stages.bands.slopes")
"""Keys with a default, which removing them restores."""

Watcher: TypeAlias = "Callable[[str, Mapping[str, Any], Mapping[str, pd.DataFrame]], object]"
"""Callback after each step, with the origin of the step, the settings and the tables."""


def apply_what_if(scenario: Scenario, changes: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> Scenario:
    """Change a scenario by the changes of a what-if.

    Parameters
    ----------
    scenario
        What to change; it stays as it is.
    changes
        Nested as the file of a what-if: ``title``, ``levers``, ``rules``, ``stages``, ``equity``, ``derive``,
        ``remove`` and the list ``change``. Each change has ``table``, perhaps ``where``, and one of ``set``,
        ``multiply``, ``add``, ``drop`` and ``append``. A list takes several of them one after another; a mapping with
        ``table`` there
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
    parts = _as_what_ifs(changes)
    names = ["what-if"] if len(parts) == 1 else [f"what-if {number}" for number in range(1, len(parts) + 1)]
    steps = [parse_what_if(part, report, name) for part, name in zip(parts, names, strict=True)]
    return compose(scenario, steps, report=report)


def _as_what_ifs(changes: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    if isinstance(changes, Mapping):
        changes = [changes]
    return [{"change": [one]} if isinstance(one, Mapping) and "table" in one else one for one in changes]


def compose(
    scenario: Scenario, steps: Sequence[WhatIf], watch: Watcher | None = None, report: Report | None = None
) -> Scenario:
    """Apply what-ifs one after another, and check the result.

    Parameters
    ----------
    scenario
        What to change.
    steps
        The parsed what-ifs.
    watch
        Called after each change.
    report
        Problems of syntax from before; the parsed parts are applied all the same, so that every problem is reported at
        once.

    Raises
    ------
    BadInputError
        With everything that is wrong; problems of the changed tables name the what-if that caused them.
    """
    report = Report() if report is None else report
    if not steps:
        report.stop_if_any()
        return scenario
    settings = scenario.settings.as_dict()
    settings.pop("expect", None)  # what it counts is the base
    settled, rows = scenario.settings, scenario.derived_rows
    tables = Tables(dict(scenario.given), settled.attributes, settled.years, rows)
    for step in steps:
        complaints = Complaints(report, step.file)
        _check_removals(step, settings, complaints)
        settings = merged(settings, step.settings)
        if step.levers:
            settings, tables.frames = pull(settings, tables.frames, step.levers, report, step.file, step.lines, rows)
        if watch is not None:
            watch(step.file, settings, tables.frames)
        for change in step.changes:
            apply(change, tables, complaints)
            if watch is not None:
                watch(f"{step.file}, {change.label}", settings, tables.frames)
    last = steps[-1]
    lines = {path: line for path, line in last.lines.items() if path.split(".")[0] in (*SECTIONS, "title")}
    report.keep_source_notes(scenario.notes)
    return from_raw(settings, last.file, _raw(tables.frames, last.file), report, lines)


def _raw(frames: Mapping[str, pd.DataFrame], file: str) -> dict[str, RawTable]:
    raw = {}
    for name, frame in frames.items():
        if len(frame):
            taken = from_frame(name, frame)
            raw[name] = replace(taken, place=Place(f"{file} > table {name}", range(2, len(frame) + 2), "row"))
    return raw


def _check_removals(step: WhatIf, settings: Mapping[str, Any], complaints: Complaints) -> None:
    """Report keys to be removed that are not in the settings: probably mistyped."""

    def walk(removals: Mapping[str, Any], there: Mapping[str, Any], path: str) -> None:
        for key, value in removals.items():
            here = f"{path}.{key}".lstrip(".")
            if value is None and key not in there and here not in ALWAYS_THERE:
                known = [key for key in there if path or key in SECTIONS]
                expected = "one of " + ", ".join(known) if known else "a key that is there"
                line = step.lines.get("remove", -1)
                where, remedy = line_text(line), did_you_mean(key, known)
                complaints.add("SP-W014", where, f"remove {here}", "nothing to remove", expected, remedy, line)
            elif isinstance(value, Mapping):
                inner = there.get(key)
                walk(value, inner if isinstance(inner, Mapping) else {}, here)

    walk(step.settings, settings, "")
