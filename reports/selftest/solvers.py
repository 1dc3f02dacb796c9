"""Checks of solvers: each keeps the contract and settles alike; what is false is found out."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
from scipy import sparse

from singlepot.models.settlement.settlement import Settlement
from singlepot.scenarios.reading.settling import settle
from singlepot.solver import Answer, Control, Features, Method, Stop, engine
from singlepot.solver.backends import BACKENDS, INTERIOR_POINT
from singlepot.solver.backends.contract import CASES, NEEDS_VERDICT, Case
from singlepot.solver.programme import Floats

from ..reperformance.verify import verify
from .outcome import require
from .published_cases import Check

SCENARIO = "bucks-and-burnley"
"""Shipped scenario that every check settles: three areas, in well under a second."""

OF_THE_MACHINE = {"ten_thousand_columns", "time_limit", "interrupt", "silence", "two_at_once"}
"""Cases of the contract that measure seconds or take hold of the process: a busy machine or a host may fail them."""

NEAR = 1e-6
"""By how much the grants of two solvers may differ, in money."""


def solver_checks(settlement: Callable[[], Settlement]) -> Iterator[tuple[str, Check]]:
    """Name the checks of every solver.

    Parameters
    ----------
    settlement
        Gives the settlement of the shipped scenario by the usual solver.
    """
    for backend in BACKENDS:
        yield backend, partial(_keeps_contract, backend)
        yield f"{backend} settles as the others do", partial(_settles_alike, backend, settlement)


def certificate_checks(settlement: Callable[[], Settlement], folder: Path) -> Iterator[tuple[str, Check]]:
    """Name the checks that a settlement is proved, and that what is false is found out."""
    yield "a settlement is proved", partial(_is_proved, settlement)
    yield "it is verified, and settled again by other code", partial(_is_verified, settlement, folder)
    yield "a pound that is moved is found", partial(_finds_a_pound, settlement, folder)
    yield "a solver that lies is found out", partial(_finds_a_liar, settlement)


def contract_cases(backend: str) -> dict[str, Case]:
    """Return the cases of the contract that a backend has to pass on any machine."""
    without = OF_THE_MACHINE | (NEEDS_VERDICT if backend == INTERIOR_POINT else set())
    return {name: case for name, case in CASES.items() if name not in without}


def _keeps_contract(backend: str) -> str:
    cases = contract_cases(backend)
    for case in cases.values():
        case(partial(engine, backend))
    return f"{len(cases)} small programmes with known answers"


def _settles_alike(backend: str, settlement: Callable[[], Settlement]) -> str:
    other = settle(SCENARIO, backend=backend)
    apart = float(np.abs(other.grants["grant"].to_numpy() - settlement().grants["grant"].to_numpy()).max())
    require(apart <= NEAR, f"a grant differs by {apart:.2g} from that of {BACKENDS[0]}")
    require(bool((other.grants["pounds"] == settlement().grants["pounds"]).all()), "whole pounds differ")
    version = other.provenance["backend_version"]
    return f"the same pounds ({version})"


def _is_proved(settlement: Callable[[], Settlement]) -> str:
    certificate = settlement().certificate
    require(certificate.passed, f"the proof does not hold: {certificate}")
    return f"{len(certificate.stages)} aims, each proved to be at its best"


def _is_verified(settlement: Callable[[], Settlement], folder: Path) -> str:
    settlement().write(folder / "sound")
    assurance = verify(folder / "sound", independent=True)
    require(assurance.passed, "; ".join(map(str, assurance.findings[:1])))
    return f"{sum(check.count for check in assurance.checks):,} numbers checked"


def _finds_a_pound(settlement: Callable[[], Settlement], folder: Path) -> str:
    """One pound more in one grant, in a folder whose manifest is right."""
    grants = settlement().grants
    grants["pounds"] += grants.index == 0
    dataclasses.replace(settlement(), grants=grants).write(folder / "moved")
    assurance = verify(folder / "moved")
    found = [str(finding) for finding in assurance.findings if finding.place.startswith("tables/grants.csv line 2")]
    require(bool(found) and not assurance.passed, "a grant that is £1 too high was not found")
    return found[0]


def _finds_a_liar(settlement: Callable[[], Settlement]) -> str:
    told = settle(SCENARIO, backend=Liar)
    apart = float(np.abs(told.grants["grant"].to_numpy() - settlement().grants["grant"].to_numpy()).max())
    require(apart <= NEAR, f"a solver that lies moved a grant by {apart:.2g}")
    require(any("liar" in note for note in told.certificate.notes), "no note says that the solver was found out")
    return "its answers were thrown away, and the certificate says so"


class Liar:
    """Engine that minimises nothing and calls each answer optimal."""

    name = "liar"
    version = "1"
    features = Features(duals=True, exact=True, methods=True, basis=False, warm_start=False, interrupt=True)

    def __init__(self, matrix: sparse.csc_array) -> None:
        self._honest = engine(BACKENDS[0], matrix)

    def solve(
        self,
        cost: Floats,
        column_bounds: tuple[Floats, Floats],
        row_bounds: tuple[Floats, Floats],
        method: Method,
        control: Control,
    ) -> Answer:
        """Answer with any point that keeps the rows."""
        answer = self._honest.solve(0.0 * cost, column_bounds, row_bounds, method, control)
        return dataclasses.replace(answer, stop=Stop.OPTIMAL)
