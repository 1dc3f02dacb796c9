"""A repair as the file of a what-if that builds on the scenario it repairs."""

from __future__ import annotations

import os
from pathlib import Path

import tomli_w

from singlepot.models.diagnostics.problems import list_words
from singlepot.models.files.single_file import write_file
from singlepot.models.infeasibility.clash import called

from ..reading.saving import base_from
from .repair import Repair


def write_what_if(repair: Repair, base: str, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
    """Write a repair as a what-if.

    Parameters
    ----------
    repair
        The repair.
    base
        What the repaired scenario was read from: a shipped name or a path.
    path
        What to write; a path in ``base`` is said relative to it.
    overwrite
        Whether a file that stands there may be replaced.
    """
    target = Path(path)
    document = {"base": base_from(base, target), **repair.what_if()}
    lines = [f"# {line}" for line in _reasons(repair)]
    content = "\n".join(lines) + "\n" + tomli_w.dumps(document)
    write_file(target, content.encode(), overwrite=overwrite)


def _reasons(repair: Repair) -> list[str]:
    sentences = [" ".join(str(clash).split()) for clash in repair.clashes]
    what = "A uniform change" if repair.uniform else "The least change"
    return [*sentences, f"{what} of {list_words(called(kind) for kind in repair.may_change)}; {repair.rounding}."]
