"""Where CBC is: PuLP 3 brings it; with PuLP 4 it is there only where somebody installed it."""

import shutil

import pulp
import pytest

CBC = hasattr(pulp.apis, "PULP_CBC_CMD") or shutil.which("cbc") is not None

needs_cbc = pytest.mark.skipif(not CBC, reason="CBC is not installed, and PuLP 4 brings none")
