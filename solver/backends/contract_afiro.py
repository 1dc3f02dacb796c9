"""AFIRO of NETLIB's linear programmes (D. M. Gay, 1985): 27 rows, 32 columns, the least value -4.6475314286E+02.

Typed in from its published form: each line is a column with its rows and entries; ``COST`` is the objective.
"""

from __future__ import annotations

from .contract_programmes import OPEN, Task, state

LEAST = -464.75314285714286
"""The published optimum, with the digits that exact fractions give: -406659/875."""

EQUALITIES = ("R09", "R10", "R12", "R13", "R19", "R20", "R22", "R23")
"""Rows that hold with equality; the others are at most their right-hand side."""

RIGHT = {"X50": 310.0, "X51": 300.0, "X05": 80.0, "X17": 80.0, "X27": 500.0, "R23": 44.0, "X40": 500.0}
"""Right-hand sides other than zero."""

COLUMNS = """
X01 X48 .301 R09 -1 R10 -1.06 X05 1
X02 X21 -1 R09 1 COST -.4
X03 X46 -1 R09 1
X04 X50 1 R10 1
X06 X49 .301 R12 -1 R13 -1.06 X17 1
X07 X49 .313 R12 -1 R13 -1.06 X18 1
X08 X49 .313 R12 -1 R13 -.96 X19 1
X09 X49 .326 R12 -1 R13 -.86 X20 1
X10 X45 2.364 X17 -1
X11 X45 2.386 X18 -1
X12 X45 2.408 X19 -1
X13 X45 2.429 X20 -1
X14 X21 1.4 R12 1 COST -.32
X15 X47 -1 R12 1
X16 X51 1 R13 1
X22 X46 .109 R19 -1 R20 -.43 X27 1
X23 X44 -1 R19 1 COST -.6
X24 X48 -1 R19 1
X25 X45 -1 R19 1
X26 X50 1 R20 1
X28 X47 .109 R22 -.43 R23 1 X40 1
X29 X47 .108 R22 -.43 R23 1 X41 1
X30 X47 .108 R22 -.39 R23 1 X42 1
X31 X47 .107 R22 -.37 R23 1 X43 1
X32 X45 2.191 X40 -1
X33 X45 2.219 X41 -1
X34 X45 2.249 X42 -1
X35 X45 2.279 X43 -1
X36 X44 1.4 R23 -1 COST -.48
X37 X49 -1 R23 1
X38 X51 1 R22 1
X39 R23 1 COST 10
"""


def afiro() -> Task:
    """Return the programme as a task for an engine."""
    columns = []
    for line in COLUMNS.strip().splitlines():
        _, *parts = line.split()
        columns.append(dict(zip(parts[::2], map(float, parts[1::2]), strict=True)))
    rows = sorted({row for column in columns for row in column} - {"COST"})
    matrix = [[column.get(row, 0.0) for column in columns] for row in rows]
    right = [RIGHT.get(row, 0.0) for row in rows]
    least = [value if row in EQUALITIES else -OPEN for row, value in zip(rows, right, strict=True)]
    return state([column.get("COST", 0.0) for column in columns], matrix, at_least=least, at_most=right)
