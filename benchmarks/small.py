"""Two hundred small scenarios from fixed seeds: each settled, beside the bare first stage of its own programme."""

from __future__ import annotations

from time import process_time

import numpy as np

import singlepot as sp

from .bare import Found, first_stage
from .cases import Case
from .meter import Meter
from .workloads import drawn

COUNT = 200

BARE_TIMES = 20
"""Bare solves of each scenario: one takes a millisecond or two, less than a tick by which a process may be counted."""


def small(case: Case, meter: Meter) -> Found:
    """Median, 90th percentile and worst of CPU time, from tables in memory to a certified settlement, over bare."""
    sp.settle(case.scenario())
    meter.started()
    ratios, certificate = [], True
    for seed in range(COUNT):
        tables = drawn(np.random.default_rng(seed), areas=(2, 13), options=(1, 7), years=(1, 4), objectives=(1, 5))
        formulation, bare = sp.formulate(sp.Scenario.from_tables(**tables)), Meter()
        first_stage(formulation, bare, crossover=True, times=BARE_TIMES)
        start = process_time()
        with meter("settle"):
            settlement = sp.settle(sp.Scenario.from_tables(**tables))
        ratios.append((process_time() - start) / (bare.phases["solve"].cpu_s / BARE_TIMES))
        certificate &= settlement.certificate.passed
    median, ninth, worst = np.quantile(ratios, [0.5, 0.9, 1.0]).tolist()
    kept = {"settle ÷ bare, median": median, "settle ÷ bare, 90th": ninth, "worst ÷ median": worst / median}
    return {"certificate": bool(certificate), "ratios": kept}
