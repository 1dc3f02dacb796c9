"""Moves of the centre: what-ifs on pot, national objectives, rules and stages, and take-ups that it imposes."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from singlepot.models.diagnostics.problems import BadInputError, Diagnostic, Report, did_you_mean, one_of, shown
from singlepot.models.formulation.bounds import take_up_bounds
from singlepot.models.formulation.rules import resolve
from singlepot.models.scenario.arrays import arrays
from singlepot.models.scenario.scenario import Scenario
from singlepot.models.settlement.settle import settle_scenario
from singlepot.models.settlement.settlement import Settlement
from singlepot.solver.errors import NoSettlementError

from ..formats.settings_file import read_settings_file
from .ledger import Entry, TalksError, body_text
from .programme import CEILING_RULE, FLOOR_RULE, keys_of, limited, rule_rows, scenario_of_talks
from .rounds.settling import settle_round, used_of
from .state import State, fold, live

TABLES = ("pot", "national", "rules")
SECTIONS = ("rules", "stages")
LEVERS = ("pot", "national", "rules", "give")
KEYS = ("title", *SECTIONS, "remove", "levers", "change", "imposed")

NEAR = 1e-6
"""Share of a largest take-up by which a settlement may be displaced to satisfy a changed scenario."""

WHAT_IF = "what-if"
"""Name of a what-if that is no file."""


def read_move(source: Mapping[str, Any] | str | os.PathLike[str]) -> dict[str, Any]:
    """Read the what-if of a move from a file, or take it as it is.

    Raises
    ------
    BadInputError
        It cannot be read.
    """
    if isinstance(source, Mapping):
        return dict(source)
    path, report = Path(source), Report()
    try:
        content = path.read_bytes()
    except OSError as fault:
        reason = (fault.strerror or type(fault).__name__).lower()
        raise _refusal("SP-F003", path.name, "", reason, "a file that can be read") from None
    parsed = read_settings_file(content, report, path.name)
    report.stop_if_any()
    assert parsed is not None
    return dict(parsed[0])


def split_move(
    move: Mapping[str, Any], state: State, file: str = WHAT_IF
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Split a move into the what-if of its scenario and the take-ups that it imposes.

    Parameters
    ----------
    move
        Keys of a what-if on pot, national objectives, rules and stages, and the list ``imposed``: rows with area,
        option, up_to (take-up) and reason.
    state
        State of the talks.
    file
        Name of the file that it comes from.

    Raises
    ------
    BadInputError
        The move changes something else.
    """
    if "base" in move:
        remedy = "leave it out; what another what-if changes is a move by itself"
        raise _refusal("SP-T011", file, "base", shown(move["base"]), "no base: a move changes these talks", remedy)
    for key in move:
        if key not in KEYS:
            raise _refusal("SP-T011", file, key, shown(key), f"one of {one_of(KEYS)}", did_you_mean(key, KEYS))
    changes = move.get("change", [])
    for change in changes if isinstance(changes, list) else []:
        table = change.get("table") if isinstance(change, Mapping) else None
        if table is not None and table not in TABLES:
            remedy = "what areas bid and offer is theirs to change"
            raise _refusal("SP-T011", file, "change", shown(table), f"one of the tables {one_of(TABLES)}", remedy)
    removed = move.get("remove", [])
    for key in [*(removed if isinstance(removed, list) else []), *move.get("levers", {})]:
        if str(key).partition(".")[0] not in (*SECTIONS, *LEVERS):
            raise _refusal("SP-T011", file, str(key), shown(key), f"pot, national objectives, {one_of(SECTIONS)}")
    imposed = [_imposed(row, number, state, file) for number, row in enumerate(move.get("imposed", []), start=1)]
    what_if = {key: value for key, value in move.items() if key != "imposed"}
    if not imposed and not set(what_if) - {"title"}:
        raise _refusal("SP-T011", file, "", "no change", "a change, or a take-up that is imposed")
    return what_if if set(what_if) - {"title"} else {}, imposed


def _imposed(row: object, number: int, state: State, file: str) -> dict[str, Any]:
    values = dict(row) if isinstance(row, Mapping) else {}
    where = f"imposed {number}"
    if set(values) != {"area", "option", "up_to", "reason"} or not str(values["reason"]).strip():
        raise _refusal("SP-T011", file, where, shown(sorted(values)), "area, option, up_to and a reason")
    key, up_to = (str(values["area"]), str(values["option"])), values["up_to"]
    if key not in state.most:
        options = [option for area, option in state.most if area == key[0]]
        remedy = did_you_mean(key[1], options)
        raise _refusal("SP-T011", file, where, shown(" ".join(key)), "an option of the area", remedy)
    if isinstance(up_to, bool) or not isinstance(up_to, int | float) or not 0 <= up_to <= state.most[key]:
        expected = f"a take-up from 0 to {state.most[key]:g}"
        raise _refusal("SP-T011", file, f"{where}.up_to", shown(up_to), expected)
    return {"area": key[0], "option": key[1], "up_to": float(up_to), "reason": str(values["reason"])}


def _refusal(code: str, file: str, key: str, value: str, expected: str, remedy: str = "") -> BadInputError:
    return BadInputError([Diagnostic(code, "scenario", file, "", key, value, expected, remedy)])


def still_possible(settlement: Settlement, changed: Scenario) -> bool:
    """Whether a changed scenario, its take-up limits included, is satisfied by a settlement, up to rounding."""
    data, used = arrays(changed), used_of(settlement)
    lower, upper = take_up_bounds(data, resolve(changed, data))
    point = np.asarray([used.get(key, 0.0) for key in keys_of(data)])
    slack = NEAR * data.options.limit
    least, most = np.maximum(lower, point - slack), np.minimum(upper, point + slack)
    if (least > most).any():
        return False
    held = rule_rows(rule_rows(changed, CEILING_RULE, data, most), FLOOR_RULE, data, np.maximum(least, 0.0))
    try:
        settle_scenario(held)
    except NoSettlementError:
        return False
    return True


def stage_changes(before: Settlement, after: Settlement, column: str = "value") -> list[Sequence[object]]:
    """Return name, figure before, figure after and unit of each stage; None for a stage that one of them lacks.

    Parameters
    ----------
    before, after
        The settlements.
    column
        ``value``, the optimum of the stage, or ``final``, its value at the settlement.
    """
    old = dict(zip(before.stages["name"], before.stages[column].astype(float), strict=True))
    new = dict(zip(after.stages["name"], after.stages[column].astype(float), strict=True))
    units = {
        name: unit
        for table in (before.stages, after.stages)
        for name, unit in zip(table["name"], table["unit"], strict=True)
    }
    return [[name, old.get(name), new.get(name), unit] for name, unit in units.items()]


def effect_of(base: Scenario, before: State, after: State) -> dict[str, Any]:
    """Settle before and after a move: whether it eases, and the change of every stage of what could be signed.

    Raises
    ------
    NoSettlementError
        Nothing could be signed after it.
    """
    then, now = settle_round(base, before), settle_round(base, after)
    changed = limited(scenario_of_talks(base, after), after.accepted)
    return {
        "eases": still_possible(then.agreed_so_far, changed),
        "stages": stage_changes(then.agreed_so_far, now.agreed_so_far),
    }


def with_draft(entries: tuple[Entry, ...], who: str, kind: str, values: Mapping[str, object]) -> tuple[Entry, ...]:
    """Add an entry behind others that is not in the ledger: to see what it would do."""
    last = entries[-1]
    return (*entries, replace(last, seq=last.seq + 1, who=who, kind=kind, body=body_text(values)))


def contents_of_move(
    base: Scenario,
    entries: tuple[Entry, ...],
    what_if: Mapping[str, Any] | str | os.PathLike[str],
    reason: str,
    by: str,
) -> list[tuple[str, dict[str, Any]]]:
    """Read a move and settle it: the kind and content of each of its entries.

    Parameters
    ----------
    base
        The scenario that the talks were opened with.
    entries
        Entries of the ledger.
    what_if, reason, by
        As for :meth:`~singlepot.Talks.move`.

    Raises
    ------
    BadInputError, NoSettlementError, TalksError
        As :meth:`~singlepot.Talks.move` raises them.
    """
    if not reason.strip():
        raise TalksError("a move needs a reason", "say why")
    state = fold(entries)
    file = WHAT_IF if isinstance(what_if, Mapping) else shown(Path(what_if).name, quoted=False)
    change, imposed = split_move(read_move(what_if), state, file)
    contents: list[tuple[str, dict[str, Any]]] = [("imposed", one) for one in imposed]
    if change:
        contents.insert(0, ("move", {"what_if": change, "reason": reason}))
    drafted = entries
    for kind, content in contents:
        drafted = with_draft(drafted, by, kind, content)
    try:
        effect = effect_of(base, state, fold(drafted))
    except BadInputError as refused:  # by this move: those before it were taken
        named = [replace(one, file=file) if one.file.startswith(WHAT_IF) else one for one in refused.problems]
        raise BadInputError(named) from None
    return [(kind, {**content, **effect}) for kind, content in contents]


def content_of_undo(base: Scenario, entries: tuple[Entry, ...], by: str) -> dict[str, Any]:
    """Return the content of the entry that takes back the last one that stands, settled where that changes the round.

    Raises
    ------
    NoSettlementError, TalksError
        As :meth:`~singlepot.Talks.undo` raises them.
    """
    last = live(entries)[-1]
    if last.kind == "open":
        raise TalksError("only the opening is left", "open other talks")
    content: dict[str, Any] = {"undoes": last.seq}
    before, after = fold(entries), fold(with_draft(entries, by, "undo", content))
    if (before.moves, before.accepted, before.open) != (after.moves, after.accepted, after.open) and after.round:
        content |= effect_of(base, before, after)
    return content
