"""Reports show settlements, comparisons, sweeps, ensembles and repairs as text, charts, HTML, workbooks and logs.

The public names are the imports of ``__init__.pyi``, which type checkers read; a name is loaded when it is first used.
"""

from singlepot.solver.lazy_names import attach

__getattr__, __dir__ = attach(__name__)
