"""singlepot settles many local bids against one national pot.

Read a scenario (:func:`read_scenario`, or :meth:`Scenario.from_tables` for DataFrames), settle it
(:func:`settle`), and look at, write or read back the :class:`Settlement`.

The public names are the imports of ``__init__.pyi``, which type checkers read; a name is loaded when it is first used.
"""

_homes: dict[str, str] = {}


def _modules() -> dict[str, str]:
    """Public name → module that defines it, read from the stub once."""
    if not _homes:
        import ast
        from pkgutil import get_data

        stub = ast.parse(get_data(__name__, "__init__.pyi") or b"")
        imports = (node for node in stub.body if isinstance(node, ast.ImportFrom))
        _homes.update({name.name: str(node.module) for node in imports for name in node.names})
    return _homes


def __getattr__(name: str) -> object:
    """Load a public name when it is first asked for."""
    if name == "__all__":
        return __dir__()
    if name == "__version__":
        from importlib.metadata import version

        return version(__name__)
    if name.startswith("__") or name not in _modules():
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module
    from inspect import isfunction

    value = getattr(import_module(_modules()[name]), name)
    if isfunction(value):
        from singlepot.argument_types import checked

        value = checked(value, name, __getattr__)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*_modules(), "__version__"])
