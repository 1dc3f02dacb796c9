"""Checks of bids, targets and options: what the centre may not do, weights, names, grants by envelope."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..diagnostics.problems import did_you_mean, near, shown
from ..tables.schema import CENTRE, SCALE_BACK, SCHEME, USED
from .keys import places
from .parsing import Parsed, combined, say

Tables = Mapping[str, Parsed]


def check_centre(tables: Tables) -> None:
    """Check that the centre does not bid, and that no type is almost ``centre``."""
    areas, bids = tables["areas"], tables["bids"]
    if "code" not in areas.labels or "type" not in areas.labels:
        return
    kind, codes = areas.labels["type"], areas.labels["code"]
    for row in np.flatnonzero(kind.where(almost_centre)):
        word, expected = kind[int(row)], f"{CENTRE}, or another type"
        areas.complain("SP-D036", int(row), "type", shown(word), expected, f"did you mean {shown(CENTRE)}?")
    centres = {codes[int(row)] for row in np.flatnonzero(kind.where(lambda word: word == CENTRE))}
    if centres and "area" in bids.labels:
        for row in np.flatnonzero(bids.labels["area"].where(lambda code: code in centres)):
            word = shown(bids.labels["area"][int(row)])
            remedy = "delete the row, or give the area another type"
            bids.complain("SP-D030", int(row), "area", word, f"an area that is not of type {CENTRE}", remedy)


def almost_centre(word: str) -> bool:
    """Whether a type is ``centre`` but for its spelling."""
    return word != CENTRE and word.casefold() in (CENTRE, "center")


def check_weights(targets: Parsed) -> None:
    """Check that the weight of a target is the same in all years of an area and objective."""
    if "weight" not in targets.numbers or not {"area", "objective"} <= set(targets.labels):
        return
    weight = targets.number("weight")
    codes, usable = combined(targets, ("area", "objective"))
    _, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
    for row in np.flatnonzero(usable & (weight != weight[first[inverse]])):
        other = int(first[inverse[row]])
        expected = f"{weight[other]:g}, as in {targets.raw.place.row(other)} for {say(targets, other, _PAIR)}"
        targets.complain("SP-D031", int(row), "weight", f"{weight[row]:g}", expected, "give all years one weight")


_PAIR = ("area", "objective")


def check_grants(profile: Parsed, envelopes: tuple[str, ...]) -> None:
    """Check that the grant of an option is given once for each envelope."""
    given = [name for name in profile.numbers if name.startswith("grant_")]
    if "grant" not in profile.numbers:
        return
    if len(envelopes) > 1:
        names = ", ".join(f"grant_{envelope}" for envelope in envelopes)
        remedy = f"call it {names.partition(',')[0]}, or delete it"
        profile.complain("SP-D032", column="grant", expected=f"the columns {names}", remedy=remedy)
    elif given:
        expected = f"either grant or {given[0]}"
        profile.complain("SP-D032", column="grant", expected=expected, remedy="delete one of the two columns")


def check_options(tables: Tables) -> None:
    """Check the names of options and what they require."""
    options = tables["options"]
    if not {"area", "option"} <= set(options.labels):
        return
    names = options.labels["option"]
    for row in np.flatnonzero(names.where(_implied)):
        expected = f"a name that does not begin with {SCALE_BACK}"
        options.complain("SP-D033", int(row), "option", shown(names[int(row)]), expected, "rename the option")
    for row in np.flatnonzero(names.where(lambda name: ";" in name)):
        word = names[int(row)]
        remedy = f"write {shown(word.replace(';', ','))}"
        options.complain("SP-D033", int(row), "option", shown(word), "a name without semicolon", remedy)
    _check_requirements(options)
    _check_schemes(options)
    _check_used(options)


ROUNDING = 1e-9
"""By how much shares that were taken before may miss one another: what a settlement leaves."""


def _check_used(options: Parsed) -> None:
    """Check that what was taken before is what groups, requirements and joint schemes allow."""
    if USED not in options.numbers:
        return
    used = np.where(options.number("max_take_up") > 0, options.number(USED), np.nan)
    codes, _ = combined(options, ("area", "group"))
    grouped = options.text("group").where(lambda word: word != "")
    _, first, member = np.unique(codes, return_index=True, return_inverse=True)
    sums = np.bincount(member, np.where(grouped, np.nan_to_num(used), 0.0))
    for group in np.flatnonzero(sums > 1 + ROUNDING):
        row = int(first[group])
        expected = f"at most 1 for the group {say(options, row, ('area', 'group'))} together"
        options.complain("SP-D037", row, USED, f"{sums[group]:g}", expected, "correct the shares, or the group")
    pair = zip(options.labels["area"].values, options.labels["option"].values, strict=True)
    share = dict(zip(pair, used.tolist(), strict=True))
    requires = options.text("requires")
    for row in np.flatnonzero(requires.where(lambda word: word != "")).tolist():
        for name in requires[row].split(";"):
            needed = share.get((options.labels["area"][row], name.strip()))
            if needed is not None and used[row] > needed + ROUNDING:  # never of what can have no take-up: NaN
                expected = f"at most {needed:g}, as much as of {shown(name.strip())}, which it requires"
                options.complain("SP-D038", row, USED, f"{used[row]:g}", expected, "correct one of the two shares")
    for rows in _schemes(options).values():
        for row in rows[1:]:
            if abs(used[row] - used[rows[0]]) > ROUNDING:
                other = f"{options.raw.place.row(rows[0])} for {say(options, rows[0], ('area', 'option'))}"
                expected = f"{used[rows[0]]:g}, as in {other}, which is in the same joint scheme"
                options.complain("SP-D039", row, USED, f"{used[row]:g}", expected, "give both one share")


def _schemes(options: Parsed) -> dict[str, list[int]]:
    """Rows of each joint scheme whose areas can be read."""
    scheme, rows = options.text(SCHEME), dict[str, list[int]]()
    usable = scheme.where(lambda word: word != "") & (options.labels["area"].codes >= 0)
    for row in np.flatnonzero(usable).tolist():
        rows.setdefault(scheme[row], []).append(row)
    return rows


def _check_schemes(options: Parsed) -> None:
    """Check that a joint scheme has two areas or more, and one option of each."""
    schemes, areas = _schemes(options), options.labels["area"]
    for name, rows in schemes.items():
        first = {areas[row]: row for row in reversed(rows)}
        if len(first) == 1 and options.complete:
            others = [other for other in schemes if other != name]
            remedy = did_you_mean(name, others, "delete the name, or give it to the option of a partner as well")
            options.complain("SP-D042", rows[0], SCHEME, shown(name), "a scheme of two areas or more", remedy)
            continue
        for row in rows:
            if row != first[areas[row]]:
                other = options.raw.place.row(first[areas[row]])
                expected = f"one option of {shown(areas[row])} in the scheme, which has that of {other}"
                remedy = "make the two one option, or take one out of the scheme"
                options.complain("SP-D043", row, SCHEME, shown(name), expected, remedy)


def check_years_of_options(tables: Tables) -> None:
    """Check that years are given for known options only."""
    options, profile = tables["options"], tables["option_years"]
    pair = {"area", "option"}
    if options.complete and pair <= set(options.labels) and pair <= set(profile.labels):
        _check_pairs(options, profile)


def _implied(name: str) -> bool:
    return name.casefold().startswith(SCALE_BACK)


def _check_pairs(options: Parsed, profile: Parsed) -> None:
    area_of = {word: number for number, word in enumerate(options.labels["area"].words)}
    option_of = {word: number for number, word in enumerate(options.labels["option"].words)}

    def pairs(parsed: Parsed) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        area, option = places(parsed.labels["area"], area_of), places(parsed.labels["option"], option_of)
        return np.where((area < 0) | (option < 0), -1, area * len(option_of) + option)

    listed = pairs(options)
    known = listed[listed >= 0]
    usable = (profile.labels["area"].codes >= 0) & (profile.labels["option"].codes >= 0)
    of_area: dict[str, list[str]] | None = None
    for row in np.flatnonzero(usable & ~np.isin(pairs(profile), known)):
        of_area = _by_area(options) if of_area is None else of_area
        area, word = profile.labels["area"][int(row)], profile.labels["option"][int(row)]
        remedy = did_you_mean(word, of_area.get(area, ()), "add it to options")
        expected = f"an option of {shown(area)} in the table options"
        profile.complain("SP-D025", int(row), "option", shown(word), expected, remedy)


def _by_area(options: Parsed) -> dict[str, list[str]]:
    """Names of the options of each area."""
    of_area: dict[str, list[str]] = {}
    for area, name in zip(options.labels["area"].values, options.labels["option"].values, strict=True):
        of_area.setdefault(area, []).append(name)
    return of_area


def _check_requirements(options: Parsed) -> None:
    if "requires" not in options.labels:
        return
    requires = options.labels["requires"]
    rows = np.flatnonzero(requires.where(lambda word: word.strip("; ") != ""))
    of_area = {area: frozenset(names) for area, names in _by_area(options).items()} if len(rows) else {}
    for row in map(int, rows):
        option = options.labels["option"][row]
        siblings = of_area.get(options.labels["area"][row], frozenset()) - {option, ""}
        names = [name.strip() for name in requires[row].split(";") if name.strip()]
        for position, name in enumerate(names):
            if name in siblings and name not in names[:position]:
                continue
            code, expected, remedy = _requirement_fault(name, option, siblings, names[:position])
            options.complain(code, row, "requires", shown(name), expected, remedy)


def _requirement_fault(name: str, option: str, siblings: frozenset[str], before: list[str]) -> tuple[str, str, str]:
    if name in before:
        return "SP-D034", "each option once", "delete one of the two"
    if name == option:
        return "SP-D034", "another option of the area", "an option does not require itself; delete it"
    if _implied(name):
        return "SP-D034", "an option of the table", "a scale-back cannot be required; delete it"
    if near(name, siblings):
        return "SP-D025", "options of the same area, separated by semicolons", did_you_mean(name, siblings)
    return "SP-D025", "options of the same area, separated by semicolons", "add it to options, or delete it here"
