"""Reports show settlements, comparisons, sweeps, ensembles and repairs as text, charts, HTML, workbooks and logs.

The public names are the imports of ``__init__.pyi``, which type checkers read; a name is loaded when it is first used.
"""

from singlepot.solver.lazy_names import loaded, names


def __getattr__(name: str) -> object:
    """Load a public name when it is first asked for."""
    value = loaded(__name__, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return names(__name__)
