"""Robust grants beside the bare solver: each of their draws solved once, afresh, by HiGHS."""

from __future__ import annotations

import singlepot as sp
from singlepot.models.analysis.two_stage import common, measure_of, recourse
from singlepot.scenarios.ensemble.plan import make_plan
from singlepot.scenarios.ensemble.sampling import draw_sample
from singlepot.solver import Control

from . import judging
from .bare import Found
from .cases import Case
from .meter import Meter


def robust(case: Case, meter: Meter) -> Found:
    """Grants decided once for twenty draws of unit costs, and each of these draws solved once, afresh, by HiGHS."""
    uncertain = {
        "name": "unit costs",
        "table": "option_years",
        "columns": ["grant"],
        "each": "area",
        "distribution": "lognormal",
        "spread": 0.2,
    }
    plan = make_plan({"schema": 1, "base": case.load, "draws": 20, "seed": 1, "uncertain": [uncertain]}, "benchmark")
    base = case.scenario()
    shared, (least, _), sample = common(base), measure_of(base), draw_sample(plan, base)
    draws = [recourse(sample.scenario(draw), least, shared)[0] for draw in range(plan.draws)]
    with meter("draws alone"):
        for draw in draws:
            draw.alone(Control())
    with meter("robust"):
        decided = sp.settle_robust(plan)
    return {"certificate": bool(decided.stages["gap"].max() < judging.SAME)}
