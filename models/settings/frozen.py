"""Frozen mappings: what settings hold can be read and not changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class FrozenMapping(Mapping[str, T], Generic[T]):
    """A mapping that cannot be changed; equal to any mapping with the same items."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, T] | None = None) -> None:
        """Hold a copy of these items."""
        self._items = dict(items or {})

    def __getitem__(self, key: str) -> T:
        """The value of a key."""
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        """The keys in order."""
        return iter(self._items)

    def __len__(self) -> int:
        """Number of keys."""
        return len(self._items)

    def __repr__(self) -> str:
        """The items as a dict shows them."""
        return repr(self._items)


def frozen(content: Mapping[str, Any]) -> FrozenMapping[Any]:
    """Freeze a nested mapping."""
    return FrozenMapping(
        {key: frozen(value) if isinstance(value, Mapping) else value for key, value in content.items()}
    )


def thawed(content: Mapping[str, Any]) -> dict[str, Any]:
    """A nested mapping as dicts, tuples as lists."""
    return {
        key: thawed(value) if isinstance(value, Mapping) else list(value) if isinstance(value, tuple) else value
        for key, value in content.items()
    }


def merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Lay changes over a nested mapping, key by key; None removes a key."""
    result = dict(base)
    for key, value in changes.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping):
            result[key] = merged(result.get(key, {}), value)
        else:
            result[key] = value
    return result
