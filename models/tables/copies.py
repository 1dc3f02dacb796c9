"""Copies of tables: what a result hands out can be changed without changing the result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

T = TypeVar("T")


def copied(value: T) -> T:
    """Copy a table, or the tables within a mapping, list or tuple; pandas 3 copies cells only when they change."""
    import pandas as pd

    copy: Any = value
    if isinstance(value, pd.DataFrame | pd.Series):
        copy = value.copy(deep=int(pd.__version__.split(".")[0]) < 3)
    elif type(value) is dict:
        copy = {key: copied(item) for key, item in copy.items()}
    elif type(value) in (list, tuple):
        copy = type(value)(map(copied, copy))  # type: ignore[call-arg]  # a tuple or list
    return copy  # type: ignore[no-any-return]  # of the type that came in


@dataclass(frozen=True)
class Deferred:
    """Attribute of :class:`CopiedTables` that is worked out when it is first asked for."""

    work: Callable[[], object]


class CopiedTables:
    """Frozen value whose tables, and plain mappings and lists, are copied whenever they are asked for."""

    if not TYPE_CHECKING:  # a type checker would let every name of an attribute pass

        def __getattribute__(self, name: str) -> Any:
            """Look up an attribute."""
            value = super().__getattribute__(name)
            if name.startswith("__"):
                return value
            if isinstance(value, Deferred):
                value = value.work()
                object.__setattr__(self, name, value)
            return copied(value)

    def __getstate__(self) -> dict[str, object]:
        """Return what is pickled: every attribute worked out."""
        for name in vars(self):
            getattr(self, name)
        return vars(self)
