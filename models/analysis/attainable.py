"""Largest attainable total of agreed targets for each national objective by itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from singlepot.solver import Control, InfeasibleError, Progress, SolverFailedError, Stage, minimise_in_turn

from ..formulation.formulation import Formulation, write
from ..formulation.model import ABSENT
from ..formulation.rules import resolve
from ..infeasibility.explain import explain_conflict
from ..scenario.arrays import arrays
from ..scenario.scenario import Scenario

MET = 1e-9
"""Share of a national target below which it counts as reached."""


def find_attainable(
    scenario: Scenario,
    *,
    time_limit_s: float | None = None,
    progress: Callable[[Progress], object] | None = None,
) -> pd.DataFrame:
    """Find how far each national objective can be reached if nothing else counts.

    One linear programme for each national row: the largest sum of agreed targets under the pot, the rules and the
    options, whatever becomes of the other objectives.

    Parameters
    ----------
    scenario
        What to look at.
    time_limit_s
        Seconds of wall time.
    progress
        Called with a :class:`~singlepot.Progress`; returning False stops the run.

    Returns
    -------
    objective, year (or range), target, proposed, most (largest sum of agreed targets), share (most / target) and
    reached (whether some settlement meets the target). Where rules leave so little room that no solver proves a sum,
    ``most``, ``share`` and ``reached`` are missing.

    Raises
    ------
    NoSettlementError
        The rules cannot hold together.

    Examples
    --------
    A sixth of the programme is scaled back to pay for five sixths of the option.

    >>> import pandas as pd
    >>> year = ["2026-27"]
    >>> scenario = Scenario.from_tables(
    ...     areas=pd.DataFrame({"code": ["A"], "name": ["Aston"]}),
    ...     pot=pd.DataFrame({"year": year, "amount": [10.0]}),
    ...     bids=pd.DataFrame({"area": ["A"], "year": year, "amount": [8.0]}),
    ...     objectives=pd.DataFrame({"key": ["trees"], "name": ["Trees"], "unit": ["thousand"]}),
    ...     national=pd.DataFrame({"objective": ["trees"], "year": year, "target": [20.0]}),
    ...     targets=pd.DataFrame({"area": ["A"], "objective": ["trees"], "year": year, "target": [5.0]}),
    ...     options=pd.DataFrame({"area": ["A"], "option": ["more"]}),
    ...     option_years=pd.DataFrame({"area": ["A"], "option": ["more"], "year": year, "grant": 4.0, "trees": 6.0}),
    ...     years=year,
    ... )
    >>> find_attainable(scenario)[["target", "proposed", "most", "share", "reached"]]
       target  proposed      most     share  reached
    0    20.0       5.0  9.166667  0.458333    False
    """
    control = Control(time_limit_s, progress)
    data = arrays(scenario)
    formulation = write(scenario, data, resolve(scenario, data), staged=False)
    rows, ends = data.national, []
    for row in range(len(rows.target)):
        years = slice(rows.first[row], rows.last[row] + 1)
        columns = formulation.model.target[:, rows.objective[row], years]
        proposed = float(data.proposed[:, rows.objective[row], years].sum())
        most = _most(formulation, columns[columns != ABSENT], float(rows.target[row]), control)
        ends.append((proposed, most))
    keys = formulation.model.national_keys()
    proposed_sums, largest = np.asarray(ends, dtype=np.float64).reshape(-1, 2).T
    share = largest / rows.target
    found_table = pd.DataFrame(
        {
            "objective": keys["objective"],
            "year": keys["years"],
            "target": rows.target,
            "proposed": proposed_sums,
            "most": largest,
            "share": share,
            "reached": pd.array(share >= 1 - MET, dtype="boolean"),
        }
    )
    found_table.loc[np.isnan(share), "reached"] = pd.NA
    return found_table


def _most(
    formulation: Formulation, columns: np.ndarray[tuple[int], np.dtype[np.int64]], size: float, control: Control
) -> float:
    """Maximise the sum of these targets."""
    cost = np.zeros(formulation.programme.shape[1])
    cost[columns] = -1.0
    stage = Stage("reach", "", cost, size=size)
    try:
        staged = minimise_in_turn(formulation.programme, [stage], control, values_only=True)
    except InfeasibleError:
        raise explain_conflict(formulation, control) from None
    except SolverFailedError:
        return np.nan
    return max(0.0, -staged.results[0].value)
