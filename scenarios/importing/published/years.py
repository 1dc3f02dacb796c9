"""Years of published tables: the forms in which a header or a cell names one."""

from __future__ import annotations

import re

from singlepot.models.settings.settings import year_written

_SINGLE = re.compile(r"((?:19|20)[0-9]{2})")


def start_of(text: str) -> int | None:
    """Return the first calendar year that a text names, which is nothing but a year; None where it is none.

    >>> [start_of(text) for text in ("2026-27", "2026/27", "2026–27", "2026 to 2027", "FY2026-27", "2026", "2026-29")]
    [2026, 2026, 2026, 2026, 2026, 2026, None]
    """
    if year := year_written(text):
        return int(year[:4])
    single = _SINGLE.fullmatch(text.strip())
    return int(single[1]) if single else None


def labels_of(years: str, becomes: str) -> dict[int, str]:
    """Return the scenario's year for each first calendar year of a range; none where there is no range.

    Raises
    ------
    ValueError
        It is no range, or the years that it becomes are others in number or no financial years.

    Examples
    --------
    >>> labels_of("2018:2019", "2026-27:2027-28")
    {2018: '2026-27', 2019: '2027-28'}
    """
    if not years:
        return {}
    theirs = _range(years)
    if not becomes and _SINGLE.fullmatch(years.partition(":")[0].strip()):
        raise ValueError(f"becomes, the financial years that {years} stand for")
    ours = _range(becomes or years)
    if len(theirs) != len(ours):
        raise ValueError(f"as many years in becomes as in years: {len(theirs)}, not {len(ours)}")
    return {start: f"{year}-{(year + 1) % 100:02d}" for start, year in zip(theirs, ours, strict=True)}


def _range(text: str) -> range:
    first, _, last = text.partition(":")
    ends = start_of(first), start_of(last or first)
    if ends[0] is None or ends[1] is None or ends[1] < ends[0]:
        raise ValueError(f"a range of years such as 2026-27:2029-30, not {text!r}")
    return range(ends[0], ends[1] + 1)
