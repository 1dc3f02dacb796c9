"""Monte Carlo draw: its scenario is settled by itself and reduced to a row of results and its grants."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from singlepot.models.formulation.formulation import formulate
from singlepot.models.settlement.settle import settle_scenario
from singlepot.solver import (
    Control,
    ExtraRows,
    InfeasibleError,
    NoSettlementError,
    NotProvenError,
    Progress,
    StoppedError,
    minimise_in_turn,
)

from .sampling import Sample

if TYPE_CHECKING:
    from singlepot.models.scenario.scenario import Scenario
    from singlepot.models.settlement.settlement import Settlement

TRIES = 3
"""Attempts at a draw before it is reported as failed."""

CELL = ("area", "envelope", "year")
"""Key of a grant."""

Watch = Callable[[Progress], object]
"""Callback for progress; a draw stops when it returns False."""


@dataclass(frozen=True, eq=False)
class Work:
    """Data by which a worker settles any draw.

    ``central``: grants of the base scenario's settlement by cell, money; None where regret is not asked for.
    ``time_limit_s``: seconds of wall time for one draw.
    """

    sample: Sample
    central: pd.Series[float] | None
    time_limit_s: float | None


@dataclass(frozen=True, eq=False)
class Drawn:
    """Result of one draw: a row of the table ``draws``, and its rows of ``grants``."""

    row: dict[str, object]
    grants: pd.DataFrame


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
    scenario = work.sample.scenario(draw)
    settlement = settle_scenario(scenario, time_limit_s=work.time_limit_s, progress=watch)
    grants = settlement.grants[[*CELL, "grant", "pounds"]].copy()
    grants.insert(0, "draw", draw)
    row: dict[str, object] = {"draw": draw, "status": "settled", "reason": "", **inputs_of(work, draw)}
    row |= {f"stage {name}": value for name, value in _finals(settlement).items()}
    for national in settlement.national.to_dict("records"):
        row[f"shortfall {national['objective']} {national['year']}"] = national["shortfall"]
    row["granted"] = float(settlement.grants["grant"].sum())
    row["left"] = float(settlement.pot["reserve"].sum())
    if work.central is not None:
        row |= _regret(work, scenario, settlement, watch)
    return Drawn(row, grants)


def _finals(settlement: Settlement) -> dict[str, float]:
    return dict(zip(settlement.stages["name"], settlement.stages["final"], strict=True))


def _regret(work: Work, scenario: Scenario, free: Settlement, watch: Watch | None) -> dict[str, object]:
    """Compute the regret of each shortfall stage if no grant may exceed the central settlement's.

    It is the least shortfall with those grants, less the one of a new settlement with any grants. Only these stages
    are minimised, without the sharing step: nothing but their values is used.
    """
    order = [name for name in scenario.settings.stages.order if name.startswith("shortfall.")]
    if not order or work.central is None:
        return {}
    give = dict.fromkeys(name for name in scenario.settings.stages.give if name not in order)
    short = scenario.with_(stages={"order": order, "give": give})
    central = work.central

    def cap_grants(rows: ExtraRows) -> None:
        labels = rows.labels("grant")
        cells = zip(*(labels[name] for name in CELL), strict=True)
        for column, cell in zip(labels["column"], cells, strict=True):
            rows.at_most(" ".join(cell), [column], 1.0, float(central.get(cell, 0.0)))

    ends = {name: value for name, value in _finals(free).items() if name.startswith("shortfall.")}
    formulation = formulate(short, cap_grants)
    try:
        kept = minimise_in_turn(formulation.programme, formulation.stages, Control(work.time_limit_s, watch))
    except InfeasibleError:
        return {f"regret {name}": np.nan for name in ends}
    values = {result.stage.name: result.value for result in kept.results}
    return {f"regret {name}": max(value - ends[name], 0.0) for name, value in values.items()}
