"""Builders of scenarios: from baselines to programme lines, returns of councils, and areas added up."""

from functools import partial

import singlepot
from singlepot.scenarios.building.areas import add_up as add_up
from singlepot.scenarios.building.areas import to_current as to_current
from singlepot.scenarios.building.baselines import from_baselines as from_baselines
from singlepot.scenarios.building.returns import with_returns as with_returns
from singlepot.solver.argument_types import checked

__all__ = ["add_up", "from_baselines", "to_current", "with_returns"]

for _name in __all__:
    globals()[_name] = checked(globals()[_name], f"build.{_name}", partial(getattr, singlepot))
