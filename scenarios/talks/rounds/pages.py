"""Page that an area signs, its hash, and the name of an area's files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import pandas as pd

from singlepot.models.files.csv_text import csv_text
from singlepot.models.settlement.documents import guarded
from singlepot.models.settlement.settlement import Settlement

RESERVED = frozenset(["asks", "notices", "centre"])
"""Names in the folder that are no area's."""

_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,60}")


def page_of(settlement: Settlement, code: str) -> bytes:
    """Write the page that an area signs: its grants in whole pounds and its agreed targets."""
    grants = settlement.grants[settlement.grants["area"] == code]
    targets = settlement.targets[settlement.targets["area"] == code]
    rows = [("grant", *row) for row in zip(grants["envelope"], grants["year"], grants["pounds"], strict=True)]
    rows += [("target", *row) for row in zip(targets["objective"], targets["year"], targets["agreed"], strict=True)]
    table = pd.DataFrame(rows, columns=["what", "of", "year", "agreed"]).astype({"agreed": float})
    return csv_text(guarded(table.assign(area=code)[["area", "what", "of", "year", "agreed"]]))


def pages_of(settlement: Settlement) -> dict[str, str]:
    """Return the hash of the page of each area, the centre left out."""
    areas = settlement.scenario.filled("areas")
    codes = areas[areas["type"] != "centre"]["code"]
    return {code: hashlib.sha256(page_of(settlement, code)).hexdigest() for code in codes}


def file_names(codes: Sequence[str]) -> dict[str, str]:
    """Return a file name for each area: its code, or where that is none a number."""
    folded = [code.casefold() for code in codes]
    plain = {
        code
        for code in codes
        if _PLAIN.fullmatch(code) and code.casefold() not in RESERVED and folded.count(code.casefold()) == 1
    }
    return {code: code if code in plain else f"area.{number}" for number, code in enumerate(codes, start=1)}
