"""Extras: further packages that some outputs and formats need, and the command that installs them."""

from __future__ import annotations

from importlib import import_module

from singlepot.solver.errors import SinglepotError

EXTRAS = {
    "charts": {"matplotlib": "matplotlib"},
    "parquet": {"pyarrow": "pyarrow"},
    "excel-formats": {"openpyxl": "openpyxl"},
    "ensemble": {"pyarrow": "pyarrow", "SALib": "SALib"},
    "dask": {"distributed": "distributed"},
    "report": {"jinja2": "jinja2", "vl_convert": "vl-convert-python"},
    "serve": {
        "starlette": "starlette",
        "uvicorn": "uvicorn",
        "python_multipart": "python-multipart",
        "jinja2": "jinja2",
        "vl_convert": "vl-convert-python",
    },
}
"""Packages of each extra: the name by which it is imported, and the one by which it is known."""


class ExtraNotInstalledError(SinglepotError):
    """A package of an extra is not installed; the remedy is the command that installs it."""

    exit_code = 2


def how_to_install(extra: str) -> str:
    """Return the command that installs an extra.

    Examples
    --------
    >>> how_to_install("charts")
    'python -m pip install "singlepot[charts]"'
    """
    return f'python -m pip install "singlepot[{extra}]"'


def insist_on(extra: str, what: str, instead: str = "") -> None:
    """Refuse to begin where a package of an extra is not installed.

    Parameters
    ----------
    extra
        The extra, as the package names it.
    what
        What needs it, the first words of the message.
    instead
        What to do without it; may be empty.

    Raises
    ------
    ExtraNotInstalledError
        Naming the first package that cannot be imported.
    """
    for module, package in EXTRAS[extra].items():
        try:
            import_module(module)
        except ImportError:
            raise absent(extra, what, package, instead) from None


def absent(extra: str, what: str, package: str, instead: str = "") -> ExtraNotInstalledError:
    """Return the error for a package that is not installed."""
    remedy = how_to_install(extra) + (f", or {instead}" if instead else "")
    return ExtraNotInstalledError(f"{what} needs {package}, which is not installed", remedy)
