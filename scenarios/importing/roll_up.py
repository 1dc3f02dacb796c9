"""Roll-up of areas: rows of parts and of former authorities are added up to the areas of the scenario."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from singlepot.models.checks.plausibility.rounding import Floats, is_sum
from singlepot.models.checks.register import register
from singlepot.models.diagnostics.problems import Diagnostic, one_of

from .map import Take
from .published.left_out import LeftOut
from .records import Record
from .totals import digits_of, values_of


def above(code: str) -> list[str]:
    """Return the codes that contain a code, the nearest first: as the register lists them, and by what replaced it.

    >>> above("E07000026")[:2]
    ['E06000063', 'E12000002']
    """
    known = register()
    successors = known.successors(code)
    containers = list(known.containers(code))
    if len(successors) == 1:
        containers = [*successors, *known.containers(successors[0]), *containers]
    return list(dict.fromkeys(containers))


def direct_members(codes: Iterable[str]) -> dict[str, list[str]]:
    """Return, for each code that contains others of them, those that lie in no other one between."""
    listed = list(dict.fromkeys(codes))
    of_code = {code: [whole for whole in above(code) if whole in set(listed)] for code in listed}
    members: dict[str, list[str]] = {}
    for code, wholes in of_code.items():
        for whole in wholes:
            if not any(whole in of_code[other] for other in wholes if other != whole):
                members.setdefault(whole, []).append(code)
    return members


def target_of(code: str, areas: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """Return the scenario's area that a code is added to, empty for none; or the parts among which it was split."""
    if code in areas:
        return code, ()
    if whole := next((one for one in above(code) if one in areas), ""):
        return whole, ()
    successors = register().successors(code)
    targets = {target_of(new, areas)[0] for new in successors}
    if len(targets) == 1:
        return targets.pop(), ()
    return "", successors


def roll_up(
    records: Sequence[Record], take: Take, areas: Mapping[str, str], left: LeftOut
) -> tuple[list[tuple[Record, str]], list[Diagnostic]]:
    """Return the records with the area that each is added to, and what is wrong; totals of members are left out."""
    kept, problems = _without_wholes(records, take, left)
    result = []
    for record in kept:
        target, parts = target_of(record.code, areas)
        if parts:
            problems.append(_split(record, take, parts))
        elif target:
            result.append((record, target))
        else:
            record.leave_out(left, "another area")
    return result, problems


def without_roll_up(
    records: Sequence[Record], take: Take, areas: Mapping[str, str], left: LeftOut
) -> tuple[list[tuple[Record, str]], list[Diagnostic]]:
    """Return the records of the scenario's areas; a former code of one of them is an error."""
    result, problems = [], []
    for record in records:
        if not areas or record.code in areas:
            result.append((record, record.code))
        elif now := [code for code in register().successors(record.code) if code in areas]:
            remedy = f'it became {one_of(now)}: write roll_up = "members" into the take to add it up'
            problems.append(_problem("SP-I008", record, take, register().said(record.code), "a code in use", remedy))
        else:
            record.leave_out(left, "another area")
    return result, problems


def _without_wholes(records: Sequence[Record], take: Take, left: LeftOut) -> tuple[list[Record], list[Diagnostic]]:
    codes, columns, values = values_of(records, take, by_code=True)
    members_of = direct_members(codes)
    equal = equal_to_members(members_of, codes, values, digits_of(columns, values))
    kept, problems = [], []
    for record in records:
        is_equal = equal.get(record.code)
        if is_equal is None or (take.roll_up == "parts" and not is_equal):
            kept.append(record)
        elif take.roll_up == "members" and is_equal:
            record.leave_out(left, "total of its members")
        else:
            problems.append(_no_whole(record, take, members_of[record.code], is_equal))
    return kept, problems


def equal_to_members(
    members_of: Mapping[str, Sequence[str]], codes: Sequence[str], values: Floats, digits: Floats
) -> dict[str, bool]:
    """Return, for each code with members, whether its numbers are the sums of theirs, apart from rounding.

    Parameters
    ----------
    members_of
        Members by code.
    codes
        The codes of the rows of ``values``.
    values
        Numbers by code and column, NaN where there is none.
    digits
        Last digit of each column.
    """
    at = {code: position for position, code in enumerate(codes)}
    return {
        whole: _equals(values[at[whole]], values[[at[code] for code in members]], digits)
        for whole, members in members_of.items()
    }


def _equals(whole: Floats, members: Floats, digits: Floats) -> bool:
    there = ~np.isnan(whole)
    return all(
        is_sum(value, column[~np.isnan(column)], digit)
        for value, column, digit in zip(whole[there], members[:, there].T, digits[there], strict=True)
    )


def _no_whole(record: Record, take: Take, members: Sequence[str], is_equal: bool) -> Diagnostic:
    named = one_of([register().said(code) for code in members], 3)
    if is_equal:
        expected, remedy = f"a further part, not the sum of {named}", 'drop the row, or write roll_up = "members"'
    else:
        expected = f"the sum of its members {named}"
        remedy = 'add the member that is lost, or write roll_up = "parts" if the row is one more part'
    return _problem("SP-I009", record, take, register().said(record.code), expected, remedy)


def _split(record: Record, take: Take, parts: Sequence[str]) -> Diagnostic:
    named = one_of([register().said(code) for code in parts])
    remedy = "find out how its numbers divide, and give a row for each; or drop the row"
    return _problem("SP-I008", record, take, register().said(record.code), f"one of its parts: {named}", remedy)


def _problem(code: str, record: Record, take: Take, value: str, expected: str, remedy: str) -> Diagnostic:
    return Diagnostic(code, take.into, record.sheet.file, record.place, take.area, value, expected, remedy)
