"""Export of a programme to PuLP, Pyomo, LP and MPS files.

Names follow the labels and are safe in every format: letters, digits and underscores, unique even where case
does not count, at most :data:`LONGEST` characters. Some solvers cut longer names; two that are cut alike become one.
"""

from __future__ import annotations

import re
import tempfile
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from locale import localeconv
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .answer import Method
from .crossed_bounds import crossed
from .errors import SinglepotError
from .linear_problem import LinearProblem
from .programme import Floats, LinearProgramme

if TYPE_CHECKING:
    import pulp
    import pyomo.environ as pyo

LONGEST = 100
"""Characters of a name; file formats allow 255 and some readers fewer."""

_RESERVED = re.compile(r"(?i)^(?:\d|e\d|(?:free|inf|infinity|st|end|bounds|obj|min|max|minimi[sz]e|maximi[sz]e)$)")
"""Beginnings and words that a reader of LP files takes for numbers or keywords."""


@dataclass(frozen=True)
class Names:
    """Name of each column and row, in the order of the programme."""

    columns: tuple[str, ...]
    rows: tuple[str, ...]


def names_of(programme: LinearProgramme) -> Names:
    """Return the exported name of every column and row, from its label."""
    rows, columns = programme.shape
    return Names(
        _unique(programme.column_label(j) for j in range(columns)),
        _unique(programme.row_label(i) for i in range(rows)),
    )


def _unique(labels: Iterable[str]) -> tuple[str, ...]:
    used: set[str] = set()
    names = []
    for label in labels:
        plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode()
        stem = re.sub(r"[^A-Za-z0-9]+", "_", plain).strip("_")
        stem = (f"x_{stem}" if _RESERVED.match(stem) or not stem else stem)[:LONGEST]
        name, count = stem, 1
        while name.lower() in used:
            count += 1
            ending = f"_{count}"
            name = stem[: LONGEST - len(ending)] + ending
        used.add(name.lower())
        names.append(name)
    return tuple(names)


def to_pulp(programme: LinearProgramme, cost: Floats | None = None) -> pulp.LpProblem:
    """Write a programme as a PuLP problem, a minimisation.

    Parameters
    ----------
    cost
        Objective, one coefficient for each column: that of a stage, for instance. Without it the objective is 0.

    Returns
    -------
    Variables and constraints named by :func:`names_of`; a row with two limits becomes ``NAME_low`` and ``NAME_high``.
    """
    from .backends.pulp import model

    names = names_of(programme)
    return model(_problem(programme, cost), names.columns, names.rows)[0]


def to_pyomo(programme: LinearProgramme, cost: Floats | None = None) -> pyo.ConcreteModel:
    """Write a programme as a Pyomo model, a minimisation.

    Returns
    -------
    With ``model.x[NAME]``, ``model.r[NAME]`` and ``model.objective``; names are those of :func:`names_of`.
    """
    from .backends.pyomo import model

    names = names_of(programme)
    return model(_problem(programme, cost), names.columns, names.rows)


def model_bytes(programme: LinearProgramme, ending: str, cost: Floats | None = None) -> bytes:
    """Write a programme in a format that other solvers read.

    Parameters
    ----------
    programme
        The programme.
    ending
        ``.lp`` or ``.mps``.
    cost
        Cost of each column; zero by default.

    Raises
    ------
    SinglepotError
        Another ending, limits that MPS cannot say, or the temporary folder is full.
    """
    from .backends.highs import write
    from .backends.worker import worker

    if ending not in (".lp", ".mps"):
        raise SinglepotError(f"{ending or 'no ending'} is neither .lp nor .mps", "choose one of the two")
    names, problem = names_of(programme), _problem(programme, cost)
    contradictory = np.flatnonzero(crossed(problem.row_lower, problem.row_upper))
    if ending == ".mps" and len(contradictory):
        row = programme.row_label(int(contradictory[0]))
        raise SinglepotError(f"the lowest value of {row} is above its highest, which MPS cannot say", "write .lp")
    try:
        with tempfile.TemporaryDirectory(prefix="singlepot-") as folder:
            file = Path(folder) / f"model{ending}"
            if localeconv()["decimal_point"] == ".":
                write(problem, names.columns, names.rows, file)
            else:  # HiGHS prints numbers as the locale of its process has them, and no reader takes a comma
                with worker("highs") as child:
                    child.ask("write", problem, names.columns, names.rows, file)
            return file.read_bytes()
    except OSError as error:
        cause = f"the temporary folder cannot be written ({error.strerror})"
        raise SinglepotError(cause, "make room there, or name another in TMPDIR") from error


def _problem(programme: LinearProgramme, cost: Floats | None) -> LinearProblem:
    return LinearProblem(
        programme.matrix,
        np.zeros(programme.shape[1]) if cost is None else cost,
        programme.column_lower,
        programme.column_upper,
        programme.row_lower,
        programme.row_upper,
        Method.SAFE,
    ).cleaned()
