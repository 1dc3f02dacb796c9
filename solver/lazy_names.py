"""Public names of a package: the imports of its stub, each loaded when it is first used."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache


@cache
def _homes(package: str) -> dict[str, str]:
    """Public name → module that defines it; the module itself where the stub has ``from . import name``."""
    import ast
    from pkgutil import get_data

    stub = ast.parse(get_data(package, "__init__.pyi") or b"")
    imports = (node for node in stub.body if isinstance(node, ast.ImportFrom))
    return {
        name.name: f"{package}.{node.module or name.name}" if node.level else str(node.module)
        for node in imports
        for name in node.names
    }


def names(package: str) -> list[str]:
    """List the public names of a package."""
    return sorted(_homes(package))


def loaded(package: str, name: str) -> object:
    """Load a public name of a package; ``__all__`` is the list of them.

    Raises
    ------
    AttributeError
        There is no such name.
    """
    if name == "__all__":
        return names(package)
    if name.startswith("__") or name not in _homes(package):
        raise AttributeError(f"module {package!r} has no attribute {name!r}")
    from importlib import import_module

    home = import_module(_homes(package)[name])
    return home if home.__name__ == f"{package}.{name}" else getattr(home, name)


def attach(package: str) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return ``__getattr__`` and ``__dir__`` of a package: a public name is loaded when it is first asked for."""

    def load(name: str) -> object:
        value = loaded(package, name)
        setattr(sys.modules[package], name, value)
        return value

    return load, lambda: names(package)
