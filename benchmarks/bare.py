"""Bare HiGHS: what the first stage of a scenario takes on the arrays that we solve."""

from __future__ import annotations

from typing import Any

import numpy as np

import singlepot as sp

from .cases import Case
from .meter import Meter

Found = dict[str, Any]


def bare(case: Case, meter: Meter, *, crossover: bool) -> Found:
    """The first stage by HiGHS alone, interior point, one thread, on the arrays that we solve."""
    from singlepot.models.formulation.formulation import formulate

    with meter("formulate"):
        formulation = formulate(case.scenario())
    return first_stage(formulation, meter, crossover=crossover)


def first_stage(formulation: sp.Formulation, meter: Meter, *, crossover: bool, times: int = 1) -> Found:
    """The first stage of a programme by HiGHS alone, from scratch so many times."""
    import highspy

    from singlepot.solver.scaling import objective_factor, scale

    stage = next(stage for stage in formulation.stages if not stage.empty)
    scaled = scale(formulation.programme)
    cost = stage.cost * scaled.column_scale
    highs = highspy.Highs()
    highs.silent()
    for option, value in (("solver", "ipx"), ("threads", 1), ("parallel", "off")):
        highs.setOptionValue(option, value)
    highs.setOptionValue("run_crossover", "on" if crossover else "off")
    with meter("hand over"):
        lp = highspy.HighsLp()
        rows, columns = scaled.matrix.shape
        lp.num_col_, lp.num_row_, lp.col_cost_ = columns, rows, cost * objective_factor(cost)
        lp.col_lower_, lp.col_upper_ = scaled.column_lower, scaled.column_upper
        lp.row_lower_, lp.row_upper_ = scaled.row_lower, scaled.row_upper
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_, lp.a_matrix_.index_ = scaled.matrix.indptr, scaled.matrix.indices
        lp.a_matrix_.value_ = scaled.matrix.data
        highs.passModel(lp)
    with meter("solve"):
        for _ in range(times):
            highs.clearSolver()
            highs.run()
    x = np.asarray(highs.getSolution().col_value)
    status = highs.modelStatusToString(highs.getModelStatus())
    optimum = float(cost @ x) + stage.constant if x.size == cost.size else float("nan")
    size = {"columns": columns, "rows": rows, "entries": int(scaled.matrix.nnz)}
    return {"stages": {stage.name: optimum}, "status": status, **size}
