"""Every backend keeps one contract, and all of them settle alike."""

from __future__ import annotations

import dataclasses
import shutil
from functools import partial

import numpy as np
import pytest
from scipy import sparse

import singlepot as sp
from singlepot.solver import Answer, Control, Engine, Features, Method, Stop, engine
from singlepot.solver.backends.contract import CASES, NEEDS_VERDICT, Case, ContractBrokenError
from singlepot.solver.errors import SinglepotError, SolverNotFoundError

from ..cbc import CBC, needs_cbc

ALWAYS = [
    ("highs", None),
    ("interior-point", None),
    ("pulp", "highs"),
    ("pyomo", "highs"),
    *([("pulp", "cbc")] if CBC else []),
]
"""Backends and solvers that are there on every machine, and CBC where PuLP brings it or somebody installed it."""

WHERE_INSTALLED = [("pulp", "glpk", "glpsol"), ("pyomo", "glpk", "glpsol"), ("pyomo", "cbc", "cbc")]
"""Others, with the command that they need."""

ENGINES = [*ALWAYS, *((backend, solver) for backend, solver, command in WHERE_INSTALLED if shutil.which(command))]

NO_PROOF = "an interior point ends without a verdict where there is no optimum; HiGHS is asked then"

EXCLUDED = {
    **{("interior-point", None, name): NO_PROOF for name in NEEDS_VERDICT},
    ("pulp", "glpk", "unbounded"): "PuLP's reader of GLPK's files stops at an unbounded programme; an error says so",
}
"""Cases that a backend does not pass, and why; a test insists that they still fail."""


def named(pair: tuple[str, str | None]) -> str:
    return "-".join(part for part in pair if part)


@pytest.mark.parametrize("pair", ENGINES, ids=named)
@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_contract(pair: tuple[str, str | None], case: Case) -> None:
    opened = partial(engine, pair[0], solver=pair[1])
    name = case.__name__.removeprefix("case_")
    if (*pair, name) in EXCLUDED:
        with pytest.raises((ContractBrokenError, SinglepotError)):
            case(opened)
        return
    case(opened)


def test_a_missing_solver_is_an_error_that_says_how_to_get_it() -> None:
    with pytest.raises(SolverNotFoundError, match=r"does not find the solver xpress.*install xpress"):
        sp.settle(sp.read_scenario("bucks-and-burnley"), backend="pulp", solver="xpress")
    with pytest.raises(SolverNotFoundError, match=r"does not find the solver ipopt.*install ipopt"):
        sp.settle(sp.read_scenario("bucks-and-burnley"), backend="pyomo", solver="ipopt")


@pytest.mark.parametrize(("backend", "solver"), [("gams", None), ("highs", "cbc"), ("pulp", "frobnicator")])
def test_an_unknown_backend_or_solver_is_named(backend: str, solver: str | None) -> None:
    with pytest.raises(SolverNotFoundError, match=solver or backend):
        sp.settle(sp.read_scenario("bucks-and-burnley"), backend=backend, solver=solver)


@needs_cbc
def test_duals_that_prove_nothing_are_said_in_the_certificate() -> None:
    """CBC's digits are cut on their way back: most stages of England are solved again, and each of them is named."""
    scenario = sp.read_scenario("england")
    settlement = sp.settle(scenario, backend="pulp", solver="cbc")
    reference = sp.settle(scenario)
    assert settlement.grants["grant"].to_numpy() == pytest.approx(reference.grants["grant"].to_numpy(), rel=1e-9)
    assert settlement.grants["pounds"].equals(reference.grants["pounds"])
    assert len(settlement.certificate.notes) >= 3
    for note in settlement.certificate.notes:
        assert note.split(": ")[0] in set(settlement.stages["name"])
        assert "pulp with cbc" in note
        assert note.endswith("solved again by highs")
    assert reference.certificate.notes == ()
    assert settlement.provenance["backend"] == "pulp with cbc"
    assert "pulp" in str(settlement.provenance["backend_version"])


class Liar:
    """An engine of the caller's own, which makes up its answers."""

    name = "liar"
    version = "1"
    features = Features(duals=True, exact=True, methods=True, basis=False, warm_start=False, interrupt=True)

    def __init__(self, matrix: sparse.csc_array) -> None:
        self._honest = engine("highs", matrix)

    def solve(
        self,
        cost: np.ndarray,
        column_bounds: tuple[np.ndarray, np.ndarray],
        row_bounds: tuple[np.ndarray, np.ndarray],
        method: Method,
        control: Control,
    ) -> Answer:
        answer = self._honest.solve(0.0 * cost, column_bounds, row_bounds, method, control)
        return dataclasses.replace(answer, stop=Stop.OPTIMAL)


def test_an_engine_that_lies_changes_nothing_and_is_found_out() -> None:
    """A point that is not best is never taken for it, whatever the engine says."""
    scenario = sp.read_scenario("bucks-and-burnley")
    settlement, reference = sp.settle(scenario, backend=Liar), sp.settle(scenario)
    assert np.allclose(settlement.grants["grant"], reference.grants["grant"], rtol=0, atol=1e-6)
    assert any(note.startswith("concession.total: liar") for note in settlement.certificate.notes)
    with pytest.raises(ContractBrokenError):
        CASES["optimum"](Liar)


def test_what_an_engine_of_the_callers_own_needs() -> None:
    assert isinstance(engine(Liar, sparse.csc_array(np.eye(2))), Liar)
    wanted: Engine = Liar(sparse.csc_array(np.eye(2)))
    assert wanted.version == "1"
