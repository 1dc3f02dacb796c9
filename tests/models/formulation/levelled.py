"""A small scenario with aims of convergence and inclusion, whose rows can be written by hand."""

from __future__ import annotations

from typing import Any

import pandas as pd

from .test_terms import YEARS, small

AIMS = {"aims": {"skills": 0.5}}
"""Half of the gap in skills: A is 24 adults below 110 of 250, so 12."""


def levelled() -> dict[str, Any]:
    """The small scenario with rates of skills of 20 in 100 and 90 in 150, and both sections.

    The line of both is 0.44; that of the end moves by 0.4 of what either adds for A, who is 100 of 250.
    """
    made = small()
    made["areas"] = made["areas"].assign(trained=[20.0, 90.0, float("nan")], adults=[100.0, 150.0, float("nan")])
    made["objectives"] = made["objectives"].assign(baseline=["", "trained"], per=["", "adults"])
    made["attributes"] = ["trained", "adults"]
    made["convergence"] = {**AIMS, "line": "end"}
    made["inclusion"] = {"prosperity": "carbon", "inclusion": "skills", "together": 0.8}
    order = made["stages"]["order"]
    made["stages"] = {**made["stages"], "order": [*order[:2], "convergence.total", "inclusion.total", *order[2:]]}
    first = (made["targets"]["objective"] == "carbon") & (made["targets"]["year"] == YEARS[0])
    made["targets"] = made["targets"][~first]
    return made


def ruled() -> dict[str, Any]:
    """The same with every rule of rates.

    The Gini coefficient of today's rates 0.2 and 0.6 of 1 and 3 in 4 people, their mean 0.5, is 0.25 · 0.75 · 0.4 / 0.5
    = 0.15, and 0.9 of it 0.135. B stays above A whatever is agreed.
    """
    made = levelled()
    made["rules"] = {**made["rules"], "no_worse_than_today": 1.0, "inclusion_floor": 0.5}
    rows = pd.DataFrame({"rule": ["convergence_floor", "gini_ceiling"], "value": [0.25, 0.9], "objective": "skills"})
    made["rule_rows"] = rows
    return made
