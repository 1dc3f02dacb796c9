r"""The model a second time, in plain Pyomo algebra, to judge the first: the double build of assurance teams.

Written from section 4 of the design and from :mod:`~singlepot.models.assurance.statement` alone. It differs from the
programme that settles a scenario wherever the same mathematics can be written differently: take-ups and slacks are
shares, grants and targets are expressions and not columns, nothing is scaled by ranges, and an earlier stage is held
by a row at its optimum. Pyomo's current HiGHS interface solves it.

:func:`rebuild` finds every stage's optimum. The :class:`Rebuilt` it returns judges a given settlement: how far it
breaks a constraint, what each stage is worth there, and how far it is from the one answer of the sharing step.
:func:`exact_optima` finds the optima of a small programme in fractions, without any solver.
"""

from .exact import TooLargeError, exact_optima
from .judgement import Judgement, Position, Rebuilt, rebuild
from .rows import DoubleBuildError

__all__ = ["DoubleBuildError", "Judgement", "Position", "Rebuilt", "TooLargeError", "exact_optima", "rebuild"]
