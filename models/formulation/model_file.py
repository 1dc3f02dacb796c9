"""Model file: the linear programme of a scenario is written in LP or MPS format for other solvers."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from singlepot.solver import LinearProgramme, SinglepotError, model_bytes

from ..files.single_file import check_file, write_file
from ..scenario.array_types import Floats


def write_model(
    programme: LinearProgramme,
    path: str | os.PathLike[str],
    cost: Floats | None = None,
    *,
    overwrite: bool = False,
) -> None:
    """Write a programme as a file that other solvers read, complete or not at all.

    Parameters
    ----------
    programme
        The programme.
    path
        The file; its name ends in ``.lp`` or ``.mps``.
    cost
        Cost of each column; zero by default.
    overwrite
        Whether a file that stands there may be replaced.

    Raises
    ------
    SinglepotError
        Another ending, limits that MPS cannot say, or the file cannot be written; what stood there before stays.
    """
    check_model(path, overwrite=overwrite)
    write_file(path, model_bytes(programme, Path(path).suffix, cost), overwrite=overwrite)


def check_model(path: str | os.PathLike[str], *, overwrite: bool, inputs: Iterable[Path] = ()) -> None:
    """Refuse a file that must not be written, before any work is done for it.

    Raises
    ------
    SinglepotError
        Another ending, no such folder, an input, or a file that stands there without ``overwrite``.
    """
    target = Path(path)
    if target.suffix not in (".lp", ".mps"):
        raise SinglepotError(f"{path} ends neither in .lp nor in .mps", "choose one of the two")
    if not target.parent.is_dir():
        raise SinglepotError(f"{path} cannot be written (no such folder)", "choose another place")
    check_file(path, overwrite=overwrite, inputs=inputs)
