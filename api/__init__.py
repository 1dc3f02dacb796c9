"""singlepot settles many local bids against one national pot.

Read a scenario (:func:`read_scenario`, or :meth:`Scenario.from_tables` for DataFrames), settle it
(:func:`settle`), and look at, write or read back the :class:`Settlement`.

The public names are the imports of ``__init__.pyi``, which type checkers read; a name is loaded when it is first used.
"""


def __getattr__(name: str) -> object:
    """Load a public name when it is first asked for; functions check the kinds of their arguments."""
    if name == "__all__":
        return __dir__()
    if name == "__version__":
        from importlib.metadata import version

        return version(__name__)
    from inspect import isfunction

    from singlepot.solver.lazy_names import loaded

    value = loaded(__name__, name)
    if isfunction(value):
        from singlepot.solver.argument_types import checked

        value = checked(value, name, __getattr__)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    from singlepot.solver.lazy_names import names

    return [*names(__name__), "__version__"]
