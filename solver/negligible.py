"""What is too small to be counted, whichever solver is asked."""

from __future__ import annotations

COUNTED = 2.0**-38
"""Term of a row, relative to the geometric mean of its terms at their columns' largest, below which it is nothing.

HiGHS takes no entry below 1e-12, and engines differ about those near it, so one rule decides before any of them.
Certificates are computed with every term: they show that what was left out makes no difference.
"""

LEAST_GIVE = 1e-9
"""Give of a stage, relative to its natural size, below which it is nothing: no stage is proved more closely.

Seen in 2026 on stress scenarios: a row that held £1bn to within 10p left £1 areas to the tolerance of the solver.
"""
