"""The plan of an ensemble in which the pot alone is uncertain."""

from __future__ import annotations


def pot_plan(base: str, draws: int) -> str:
    """TOML of a plan: the whole pot up to a tenth smaller or larger."""
    return f"""
schema = 1
base = "{base}"
draws = {draws}
[[uncertain]]
name = "pot"
table = "pot"
columns = ["amount"]
each = "all"
distribution = "uniform"
low = 0.9
high = 1.1
"""
