"""Profiles of the property-based tests: the same examples in every run unless more are asked for."""

from __future__ import annotations

import os
import shutil
import signal

import pytest
from hypothesis import HealthCheck, Phase, settings

from .examples import QUICKLY

COMMON = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large]}
QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
settings.register_profile("usual", max_examples=QUICKLY, derandomize=True, database=None, phases=QUICK, **COMMON)
settings.register_profile("thorough", max_examples=400, phases=QUICK, print_blob=True, **COMMON)
settings.load_profile(os.environ.get("SINGLEPOT_EXAMPLES", "usual"))

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A runner in the background ignores Ctrl-C, and so would every program that the tests start and stop with it.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test that needs a program which no Python package brings, where it is not there."""
    for mark in item.iter_markers("needs"):
        if shutil.which(mark.args[0]) is None:
            pytest.skip(f"{mark.args[0]} is not installed")
