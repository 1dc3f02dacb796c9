"""What a scenario and a settlement are, and the mathematics between them. Knows no files.

Nothing heavy is imported here: a scenario is in :mod:`singlepot.models.scenario`, what can be wrong with one
in :mod:`singlepot.models.problems`.
"""

from .problems import BadInput, Problem

__all__ = ["BadInput", "Problem"]
