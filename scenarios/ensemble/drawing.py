"""Monte Carlo draw: its scenario is settled by itself and reduced to a row of results and its grants."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from singlepot.models.formulation.formulation import Formulation, formulate
from singlepot.models.formulation.model import ABSENT
from singlepot.models.scenario.array_types import Floats
from singlepot.models.settlement.settlement import Settlement
from singlepot.models.settlement.solving import first_start, settle_programme
from singlepot.models.settlement.tabulating import grants_columns, has_grant, national_columns, pot_columns
from singlepot.solver import (
    Control,
    InfeasibleError,
    NoSettlementError,
    NotProvenError,
    Progress,
    Start,
    StoppedError,
    minimise_in_turn,
)

from .sampling import Sample

TRIES = 3
"""Attempts at a draw before it is reported as failed."""

CELL = ("area", "envelope", "year")
"""Key of a grant."""

ROUNDING = 1e-9
"""Share of a floor by which a grant of the central settlement may be below it and still count as at it."""

Watch = Callable[[Progress], object]
"""Callback for progress; a draw stops when it returns False."""


@dataclass(frozen=True, eq=False)
class Work:
    """Data by which a worker settles any draw.

    ``central``: grants of the base scenario's settlement A×E×T, money; None where regret is not asked for.
    ``time_limit_s``: seconds of wall time for one draw. ``start``: where the first stage of every draw begins.
    """

    sample: Sample
    central: Floats | None
    time_limit_s: float | None
    start: Start | None


@dataclass(frozen=True, eq=False)
class Drawn:
    """Result of one draw: a row of the table ``draws``, and its rows of ``grants``."""

    row: dict[str, object]
    grants: pd.DataFrame


def make_work(sample: Sample, central: Settlement, time_limit_s: float | None, *, regret: bool) -> Work:
    """Prepare the work of all draws from the settlement of the base scenario."""
    grants = None
    if regret:
        shown = has_grant(formulate(sample.base))
        grants = np.zeros(shown.shape)
        grants[shown] = central.grants["grant"]
    return Work(sample, grants, time_limit_s, first_start(sample.base, Control()))


def settle_draws(work: Work, draws: range, watch: Watch | None = None) -> list[Drawn]:
    """Settle draws one after another."""
    return [settle_draw(work, draw, watch) for draw in draws]


def settle_draw(work: Work, draw: int, watch: Watch | None = None) -> Drawn:
    """Settle one draw; an error becomes the status and reason of its row.

    Raises
    ------
    StoppedError
        ``watch`` ended the run.
    """
    last: Exception | None = None
    for _ in range(TRIES):
        try:
            return _settled(work, draw, watch)
        except StoppedError:
            raise
        except NoSettlementError as error:
            return failed(work, draw, "no settlement", str(error))
        except NotProvenError as error:
            return failed(work, draw, "not proven", str(error))
        except Exception as error:  # noqa: BLE001  # a draw must never take the others with it
            last = error
    return failed(work, draw, "failed", f"{type(last).__name__}: {last}")


def failed(work: Work, draw: int, status: str, reason: str) -> Drawn:
    """Build the result of a draw without a settlement."""
    grants = pd.DataFrame({"draw": pd.Series(dtype=np.int64), **{name: pd.Series(dtype=object) for name in CELL}})
    grants = grants.assign(grant=pd.Series(dtype=np.float64), pounds=pd.Series(dtype=np.int64))
    return Drawn({"draw": draw, "status": status, "reason": reason, **inputs_of(work, draw)}, grants)


def inputs_of(work: Work, draw: int) -> dict[str, object]:
    """Return the factors of a draw, one column each."""
    factors = work.sample.factors[draw].tolist()
    return {f"input {name}": value for name, value in zip(work.sample.names, factors, strict=True)}


def _settled(work: Work, draw: int, watch: Watch | None) -> Drawn:
    formulation, control = formulate(work.sample.scenario(draw)), Control(work.time_limit_s, watch)
    outcome = settle_programme(formulation, control, start=work.start)
    data, decisions = formulation.data, outcome.decisions
    columns = grants_columns(formulation, decisions, outcome.pounds)
    grants = pd.DataFrame({"draw": draw, **{name: columns[name] for name in (*CELL, "grant", "pounds")}})
    row: dict[str, object] = {"draw": draw, "status": "settled", "reason": "", **inputs_of(work, draw)}
    finals = {stage.name: stage.final for stage in outcome.certificate.stages}
    row |= {f"stage {name}": value for name, value in finals.items()}
    national = national_columns(data, decisions)
    for objective, year, value in zip(national["objective"], national["year"], national["shortfall"], strict=True):
        row[f"shortfall {objective} {year}"] = value
    row["granted"] = float(grants["grant"].sum())
    row["left"] = float(pot_columns(data, decisions, outcome.pounds)["reserve"].sum())
    if work.central is not None:
        row |= _regret(formulation, work.central, outcome.staged.start, finals, control)
    return Drawn(row, grants)


def _regret(
    formulation: Formulation, central: Floats, start: Start | None, finals: dict[str, float], control: Control
) -> dict[str, object]:
    """Compute the regret of each shortfall stage if no grant may exceed the central settlement's.

    It is the least shortfall with those grants, less the one with any grants. Only these stages are minimised, without
    the sharing step: nothing but their values is used.
    """
    stages = [stage for stage in formulation.stages if stage.name.startswith("shortfall.")]
    programme, present = formulation.programme, formulation.model.grant != ABSENT
    columns, upper = formulation.model.grant[present], programme.column_upper.copy()
    upper[columns] = np.minimum(upper[columns], central[present])
    lower = programme.column_lower
    upper = np.where((upper < lower) & (upper >= lower * (1 - ROUNDING)), lower, upper)
    try:
        kept = minimise_in_turn(replace(programme, column_upper=upper), stages, control, start=start, values_only=True)
    except InfeasibleError:
        return {f"regret {stage.name}": np.nan for stage in stages}
    return {f"regret {r.stage.name}": max(r.value - finals[r.stage.name], 0.0) for r in kept.results}
