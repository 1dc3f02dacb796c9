"""Servers that the tests of this folder share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .served import Served, served


@pytest.fixture(scope="module")
def bucks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server of three areas, with a folder of saved scenarios."""
    with served(tmp_path_factory.mktemp("bucks"), "bucks-and-burnley") as server:
        yield server


@pytest.fixture(scope="session")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scenario that takes far longer to settle than any test waits."""
    import singlepot as sp
    from benchmarks.workloads import Workload, tables

    scenario = sp.Scenario.from_tables(**tables(Workload(areas=374, options=30, years=10)))
    folder = tmp_path_factory.mktemp("slow") / "slow"
    sp.write_scenario(scenario, folder)
    return folder
