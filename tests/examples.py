"""How many examples a property-based test tries whose cost or whose value differs from the others'."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

USUAL = 25
"""Examples that the numbers of tests are in proportion to."""

QUICKLY = 10
"""Examples of a test without a number of its own, in the profile that runs each time; the thorough one has 400."""


def tries(usual: int) -> settings:
    """So many examples in the usual profile, and more in the thorough one, in proportion."""
    return settings(
        max_examples=usual * settings.default.max_examples // USUAL, suppress_health_check=list(HealthCheck)
    )
