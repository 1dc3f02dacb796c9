"""Optimality certificate: primal violations, duality gaps and stage values, recomputed from the settlement itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from singlepot.solver import StageResult, VerificationFailedError, largest_violation

from ..formulation.formulation import Formulation
from ..notebook_display import rich, rich_table
from ..scenario.array_types import Floats
from ..scenario.arrays import Arrays
from .decisions import Decisions, columns_of, decisions_of, stage_value
from .pounds import PENNY, Pounds

TOLERANCE = 1e-9
"""Largest violation, gap and drift allowed, each relative to the size of its quantity."""


@dataclass(frozen=True)
class StageEvidence:
    """Evidence for the optimum of one stage.

    Parameters
    ----------
    name
        The stage.
    optimum, final
        Its proved optimum and its value in the settlement, in the stage's unit.
    give
        By how much later stages may worsen it, in the stage's unit.
    drift
        By how much the final value is worse than optimum and ``give`` together, or than the stage's limit, relative to
        the stage's size.
    gap
        Duality gap of the optimum, relative to the stage's size.
    """

    name: str
    optimum: float
    final: float
    give: float
    drift: float
    gap: float


@dataclass(frozen=True)
class Certificate:
    """The optimality and feasibility checks of a settlement; relative figures are at most 1e-9 where it is valid.

    Attributes
    ----------
    violation, violated
        Largest violation of any rule, pot or bound, and where it is.
    arithmetic
        Largest difference between the grants and targets and what the take-ups make of bids and proposals.
    stages
        Evidence for each stage.
    sharing
        Largest error of the sharing step's optimality conditions.
    pounds_over
        Largest excess of any year and envelope in whole pounds; 0 or less.
    tolerance
        Largest relative figure that is accepted.
    passed
        Whether everything holds.
    notes
        Stages whose answer came from another solver than the one asked for, and why; and the grant in whole pounds that
        is furthest from its exact value, where that is more than £1.
    """

    violation: float
    violated: str
    arithmetic: float
    stages: tuple[StageEvidence, ...]
    sharing: float
    pounds_over: int
    tolerance: float
    passed: bool
    notes: tuple[str, ...] = ()

    def _repr_html_(self) -> str:
        """Show the evidence in a notebook; all figures are relative to the size of the quantity."""
        whole = [("largest violation", self.violation), ("arithmetic", self.arithmetic), ("sharing", self.sharing)]
        return rich(
            f"Certificate {'holds' if self.passed else 'FAILS'} at {self.tolerance:g}",
            f"pounds over any pot: {self.pounds_over}",
            rich_table("Of the whole", pd.DataFrame(whole, columns=["figure", "value"])),
            rich_table("Of each stage", pd.DataFrame([asdict(stage) for stage in self.stages]), most=20),
        )

    def as_dict(self) -> dict[str, object]:
        """Return the certificate as plain values."""
        return asdict(self)


def certify(
    formulation: Formulation,
    decisions: Decisions,
    results: Sequence[StageResult],
    sharing: float,
    pounds: Pounds,
) -> Certificate:
    """Check a settlement against the scenario, in original units."""
    data = formulation.data
    expected = decisions_of(data, decisions.take_up, decisions.carry_over, decisions.virement)
    arithmetic = max(
        _difference(decisions.grants, expected.grants, data.bid),
        _difference(decisions.targets, expected.targets, data.proposed),
    )
    columns = columns_of(formulation.model, formulation.programme, decisions)
    violation = largest_violation(formulation.programme, columns)
    stages = tuple(_evidence(formulation, decisions, result) for result in results)
    over = int((pounds.grants.sum(axis=0) - pounds.limit).max(initial=0))
    worst = [violation.relative, arithmetic, sharing, *(s.drift for s in stages), *(s.gap for s in stages)]
    passed = over <= 0 and all(np.isfinite(worst)) and max(worst) <= TOLERANCE
    notes = (*(f"{result.stage.name}: {result.note}" for result in results if result.note), *_far_pounds(data, pounds))
    return Certificate(violation.relative, violation.where, arithmetic, stages, sharing, over, TOLERANCE, passed, notes)


def _far_pounds(data: Arrays, pounds: Pounds) -> list[str]:
    """Say how far the furthest grant in whole pounds is from its exact value, where that is more than £1."""
    off = np.abs(pounds.grants - pounds.exact)
    if off.max(initial=0.0) <= 1 + PENNY:
        return []
    area, envelope, year = np.unravel_index(off.argmax(), off.shape)
    cell = f"{data.areas[area]}, {data.envelopes[envelope]}, {data.years[year]}"
    rounded, exact = pounds.grants[area, envelope, year], pounds.exact[area, envelope, year]
    count = int((off > 1 + PENNY).sum())
    grants = "one grant is" if count == 1 else f"{count} grants are"
    return [
        f"whole pounds: {grants} more than £1 from exact, because pots, and what may leave them, are whole too; the "
        f"furthest ({cell}) is £{rounded:,} instead of £{exact:,.2f}"
    ]


def insist(certificate: Certificate) -> None:
    """Refuse a settlement whose certificate does not hold.

    Raises
    ------
    VerificationFailedError
        Naming the first check that failed.
    """
    if certificate.passed:
        return
    remedy = "report this scenario as a defect"
    if certificate.violation > TOLERANCE:
        raise VerificationFailedError(f"{certificate.violated} is violated by {certificate.violation:.1e}", remedy)
    if certificate.arithmetic > TOLERANCE:
        raise VerificationFailedError(
            f"grants or targets differ from the take-ups by {certificate.arithmetic:.1e}", remedy
        )
    for stage in certificate.stages:
        if max(stage.drift, stage.gap) > TOLERANCE:
            message = f"stage {stage.name} ends {stage.drift:.1e} above its optimum, with a gap of {stage.gap:.1e}"
            raise VerificationFailedError(message, remedy)
    if certificate.pounds_over > 0:
        raise VerificationFailedError(f"whole pounds pass a pot by £{certificate.pounds_over}", remedy)
    raise VerificationFailedError(f"the sharing step has an error of {certificate.sharing:.1e}", remedy)


def _evidence(formulation: Formulation, decisions: Decisions, result: StageResult) -> StageEvidence:
    stage = result.stage
    final = stage_value(stage.name, formulation.data, decisions, formulation.model.bands)
    size = max(abs(result.value), result.size)
    given = stage.held_at(result.value) - result.value if stage.limit < np.inf else stage.give
    drift = max(final - result.value - given, 0.0 if stage.give else result.value - final, 0.0)
    return StageEvidence(stage.name, result.value, final, stage.give, drift / size, result.gap)


def _difference(actual: Floats, expected: Floats, size: Floats) -> float:
    scale = np.maximum(np.abs(expected), np.abs(size))
    scale = np.where(scale > 0, scale, max(float(scale.max(initial=0.0)), 1.0))
    return float((np.abs(actual - expected) / scale).max(initial=0.0))
