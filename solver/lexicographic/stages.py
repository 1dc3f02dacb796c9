"""Stages minimised in turn, each on the face where all earlier ones stay at their optimum."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from scipy import sparse

from ..answer import Answer, Features, Method, PointStatus, Stop
from ..backends import REFERENCE, Backend, Engine, engine
from ..certificate import relative_gap
from ..control import Control, Halt
from ..errors import NotProvenError, SinglepotError, SolverFailedError, StoppedError
from ..interior_point.solve import NAME as BLOCKWISE
from ..interior_point.solve import solve_blockwise
from ..presolve.presolve import Presolved, presolve
from ..presolve.problem import RowwiseProblem
from ..programme import OPEN, Family, Floats, LinearProgramme
from ..scaling import ScaledProgramme, objective_factor, scale
from .faces import Face, ambiguous, around, without_rounding

LOG = logging.getLogger("singlepot")

GAP_TOLERANCE = 1e-9
"""Largest duality gap of a stage, relative to its size, at which it counts as proved."""

CUT_SHORT = 1e-3
"""Factor of the tolerances for answers whose digits were cut on the way: only if nothing was lost do they count."""

CLOSER = 0.1
"""Factor of the tolerances for answers of an interior point: the face is read off them."""

FEASIBLE = 1e-8
"""Largest violation of a row or bound, scaled and relative to its terms, at which a point counts."""

WARM_BELOW = 0.5
"""Share of its first freedom below which a face is explored from the last basis rather than afresh."""

TIGHTER = 1024.0
"""Factor by which an objective grows when its duals have to be told from rounding."""


@dataclass(frozen=True, eq=False)
class Stage:
    """One objective of the hierarchy, to be minimised.

    Attributes
    ----------
    name, unit
        As shown to people.
    cost
        One coefficient for each column, original units.
    constant
        Added to the value.
    give
        How much of this stage later stages may use, in its unit.
    size
        Natural size of the value (1 for a share, the sum of bids for money), for relative gaps.
    """

    name: str
    unit: str
    cost: Floats
    constant: float = 0.0
    give: float = 0.0
    size: float = 1.0

    @property
    def empty(self) -> bool:
        """Whether there is nothing to minimise."""
        return not self.cost.any()


@dataclass(frozen=True, eq=False)
class StageResult:
    """What a stage came to.

    ``value`` is the optimum, ``bound`` what its duals prove it cannot fall below, ``row_dual`` in the
    stage's unit for each original unit of a row, ``method`` how it was solved, ``note`` why by another solver than the
    one that was asked for. ``face`` is what the earlier stages left and ``x`` where this one ended, both scaled; None
    where there was nothing to minimise.
    """

    stage: Stage
    value: float
    bound: float
    row_dual: Floats
    method: str
    note: str = ""
    face: Face | None = None
    x: Floats | None = None

    @property
    def gap(self) -> float:
        """Duality gap relative to the stage's size."""
        return relative_gap(self.value, self.bound, self.stage.size)


Path = Literal["auto", "direct", "blocks"]
"""How a stage is solved: by a solver of linear programmes, block by block, or as its size suggests."""

REDUCE_FROM = 20_000
"""Entries of a programme from which it is reduced before a stage is solved."""

BLOCKS_FROM = 40_000
"""Entries of a reduced programme from which a stage is first tried block by block; below it HiGHS is faster."""

RESTFUL = 0.6
"""Share of the largest core so far below which one is a rest that HiGHS solves quickly."""

THIN = 2
"""Stages given away that leave so little room that an interior point gets on slowly."""


@dataclass(frozen=True)
class Technique:
    """How the stages are solved. The defaults are right; the others exist to show what goes wrong.

    ``path`` forces one way of solving; the settlement is the same.
    """

    scale: bool = True
    hold_by_face: bool = True
    share_by_displacement: bool = True
    path: Path = "auto"


@dataclass(frozen=True, eq=False)
class Staged:
    """The end of the stages: where the last one stands, the face that is left, and who solved them."""

    scaled: ScaledProgramme
    x: Floats
    face: Face
    results: tuple[StageResult, ...]
    solver: str
    version: str


class InfeasibleError(SinglepotError):
    """No point satisfies all rows; raised for the caller to explain."""

    exit_code = 4


def minimise_in_turn(
    programme: LinearProgramme,
    stages: Sequence[Stage],
    control: Control,
    *,
    backend: Backend = REFERENCE,
    solver: str | None = None,
    technique: Technique | None = None,
) -> Staged:
    """Minimise each stage on the face that the earlier ones left.

    Raises
    ------
    InfeasibleError
        No point satisfies the rows.
    NotProvenError, StoppedError
        The run ended early; both carry the stages proved by then.
    SolverFailedError
        No method gave a proved optimum.
    """
    technique = technique or Technique()
    programme, held_rows = with_stage_rows(programme, stages, technique)
    scaled = scale(programme, enabled=technique.scale)
    asked = engine(backend, scaled.matrix, solver)
    run = LexicographicSolver(scaled, programme, asked, control, technique)
    results: list[StageResult] = []
    try:
        for position, stage in enumerate(stages):
            control.enter(stage.name, position / (len(stages) + 1))
            results.append(run.minimise(stage, held_rows.get(position)))
        if run.x is None:
            run.minimise(Stage("feasibility", "", np.zeros(programme.shape[1])), None, force=True)
        control.enter("sharing", len(stages) / (len(stages) + 1))
    except Halt as halt:
        raise ended_early(halt, results) from halt
    assert run.x is not None
    return Staged(scaled, run.x, run.face, tuple(results), asked.name, asked.version)


def ended_early(halt: Halt, results: Sequence[StageResult]) -> NotProvenError | StoppedError:
    """Turn the end of a run into the error that says what is known."""
    known = [(result.stage.name, result.value) for result in results]
    said = f"{len(known)} stages were proved by then"
    if halt.by_limit:
        return NotProvenError(f"not proven within the time limit: {said}", "allow more time", known)
    return StoppedError(f"stopped: {said}", "", known)


@dataclass(frozen=True, eq=False)
class _Solved:
    """A proved answer, how it was found, the factor of its objective, and why another solver had to find it."""

    answer: Answer
    method: str
    factor: float
    note: str


class LexicographicSolver:
    """The state of one run: the face, the point, the engine; ``eager`` starts from the last basis wherever it can."""

    def __init__(
        self,
        scaled: ScaledProgramme,
        programme: LinearProgramme,
        solver: Engine,
        control: Control,
        technique: Technique,
        *,
        eager: bool = False,
    ) -> None:
        self.scaled = scaled
        self.face = Face.whole(scaled)
        self.x: Floats | None = None
        self._engine = solver
        self._control = control
        self._technique = technique
        self._implied_lower = programme.implied_lower / scaled.column_scale
        self._implied_upper = programme.implied_upper / scaled.column_scale
        self._freedom = max(self.face.freedom, 1)
        self._eager = eager
        self._basis = False
        self._given = 0
        self._entries = 0

    def minimise(self, stage: Stage, held_row: int | None, *, force: bool = False) -> StageResult:
        """Minimise a stage on the face, and keep the part of it where it stays minimal."""
        rows = self.scaled.matrix.shape[0]
        if stage.empty and not force:
            return StageResult(stage, stage.constant, stage.constant, np.zeros(rows), "nothing to minimise")
        cost = stage.cost * self.scaled.column_scale
        factor = objective_factor(cost) if self._technique.scale else 1.0
        solved = self._solve(stage, cost, factor)
        answer, factor = solved.answer, solved.factor
        value, bound = self._value_and_bound(cost, answer)
        result = StageResult(
            stage,
            value + stage.constant,
            bound + stage.constant,
            answer.row_dual * self.scaled.row_scale,
            solved.method,
            solved.note,
            self.face,
            answer.x,
        )
        self.x = answer.x
        if held_row is not None:
            upper = (value + stage.give) * self.scaled.row_scale[held_row]
            self.face = self.face.limit_row(held_row, upper)
            self._given += 1
        else:
            activity = np.asarray(self.scaled.matrix @ answer.x)
            reduced, row_dual = without_rounding(self.scaled.matrix, cost, answer.row_dual)
            self.face = self.face.freeze(answer.x, activity, reduced * factor, row_dual * factor)
        LOG.info("stage %s: %.12g by %s, gap %.1e", stage.name, result.value, result.method, result.gap)
        return result

    def _solve(self, stage: Stage, cost: Floats, factor: float) -> _Solved:
        """Solve by the fastest method that gives a proved optimum with clear duals."""
        reduced = self._reduced(stage, cost, factor)
        if reduced is not None:
            return reduced
        claims: list[str] = []
        for solver, method in self._ladder():
            answer = self._ask(solver, cost, factor, method)
            if answer.stop is Stop.INFEASIBLE and self.x is None and solver.features.exact and method is Method.SAFE:
                raise InfeasibleError("no settlement satisfies every rule")
            if answer.stop is Stop.OPTIMAL and self._proved(stage, cost, answer, closeness(solver.features)):
                how = method.value if solver.features.methods else "a method of its own choice"
                note = "" if solver is self._engine else f"{'; '.join(claims)}; solved again by {solver.name}"
                return self._with_clear_duals(_Solved(answer, how, factor, note), solver, stage, cost)
            claims.append(self._claim(solver, method, answer, cost, stage))
            LOG.info("stage %s, %s; trying the next method", stage.name, claims[-1])
        raise SolverFailedError(
            f"no method proved stage {stage.name} ({claims[-1]})", "report this scenario as a defect"
        )

    def _reduced(self, stage: Stage, cost: Floats, factor: float) -> _Solved | None:
        """Solve what is left once the programme is reduced; None where that proved nothing or is not worth it.

        Block by block where much is left and nothing or one stage was given away, which leaves a region wide enough
        to walk in; a small rest of a large programme by the reference solver.
        """
        path, matrix = self._technique.path, self.scaled.matrix
        usual = isinstance(self._engine, type(self._reference)) and self._technique.hold_by_face
        if not usual or path == "direct" or self._eager or (path == "auto" and matrix.nnz < REDUCE_FROM):
            return None
        columns, rows = self._around()
        reduction = presolve(RowwiseProblem(sparse.csr_array(matrix.tocsr()), cost * factor, *columns, *rows))
        entries = reduction.core.matrix.nnz
        self._entries = max(self._entries, entries)
        late = self.x is not None and self.face.freedom < WARM_BELOW * self._freedom
        if path != "blocks" and (late or entries < RESTFUL * self._entries):
            return self._rest(stage, cost, factor, reduction)
        if path == "blocks" or (self._given < THIN and entries >= BLOCKS_FROM):
            answer = solve_blockwise(reduction, self._control)
            solved = None if answer is None else self._taken(stage, cost, factor, answer, BLOCKWISE, CLOSER)
            if solved is not None and self._unclear(cost, solved.answer, factor):
                return replace(solved, factor=factor * TIGHTER)  # its duals are right to the last digits
            if solved is not None or self.x is None or path == "blocks":
                return solved
            return self._rest(stage, cost, factor, reduction)
        return None

    def _rest(self, stage: Stage, cost: Floats, factor: float, reduction: Presolved) -> _Solved | None:
        """Solve the core of a reduction by the reference solver, and again more tightly where its duals are unclear."""
        core = reduction.core
        if not len(core.cost):
            nothing = reduction.postsolve(np.zeros(0), np.zeros(len(core.row_lower)))
            answer = Answer(Stop.OPTIMAL, PointStatus.FEASIBLE, PointStatus.FEASIBLE, *nothing, "decided by its bounds")
            return self._taken(stage, cost, factor, answer, "decided by its bounds")
        solver = engine(REFERENCE, sparse.csc_array(core.matrix.tocsc()))
        bounds = (core.lower, core.upper), (core.row_lower, core.row_upper)
        first: _Solved | None = None
        for tighter, method in ((1.0, Method.INTERIOR), (TIGHTER, Method.WARM)):
            answer = solver.solve(core.cost * tighter, *bounds, method, self._control)
            if answer.stop is not Stop.OPTIMAL:
                return first
            x, row_dual = reduction.postsolve(answer.x, answer.row_dual / tighter)
            answer = replace(answer, x=x, row_dual=row_dual)
            how = method.value if first is None else f"{first.method}, again more tightly"
            solved = self._taken(stage, cost, factor, answer, how)
            if solved is None:
                return first
            first = replace(solved, factor=factor * tighter)
            if not self._unclear(cost, first.answer, factor):
                return first
        return first

    def _taken(
        self, stage: Stage, cost: Floats, factor: float, answer: Answer, how: str, closer: float = 1.0
    ) -> _Solved | None:
        """What came of a reduced stage, if it proves its optimum."""
        answer = self._moved(answer, factor)
        if self._proved(stage, cost, answer, closer):
            self._basis = False
            return _Solved(answer, how, factor, "")
        said = self._claim(self._engine, Method.INTERIOR, answer, cost, stage)
        LOG.info("stage %s, reduced: %s", stage.name, said)
        return None

    def _ladder(self) -> Iterator[tuple[Engine, Method]]:
        """Solvers and methods, fastest first; the reference solver stands in where another's answers prove nothing."""
        features = self._engine.features
        warm = self.x is not None and (self._eager or self.face.freedom < WARM_BELOW * self._freedom)
        if warm and features.warm_start and self._basis:
            yield self._engine, Method.WARM
        yield self._engine, Method.INTERIOR
        if features.exact and features.methods:
            yield self._engine, Method.SAFE
        if not isinstance(self._engine, type(self._reference)):
            yield self._reference, Method.INTERIOR
            yield self._reference, Method.SAFE

    @cached_property
    def _reference(self) -> Engine:
        return engine(REFERENCE, self.scaled.matrix)

    def _with_clear_duals(self, solved: _Solved, solver: Engine, stage: Stage, cost: Floats) -> _Solved:
        """Tell small duals from rounding by a larger objective, where the solver can go on from where it is."""
        if not (solver.features.warm_start and self._unclear(cost, solved.answer, solved.factor)):
            return solved
        factor = solved.factor * TIGHTER
        tighter = self._ask(solver, cost, factor, Method.WARM)
        if tighter.stop is Stop.OPTIMAL and self._proved(stage, cost, tighter, closeness(solver.features)):
            return replace(solved, answer=tighter, method=f"{solved.method}, again more tightly", factor=factor)
        return solved

    def _claim(self, solver: Engine, method: Method, answer: Answer, cost: Floats, stage: Stage) -> str:
        """What an answer that is not proved said."""
        said = f"{solver.name}{f', {method.value}' if solver.features.methods else ''}: {answer.detail}"
        if answer.stop is not Stop.OPTIMAL:
            return said
        value = float(cost @ answer.x) + stage.constant
        if answer.row_dual.size != self.scaled.matrix.shape[0]:
            return f"{said}, {value:.9g} without duals"
        gap = relative_gap(value, self._value_and_bound(cost, answer)[1] + stage.constant, stage.size)
        return f"{said}, {value:.9g} with a gap of {gap:.0e}"

    def _ask(self, solver: Engine, cost: Floats, factor: float, method: Method) -> Answer:
        """Ask for the best displacement from the last point: frozen bounds are then exactly zero."""
        columns, rows = self._around()
        answer = solver.solve(cost * factor, columns, rows, method, self._control)
        self._basis = True
        return self._moved(answer, factor)

    def _around(self) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
        """Bounds of columns and rows, as room around the last point where there is one."""
        columns, rows = self.face.column_bounds, self.face.row_bounds
        if self.x is not None and self._technique.hold_by_face:
            columns = around(columns, self.x)
            rows = around(rows, np.asarray(self.scaled.matrix @ self.x))
        return columns, rows

    def _moved(self, answer: Answer, factor: float) -> Answer:
        """Turn an answer around the last point into one in scaled units."""
        x = answer.x
        if self.x is not None and self._technique.hold_by_face and x.size:
            x = self.x + x
        return replace(answer, x=x, row_dual=answer.row_dual / factor)

    def _proved(self, stage: Stage, cost: Floats, answer: Answer, closer: float) -> bool:
        if not self._technique.scale:
            return True
        if answer.row_dual.size != self.scaled.matrix.shape[0]:
            return False
        value, bound = self._value_and_bound(cost, answer)
        gap = relative_gap(value + stage.constant, bound + stage.constant, stage.size)
        return gap <= GAP_TOLERANCE * closer and self._excess(answer.x) <= FEASIBLE * closer

    def _excess(self, x: Floats) -> float:
        """How far a point leaves the face, scaled: a solver can call a point optimal that breaks a row."""
        activity = np.asarray(self.scaled.matrix @ x)
        size = 1 + np.asarray(abs(self.scaled.matrix) @ np.abs(x))
        rows = np.maximum(self.face.row_lower - activity, activity - self.face.row_upper) / size
        columns = np.maximum(self.face.column_lower - x, x - self.face.column_upper) / (1 + np.abs(x))
        return float(max(rows.max(initial=0.0), columns.max(initial=0.0)))

    def _unclear(self, cost: Floats, answer: Answer, factor: float) -> bool:
        reduced, row_dual = without_rounding(self.scaled.matrix, cost, answer.row_dual)
        free = ~self.face.frozen
        return ambiguous(reduced[free] * factor) or ambiguous(row_dual * factor)

    def _value_and_bound(self, cost: Floats, answer: Answer) -> tuple[float, float]:
        bound = dual_bound(
            self.scaled.matrix,
            cost,
            answer.row_dual,
            self.face,
            np.minimum(self._implied_lower, answer.x),
            self._implied_upper,
        )
        return float(cost @ answer.x), bound


def closeness(features: Features) -> float:
    """Factor of the tolerances within which an engine's answers have to be proved."""
    return 1.0 if features.exact else CUT_SHORT


def dual_bound(
    matrix: sparse.csc_array, cost: Floats, row_dual: Floats, face: Face, implied_lower: Floats, implied_upper: Floats
) -> float:
    r"""Return a value that no point of the face can fall below, proved by any duals.

    .. math:: \sum_i \min(y_i L_i, y_i U_i) + \sum_j \min(r_j l_j, r_j u_j), \qquad r = c - A^T y

    A dual at an absent row bound counts as 0; a column without a bound uses its implied_lower or implied_upper.
    """
    usable = np.where(row_dual > 0, np.isfinite(face.row_lower), np.isfinite(face.row_upper))
    dual = np.where(usable, row_dual, 0.0)
    reduced = cost - matrix.T @ dual
    lower = np.where(np.isfinite(face.column_lower), face.column_lower, implied_lower)
    upper = np.where(np.isfinite(face.column_upper), face.column_upper, np.maximum(implied_upper, implied_lower))
    row_limit = np.where(dual > 0, face.row_lower, face.row_upper)
    rows = dual[dual != 0] @ row_limit[dual != 0]
    return float(rows + reduced @ np.where(reduced > 0, lower, upper))


def with_stage_rows(
    programme: LinearProgramme, stages: Sequence[Stage], technique: Technique
) -> tuple[LinearProgramme, dict[int, int]]:
    """Add a row for each stage that is held by a row: those that give, or all to show why not."""
    chosen = [i for i, stage in enumerate(stages) if not stage.empty and (stage.give > 0 or not technique.hold_by_face)]
    if not chosen:
        return programme, {}
    first = programme.shape[0]
    family = Family("held", first, len(chosen), {"stage": [stages[i].name for i in chosen]})
    open_bounds = np.full(len(chosen), OPEN)
    costs = sparse.csr_array(np.vstack([stages[i].cost for i in chosen]))
    extended = programme.with_rows(family, costs, -open_bounds, open_bounds)
    return extended, {i: first + k for k, i in enumerate(chosen)}
