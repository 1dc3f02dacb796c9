"""A scenario in plain words and exact numbers: what the double build and the verifier work from.

Written from sections 3 and 4 of the design and from the tables alone, one cell at a time, in exact fractions of the
decimals as they stand in the tables. It shares nothing with the arrays, rules and terms that settle a scenario, so
an error in one of the two is seen by the other. It is not fast and need not be.
"""

from .aims import Aim, Both, GiniCeiling
from .state import state
from .words import Cell, Move, Objective, Place, PotShare, Statement, exact

__all__ = [
    "Aim",
    "Both",
    "Cell",
    "GiniCeiling",
    "Move",
    "Objective",
    "Place",
    "PotShare",
    "Statement",
    "exact",
    "state",
]
