"""Inputs of a run: every file and folder that reading its sources reads, so that no result is written over one."""

from __future__ import annotations

import os
from pathlib import Path

from singlepot.models.diagnostics.problems import BadInputError

from ..what_if.file import read_chain
from .reading import find_scenario


def input_paths(*sources: str | os.PathLike[str]) -> list[Path]:
    """List the files and folders that are read for scenarios, what-ifs with the chain of their bases, or plans.

    Parameters
    ----------
    sources
        Shipped names or paths; one that cannot be read is listed as it is.
    """
    paths = [Path(source) for source in sources]
    for source in sources:
        try:
            chain = read_chain(find_scenario(source), find_scenario)
        except BadInputError:
            continue
        paths += [file for file in (*chain.files, chain.folder) if isinstance(file, Path)]
    return paths
