"""Argument types of the public functions: a value of another type is refused in one line, before any work is done."""

from __future__ import annotations

import builtins
import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import cache, wraps
from numbers import Integral, Real
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

_Made = TypeVar("_Made")

_NAMED: dict[object, str] = {
    str: "a text",
    bytes: "bytes",
    float: "a number",
    int: "a whole number",
    bool: "True or False",
    NoneType: "None",
    Callable: "a function",
    Mapping: "a mapping",
    Iterable: "a list",
}


def checked(function: Callable[..., Any], name: str, public: Callable[[str], object]) -> Callable[..., Any]:
    """Wrap a public function so that an argument of a wrong type raises :class:`~singlepot.BadOptionError`.

    Parameters
    ----------
    function
        The function; its annotations say what each parameter takes.
    name
        Public name, under which the wrapped function can be pickled.
    public
        Looks up a public name, or raises AttributeError.
    """
    signature = inspect.signature(function)

    @wraps(function)
    def call(*arguments: Any, **named: Any) -> Any:
        try:
            given = signature.bind(*arguments, **named).arguments
        except TypeError:  # Python says it better
            return function(*arguments, **named)
        for parameter, value in given.items():
            hint = _hints(function, public).get(parameter, Any)
            if not (signature.parameters[parameter].kind in _MANY or _fits(value, hint)):
                from singlepot.solver.errors import BadOptionError

                kind = type(value).__name__
                raise BadOptionError(f"a value of type {kind} is no {parameter}", f"give {' or '.join(_words(hint))}")
        return function(*arguments, **named)

    call.__module__, call.__qualname__ = __name__.partition(".")[0], name
    return call


def checked_methods(made: type[_Made]) -> type[_Made]:
    """Check the arguments of the public methods of a class as :func:`checked` does those of functions."""
    for name, function in list(vars(made).items()):
        if inspect.isfunction(function) and not name.startswith("_"):
            setattr(made, name, checked(function, f"{made.__name__}.{name}", _no_name))
    return made


def _no_name(name: str) -> object:
    raise AttributeError(name)


_MANY = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


@cache
def _hints(function: Callable[..., Any], public: Callable[[str], object]) -> dict[str, Any]:
    return get_type_hints(function, localns=_Names(function, public))


class _Unknown:
    """Name that a module imports for type checkers alone, and what lies in it: every value fits."""

    def __getattr__(self, name: str) -> object:
        return Any


class _Names(dict[str, object]):
    """Names of a function's annotations: of its module, of Python, or public ones."""

    def __init__(self, function: Callable[..., Any], public: Callable[[str], object]) -> None:
        super().__init__()
        self._spaces, self._public = (function.__globals__, vars(builtins)), public

    def __missing__(self, name: str) -> object:
        """Look up a name."""
        for space in self._spaces:
            if name in space:
                return space[name]
        try:
            return self._public(name)
        except AttributeError:
            return _Unknown()


def _parts(hint: Any) -> list[Any]:
    """Split a union into its parts; parts without a class take everything."""
    if get_origin(hint) in (Union, UnionType):
        return [part for inner in get_args(hint) for part in _parts(inner)]
    return [hint]


def _fits(value: object, hint: Any) -> bool:
    return any(_fits_part(value, part) for part in _parts(hint))


def _fits_part(value: object, part: Any) -> bool:
    origin = get_origin(part) or part
    if origin is Literal:
        return isinstance(value, tuple(map(type, get_args(part))))
    if origin in (list, tuple, set, frozenset):
        origin = Iterable
    if origin is dict:
        origin = Mapping
    if origin is Callable:
        return callable(value)
    if origin is not str and isinstance(value, str | bytes):  # which is iterable, and no list
        return origin is type(value) or origin is Any or not isinstance(origin, type)
    if origin in (int, float):
        return isinstance(value, Integral if origin is int else Real) and not isinstance(value, bool)
    if origin is Any or not isinstance(origin, type) or getattr(origin, "_is_protocol", False):
        return True
    return isinstance(value, origin)


def _words(hint: Any) -> list[str]:
    """Say in words what fits a hint."""
    words = []
    for part in _parts(hint):
        origin = get_origin(part) or part
        if origin is Literal:
            words += [repr(value) for value in get_args(part)]
        elif origin in (list, tuple, set, frozenset):
            words.append(_NAMED[Iterable])
        else:
            words.append(_NAMED.get(origin) or f"a {getattr(origin, '__name__', origin)}")
    return list(dict.fromkeys(words))
