"""The smallest linear programmes of NETLIB (D. M. Gay, 1985), typed in from their published form.

`index.toml` holds what NETLIB publishes of each: rows without the objective, columns, entries with those of the
objective, and the least value. AFIRO is a case of the contract of backends.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from singlepot.solver.backends.contract_programmes import OPEN, Task, state

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Published:
    """What is published of a programme."""

    name: str
    rows: int
    columns: int
    entries: int
    least: float

    @property
    def task(self) -> Task:
        """The programme, read from its MPS file."""
        return read_mps((HERE / f"{self.name}.mps").read_text(encoding="ascii"))


PUBLISHED = [
    Published(name, **values) for name, values in tomllib.loads((HERE / "index.toml").read_text("ascii")).items()
]


def read_mps(text: str) -> Task:
    """Read an MPS file whose columns are at least zero, some with an upper bound, and whose rows have no ranges."""
    kinds: dict[str, str] = {}
    columns: dict[str, dict[str, float]] = {}
    right: dict[str, float] = {}
    upper: dict[str, float] = {}
    section = ""
    for line in text.splitlines():
        words = line.split()
        if line[0] != " ":
            section = words[0]
        elif section == "ROWS":
            kinds[words[1]] = words[0]
        elif section == "COLUMNS":
            columns.setdefault(words[0], {}).update(zip(words[1::2], map(float, words[2::2]), strict=True))
        elif section == "RHS":
            right.update(zip(words[1::2], map(float, words[2::2]), strict=True))
        else:
            assert (section, words[0]) == ("BOUNDS", "UP")
            upper[words[2]] = float(words[3])
    (objective,) = (row for row, kind in kinds.items() if kind == "N")
    rows = [row for row in kinds if row != objective]
    return state(
        [column.get(objective, 0.0) for column in columns.values()],
        [[column.get(row, 0.0) for column in columns.values()] for row in rows],
        at_least=[-OPEN if kinds[row] == "L" else right.get(row, 0.0) for row in rows],
        at_most=[OPEN if kinds[row] == "G" else right.get(row, 0.0) for row in rows],
        upper=[upper.get(name, OPEN) for name in columns],
    )
