r"""Lexicographic minimisation: each stage on the face where all earlier ones stay at their optimum.

.. math:: v_k = \min_{x \in F_{k-1}} c_k^T x, \qquad F_k = \{ x \in F_{k-1} : c_k^T x = v_k \}

For each stage: minimise, prove the optimum by its duals, take the face.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from ..answer import Answer, Method, Stop
from ..backends import REFERENCE, Backend, Engine, restartable
from ..control import Control, Halt
from ..errors import SolverFailedError
from ..negligible import LEAST_GIVE
from ..programme import OPEN, Family, Floats, LinearProgramme
from ..scaling import objective_factor, scale
from .choice_of_method import ChoiceOfMethod, closeness, method_name
from .faces import Face, ambiguous, around, describes_a_face, largest_part, without_rounding
from .proof import GAP_TOLERANCE, Prover, size
from .stage import EVERY_CURE, InfeasibleError, Stage, Staged, StageResult, Start, Technique, ended_early

LOG = logging.getLogger("singlepot")

ALIKE = 1e-6
"""Relative difference of the largest term of two methods' duals up to which both found the same.

Seen in 2026 on a scenario of 190,000 entries: three methods agreed to 1e-13, and the third took 58 s of 87.
"""

TIGHTER = 1024.0
"""Factor by which an objective grows when its duals have to be told from rounding."""


def minimise_in_turn(
    programme: LinearProgramme,
    stages: Sequence[Stage],
    control: Control,
    *,
    backend: Backend = REFERENCE,
    solver: str | None = None,
    technique: Technique = EVERY_CURE,
    start: Start | None = None,
    values_only: bool = False,
) -> Staged:
    """Minimise each stage on the face that the earlier ones left.

    Parameters
    ----------
    programme
        Rows and bounds, original units.
    stages
        Objectives, the most important first; without any, a point is looked for.
    control
        When to stop.
    backend, solver
        Who solves the stages, see :func:`~singlepot.solver.backends.engine`.
    technique
        For tests that show what goes wrong without a cure.
    start
        Of a programme with the same rows and columns and other numbers; passed over where the shapes differ.
    values_only
        Whether nobody asks for the face that the last stage leaves: it is the one before then.

    Raises
    ------
    InfeasibleError
        No point satisfies the rows.
    NotProvenError, StoppedError
        The run ended early; both carry the stages proved by then.
    SolverFailedError
        No method gave a proved optimum.
    """
    programme, held_rows = with_stage_rows(programme, stages, technique)
    sizes = {row: stages[position].size for position, row in held_rows.items()}
    run = LexicographicSolver(programme, control, backend, solver, technique, sizes_of_rows=sizes, start=start)
    results: list[StageResult] = []
    try:
        for position, stage in enumerate(stages):
            control.enter(stage.name, position / (len(stages) + 1))
            last = values_only and position == len(stages) - 1
            results.append(run.minimise(stage, held_rows.get(position), narrow=not last))
        x = run.point()
        control.enter("sharing", len(stages) / (len(stages) + 1))
    except Halt as halt:
        raise ended_early(halt, results) from halt
    return Staged(run.scaled, x, run.face, tuple(results), run.asked.name, run.asked.version, run.start)


def find_start(programme: LinearProgramme, stages: Sequence[Stage], control: Control) -> Start | None:
    """Minimise the first stage alone, for runs of all stages on programmes of this shape to begin where it ends.

    Raises
    ------
    InfeasibleError, SolverFailedError
        As :func:`minimise_in_turn`.
    Halt
        The run ended early.
    """
    programme, _ = with_stage_rows(programme, stages)
    run = LexicographicSolver(programme, control)
    first = next((stage for stage in stages if not stage.empty), None)
    if first is not None:
        run.minimise(first, None, narrow=False)
    return run.start


def with_stage_rows(
    programme: LinearProgramme, stages: Sequence[Stage], technique: Technique = EVERY_CURE
) -> tuple[LinearProgramme, dict[int, int]]:
    """Add a row for each stage that is held by a row: those that give, or all to show why not.

    A stage that gives less than :data:`~singlepot.solver.negligible.LEAST_GIVE` gives nothing.
    """
    gives = [stage.give >= LEAST_GIVE * stage.size or not technique.hold_by_face for stage in stages]
    chosen = [i for i, stage in enumerate(stages) if gives[i] and not stage.empty]
    if not chosen:
        return programme, {}
    first = programme.shape[0]
    family = Family("held", first, len(chosen), {"stage": [stages[i].name for i in chosen]})
    open_bounds = np.full(len(chosen), OPEN)
    costs = sparse.csr_array(np.vstack([stages[i].cost for i in chosen]))
    extended = programme.with_rows(family, costs, -open_bounds, open_bounds)
    return extended, {i: first + k for k, i in enumerate(chosen)}


@dataclass(frozen=True, eq=False)
class _Objective:
    """The cost of a stage, scaled, and the factor that gives its coefficients a size near that of the bounds."""

    stage: Stage
    cost: Floats
    factor: float


@dataclass(frozen=True, eq=False)
class _Proved:
    """A proved answer in scaled units, how it was found, and why by another solver than the one asked for."""

    answer: Answer
    method: str
    note: str
    factor: float
    """What reduced costs and duals are multiplied by before they are told from rounding."""


class LexicographicSolver:
    """Minimises stages in turn; ``face`` is what they leave so far and ``x`` the last optimum, both scaled.

    Parameters
    ----------
    programme
        With the rows that hold stages, see :func:`with_stage_rows`.
    control
        When to stop.
    backend, solver
        Who solves the stages.
    technique
        For tests that show what goes wrong without a cure.
    eager
        Whether to start from the last basis wherever there is one.
    sizes_of_rows
        Natural size of the rows that hold stages, by position.
    start
        Where the first stage begins; afterwards where it ended.
    """

    def __init__(
        self,
        programme: LinearProgramme,
        control: Control,
        backend: Backend = REFERENCE,
        solver: str | None = None,
        technique: Technique = EVERY_CURE,
        *,
        eager: bool = False,
        sizes_of_rows: Mapping[int, float] | None = None,
        start: Start | None = None,
    ) -> None:
        self._technique = technique
        self.scaled = scale(programme, sizes_of_rows, counted=self._technique.counted, enabled=self._technique.scale)
        self.face = Face.whole(self.scaled)
        self.x: Floats | None = None
        self._control = control
        self._choice = ChoiceOfMethod(
            backend, self.scaled.matrix, solver, eager=eager, safe=self._technique.safe, start=start
        )
        self.start: Start | None = None
        unit = self.scaled.column_scale
        self._prover = Prover(self.scaled.matrix, programme.implied_lower / unit, programme.implied_upper / unit)
        self._first_freedom = max(self.face.freedom, 1)
        self._last: Engine | None = None
        self._bound = False

    @property
    def asked(self) -> Engine:
        """The solver that was asked for."""
        return self._choice.asked

    def point(self) -> Floats:
        """Return the last optimum, or any point where no stage had anything to minimise."""
        if self.x is None:
            self.minimise(Stage("feasibility", "", np.zeros(len(self.scaled.column_scale))), None, force=True)
        assert self.x is not None
        return self.x

    def minimise(self, stage: Stage, held_row: int | None, *, force: bool = False, narrow: bool = True) -> StageResult:
        """Minimise a stage on the face, prove its optimum, and take the part of the face where it stays minimal.

        The face stays what it is where nobody wants it to ``narrow``.
        """
        if stage.empty and not force:
            nothing = np.zeros(self.scaled.matrix.shape[0])
            return StageResult(stage, stage.constant, stage.constant, nothing, "nothing to minimise", stage.size)
        cost = stage.cost * self.scaled.column_scale
        objective = _Objective(stage, cost, objective_factor(cost) if self._technique.scale else 1.0)
        proved = self._proved_optimum(objective, narrow)
        value, bound = self._prover.value_and_bound(cost, proved.answer, self.face)
        result = StageResult(
            stage,
            value + stage.constant,
            bound + stage.constant,
            proved.answer.row_dual * self.scaled.row_scale,
            proved.method,
            size(stage, proved.answer, self.face),
            proved.note,
            self.face,
            proved.answer.x,
        )
        LOG.info("stage %s: %.12g by %s, gap %.1e", stage.name, result.value, result.method, result.gap)
        self.x = proved.answer.x
        if narrow:
            self._take_face(objective, proved, value, held_row)
        self._bound = result.value > GAP_TOLERANCE * result.size
        if self.start is None and restartable(self._last):
            self.start = Start(self._last.basis, self.scaled.matrix.shape)
        return result

    def _take_face(self, objective: _Objective, proved: _Proved, value: float, held_row: int | None) -> None:
        """Keep what is optimal by the duals, or what a row allows where the stage gives."""
        if held_row is not None:
            constant = objective.stage.constant
            upper = (objective.stage.held_at(value + constant) - constant) * self.scaled.row_scale[held_row]
            self.face = self.face.limit_row(held_row, upper)
            return
        x = proved.answer.x
        activity = np.asarray(self.scaled.matrix @ x)
        reduced, row_dual = without_rounding(self.scaled.matrix, objective.cost, proved.answer.row_dual)
        self.face = self.face.freeze(x, activity, reduced * proved.factor, row_dual * proved.factor)

    def _proved_optimum(self, objective: _Objective, narrow: bool) -> _Proved:
        """Solve by the fastest method that gives a proved optimum, with clear duals where the face is to ``narrow``.

        Duals whose rounding would hide reduced costs send the stage to the next method, unless two agree about them.
        """
        claims: list[str] = []
        fallback: _Proved | None = None
        largest = 0.0
        stage = objective.stage
        freedom = None if self.x is None else self.face.freedom / self._first_freedom
        for solver, method in self._choice.attempts(freedom, self._last, bound=self._bound):
            features = solver.features
            factor, answer = objective.factor, self._ask(solver, objective.cost, objective.factor, method)
            if answer.stop is Stop.INFEASIBLE and self.x is None and self._choice.ends_with(solver, method):
                raise InfeasibleError("no settlement satisfies every rule")
            good = answer.stop is Stop.OPTIMAL and self._is_proved(objective, answer, closeness(features))
            if answer.stop is Stop.OPTIMAL and not good and features.warm_start:
                factor, tighter = factor * TIGHTER, self._ask(solver, objective.cost, factor * TIGHTER, Method.WARM)
                good = tighter.stop is Stop.OPTIMAL and self._is_proved(objective, tighter, closeness(features))
                answer = tighter if good else answer
            if good:
                self._last = solver
                stands_in = bool(claims) and solver is not self.asked
                note = f"{'; '.join(claims)}; solved again by {solver.name}" if stands_in else ""
                proved = _Proved(answer, method_name(features, method), note, factor)
                if not narrow:
                    return proved
                part = largest_part(self.scaled.matrix, answer.row_dual * objective.factor)
                if describes_a_face(part, objective.cost * objective.factor):
                    return self._with_clear_duals(proved, solver, objective)
                if fallback is not None and math.isclose(part, largest, rel_tol=ALIKE):
                    return fallback
                fallback, largest = fallback or proved, part
                LOG.info("stage %s, %s: duals too large for a face; trying the next method", stage.name, method.value)
                continue
            claims.append(self._claim(solver, method, answer, objective))
            LOG.info("stage %s, %s; trying the next method", stage.name, claims[-1])
        if fallback is not None:
            return fallback
        raise SolverFailedError(
            f"no method proved stage {stage.name} ({claims[-1]})", "report this scenario as a defect"
        )

    def _with_clear_duals(self, proved: _Proved, solver: Engine, objective: _Objective) -> _Proved:
        """Tell small duals from rounding: by a larger objective, where the solver can go on from where it is."""
        if not self._are_unclear(objective.cost, proved.answer, proved.factor):
            return proved
        factor = proved.factor * TIGHTER
        if not solver.features.vertex:  # duals from within the optimal face are right to their last digits
            return replace(proved, factor=factor)
        if not solver.features.warm_start:
            return proved
        for method in (Method.WARM, Method.INTERIOR):
            answer = self._ask(solver, objective.cost, factor, method)
            if answer.stop is Stop.OPTIMAL and self._is_proved(objective, answer, closeness(solver.features)):
                return replace(proved, answer=answer, method=f"{proved.method}, again more tightly", factor=factor)
            LOG.info("stage %s, %s, more tightly: %s", objective.stage.name, method.value, answer.detail)
        return proved

    def _are_unclear(self, cost: Floats, answer: Answer, factor: float) -> bool:
        reduced, row_dual = without_rounding(self.scaled.matrix, cost, answer.row_dual)
        return ambiguous(reduced[~self.face.frozen] * factor) or ambiguous(row_dual * factor)

    def _ask(self, solver: Engine, cost: Floats, factor: float, method: Method) -> Answer:
        """Ask for the best displacement from the last point, for which frozen bounds are exactly zero."""
        finer = self._technique.finer
        if self.x is None or not self._technique.hold_by_face:
            origin = np.zeros(len(cost))
            bounds = self.face.column_bounds, self.face.row_bounds
            columns, rows = ((low * finer, high * finer) for low, high in bounds)
        else:
            origin = self.x
            columns = around(self.face.column_bounds, origin, finer)
            rows = around(self.face.row_bounds, np.asarray(self.scaled.matrix @ origin), finer)
        answer = solver.solve(cost * factor, columns, rows, method, self._control)
        if answer.stop is Stop.OPTIMAL and (answer.x.shape != cost.shape or not np.isfinite(answer.x).all()):
            what = f"{int(np.isfinite(answer.x).sum()):,} numbers for {cost.size:,} columns"
            answer = replace(answer, stop=Stop.FAILED, x=np.zeros(0), row_dual=np.zeros(0), detail=what)
        x = origin + answer.x / finer if answer.x.size == cost.size else answer.x
        return replace(answer, x=x, row_dual=answer.row_dual / factor)

    def _is_proved(self, objective: _Objective, answer: Answer, closer: float) -> bool:
        if not self._technique.scale:
            return True
        return self._prover.proves(objective.stage, objective.cost, answer, self.face, closer)

    def _claim(self, solver: Engine, method: Method, answer: Answer, objective: _Objective) -> str:
        """Say what an answer that is not proved claims, for notes and messages."""
        claim = f"{solver.name}{f', {method.value}' if solver.features.methods else ''}: {answer.detail}"
        if answer.stop is not Stop.OPTIMAL:
            return claim
        value = float(objective.cost @ answer.x) + objective.stage.constant
        if not self._prover.has_duals(answer):
            return f"{claim}, {value:.9g} without duals"
        gap = self._prover.gap(objective.stage, objective.cost, answer, self.face)
        return f"{claim}, {value:.9g} with a gap of {gap:.0e}"
