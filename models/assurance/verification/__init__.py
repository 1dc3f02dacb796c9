"""Verify a written settlement from its raw tables, in exact fractions of the decimals that stand there.

Nothing here uses the arrays, terms or solver that made the settlement: what a scenario means comes from
:mod:`~singlepot.models.assurance.statement`, and every sum is done again.
"""

from .assurance import Assurance, AssuranceCheck, AssuranceFile, AssuranceFinding
from .checking import verify_tables
from .prices import Labels
from .written import Row, Table

__all__ = [
    "Assurance",
    "AssuranceCheck",
    "AssuranceFile",
    "AssuranceFinding",
    "Labels",
    "Row",
    "Table",
    "verify_tables",
]
