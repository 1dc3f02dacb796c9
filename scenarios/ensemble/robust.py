"""Two-stage stochastic programme: grants are decided once for all draws, take-ups in each draw."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from os import PathLike

import numpy as np
import numpy.typing as npt
import pandas as pd

from singlepot.models.analysis.two_stage import Common, common, measure_of, recourse
from singlepot.models.formulation.model import ABSENT
from singlepot.models.settlement.decisions import Decisions
from singlepot.models.settlement.pounds import in_pounds
from singlepot.models.settlement.settle import settle_scenario
from singlepot.models.settlement.settlement import Settlement
from singlepot.solver import BadOptionError, Control, Decided, Progress, Recourse, average_of_worst, decide

from .plan import Plan, read_plan
from .robust_result import Robust
from .sampling import draw_sample

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

DRAWS = 200
"""Draws at most, unless the caller asks for more."""

ORDER = ("expected", "worst")
"""Objectives, in the order in which they are minimised."""


def settle_robust(
    plan: str | PathLike[str] | Plan,
    *,
    draws: int | None = None,
    worst: float = 0.1,
    order: Sequence[str] = ORDER,
    give: float | None = None,
    time_limit_s: float | None = None,
    progress: Callable[[Progress], object] | None = None,
) -> Robust:
    """Decide grants once for many draws of an uncertain scenario.

    Grants, and money carried over or moved between envelopes, are common to all draws and keep the rules for them of
    every draw. Take-ups are decided in each draw, when it is known: an area may spend less than its grant, never
    more, and every rule for targets, options and own costs holds in every draw. The expected shortfall is minimised
    first, then the average of the worst share of draws, then the distance of the grants from the bids.

    Parameters
    ----------
    plan
        A plan, its file, or the name of a shipped one.
    draws
        How many; the plan's number, at most 200, by default.
    worst
        Share of draws that count as the worst.
    order
        ``expected`` and ``worst``, or one of them.
    give
        How much of the first stage the second may use; what the scenario's stage gives by default.
    time_limit_s
        Seconds of wall time for everything.
    progress
        Called with a :class:`~singlepot.Progress`; returning False stops the run.

    Raises
    ------
    BadInputError
        The plan is wrong.
    BadOptionError
        Nothing is short that draws could change, or a choice cannot be.
    NoSettlementError
        No grants let every draw keep its rules.
    """
    plan = plan if isinstance(plan, Plan) else read_plan(plan)
    if not 0 < worst <= 1:
        raise BadOptionError(f"the worst share {worst!r} is no share of the draws", "write 0.1 for a tenth")
    if not order or len(set(order)) < len(order) or set(order) - set(ORDER):
        raise BadOptionError(f"the order {', '.join(order) or 'of nothing'} cannot be", "name expected, worst, or both")
    from singlepot.scenarios.reading.reading import read_scenario

    plan = plan.with_(draws=min(plan.draws, DRAWS) if draws is None else draws)
    control = Control(time_limit_s, progress)
    base = read_scenario(plan.base)
    measure, gives = measure_of(base)
    gives = gives if give is None else give
    central = settle_scenario(base, time_limit_s=control.remaining_s)
    sample = draw_sample(plan, base)
    scenarios = [sample.scenario(draw) for draw in range(plan.draws)]
    shared = common(base, scenarios)
    recourses = [recourse(scenario, measure, shared) for scenario in scenarios]
    second_stages = [second_stage for second_stage, _, _ in recourses]
    wanted, weight = _reference(shared)
    given = [(name, gives if name == order[0] and len(order) > 1 else 0.0) for name in order]
    decided = decide(shared.programme, second_stages, given, worst, wanted, weight, control)
    shortfalls = _shortfalls(shared, recourses)
    promised = _promised(central, shared)
    at_central = np.asarray(
        [
            draw.value(promised[: shared.grants], control) if shared.is_kept(promised, number) else np.nan
            for number, draw in enumerate(second_stages)
        ]
    )
    known = np.asarray([draw.alone(control) for draw in second_stages])
    cases = {"robust": decided.values, "central": at_central, "known": known}
    figures = {f"{kind}, {case}": _figure(kind, values, worst) for case, values in cases.items() for kind in ORDER}
    grants, pot = _tables(central, shared, decided.common, promised[: shared.grants])
    figures |= _comparisons(figures, grants)
    return Robust(
        plan=plan,
        central=central,
        measure=measure,
        worst_share=worst,
        grants=grants,
        pot=pot,
        stages=_stages(decided, figures),
        draws=pd.concat([pd.DataFrame({"draw": range(len(known)), **cases}), shortfalls], axis=1),
        figures=pd.DataFrame({"name": list(figures), "value": list(figures.values())}),
    )


def _promised(central: Settlement, shared: Common) -> Floats:
    """Return what is decided once as the central settlement has it: grants, money carried over, and money moved."""
    data, model = shared.formulation.data, shared.formulation.model
    grants = central.grants.set_index(["area", "envelope", "year"])["grant"].reindex(_cells(shared))
    pot = central.pot.set_index(["envelope", "year"])
    envelope, year = np.nonzero(model.carry_over != ABSENT)
    from_pots = zip(data.labels("envelopes", envelope), data.labels("years", year), strict=True)
    parts = [grants.to_numpy(dtype=np.float64), pot["carried"].reindex([*from_pots]).to_numpy(dtype=np.float64)]
    if (moves := model.virement) is not None:
        source, into = (data.labels("envelopes", at) for at in (moves.source, moves.into))
        cells = zip(source, into, data.labels("years", moves.year), strict=True)
        parts.append(np.asarray([pot[f"vired_to_{to}"][out, when] for out, to, when in cells], dtype=np.float64))
    return np.concatenate(parts)


def _cells(shared: Common) -> pd.MultiIndex:
    data = shared.formulation.data
    kinds = zip(("areas", "envelopes", "years"), shared.cells, strict=True)
    names = ["area", "envelope", "year"]
    return pd.MultiIndex.from_arrays([data.labels(kind, at) for kind, at in kinds], names=names)


def _reference(shared: Common) -> tuple[Floats, Floats]:
    """Return the reference point of the last stage, the bids, and the weights λ/b of distances from it."""
    data = shared.formulation.data
    area, _, _ = shared.cells
    bid = data.bid[shared.cells]
    typical = float(bid[bid > 0].mean()) if (bid > 0).any() else 1.0
    size = max(data.pot_total, typical)
    wanted, weight = np.zeros(shared.programme.shape[1]), np.full(shared.programme.shape[1], 1 / size)
    wanted[: shared.grants] = bid
    weight[: shared.grants] = data.equity[area] / np.where(bid > 0, bid, typical)
    return wanted, weight


def _shortfalls(shared: Common, recourses: Sequence[tuple[Recourse, Integers, Floats]]) -> pd.DataFrame:
    """Compute the mean shortfall of each objective in each draw at the last solutions."""
    data = shared.formulation.data
    short = np.asarray([draw.x[columns] / target for draw, columns, target in recourses])
    objectives = data.national.objective
    means = {f"shortfall_{data.objectives[k]}": short[:, objectives == k].mean(axis=1) for k in np.unique(objectives)}
    return pd.DataFrame(means)


def _comparisons(figures: Mapping[str, float], grants: pd.DataFrame) -> dict[str, float]:
    """Compute the value of knowing the draw, the value of robust grants, and the money that moves."""
    return {
        "value of knowing": figures["expected, robust"] - figures["expected, known"],
        "value of robust": figures["expected, central"] - figures["expected, robust"],
        "value of robust, worst": figures["worst, central"] - figures["worst, robust"],
        "moved": float(grants["change"].clip(lower=0.0).sum()),
    }


def _stages(decided: Decided, figures: Mapping[str, float]) -> pd.DataFrame:
    columns = {key: [getattr(step, key) for step in decided.steps] for key in ("name", "value", "bound", "gap", "give")}
    for column, case in (("central", "central"), ("final", "robust")):
        columns[column] = [figures[f"{step.name}, {case}"] for step in decided.steps]
    return pd.DataFrame(columns)


def _figure(kind: str, values: Floats, worst: float) -> float:
    if not np.isfinite(values).all():
        return float("nan")
    return float(values.mean()) if kind == "expected" else average_of_worst(values, worst)


def _tables(
    central: Settlement, shared: Common, decision: Floats, promised: Floats
) -> tuple[pd.DataFrame, pd.DataFrame]:
    formulation, data = shared.formulation, shared.formulation.data
    grants, carried = np.zeros(data.bid.shape), np.zeros(data.pot.shape)
    grants[shared.cells] = decision[: shared.grants]
    moves = np.zeros((len(data.envelopes), *data.pot.shape))
    carry = formulation.model.carry_over
    end = shared.grants + int((carry != ABSENT).sum())
    carried[carry != ABSENT] = decision[shared.grants : end]
    if formulation.model.virement is not None:
        vired = formulation.model.virement
        moves[vired.source, vired.into, vired.year] = decision[end:]
    decisions = Decisions(np.zeros(data.options.size), carried, moves, grants, data.proposed)
    pounds = in_pounds(data, formulation.rules, decisions, central.scenario.settings.money)
    keys = _cells(shared).to_frame(index=False)
    table = keys.assign(
        bid=data.bid[shared.cells],
        central=promised,
        grant=decision[: shared.grants],
        change=decision[: shared.grants] - promised,
        pounds=pounds.grants[shared.cells],
    )
    envelope, year = np.nonzero(data.has_pot)
    carried_in = np.zeros(data.pot.shape)
    carried_in[:, 1:] = carried[:, :-1]
    net = carried_in - carried + moves.sum(axis=0) - moves.sum(axis=1)
    allocated = grants.sum(axis=0)
    pot = pd.DataFrame(
        {
            "envelope": data.labels("envelopes", envelope),
            "year": data.labels("years", year),
            "amount": data.pot[data.has_pot],
            "allocated": allocated[data.has_pot],
            "carried": carried[data.has_pot],
            "reserve": np.maximum(data.pot + net - allocated, 0.0)[data.has_pot],
        }
    )
    return table, pot
