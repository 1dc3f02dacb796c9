"""What a public function takes or returns is public as well, and its description has all of its parts."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pickle
import pkgutil
import re
import sys
from collections.abc import Iterator
from functools import cache, cached_property
from typing import Any, get_args

import pytest

import singlepot as sp
from singlepot import solver

BUILDERS = {f"build.{name}": inspect.unwrap(getattr(sp.build, name)) for name in sp.build.__all__}
"""The functions of the one public module."""

PUBLIC = BUILDERS | {
    name: inspect.unwrap(getattr(sp, name)) for name in sp.__all__ if name not in ("__version__", "build")
}
CLASSES = [thing for thing in PUBLIC.values() if isinstance(thing, type)]
FUNCTIONS = [thing for thing in PUBLIC.values() if not isinstance(thing, type)]

BACKENDS = {
    solver.Engine,
    solver.Answer,
    solver.Method,
    solver.Control,
    solver.Progress,
    solver.PointStatus,
    solver.Stop,
}
"""What a backend of the caller's is written with; it is public as ``singlepot.solver``."""

VERBS = {
    "apply", "check", "compare", "explain", "find", "formulate", "goal", "import", "list", "measure", "price", "read",
    "open", "publish", "repair", "review", "run", "settle", "share", "simulate", "sweep", "trace", "verify", "write",
}  # fmt: skip


def ours(thing: object) -> bool:
    return isinstance(thing, type) and thing.__module__.startswith("singlepot.")


@cache
def by_name() -> dict[str, type]:
    """Every class of the package, for names that a module imports for type checkers alone."""
    modules = [
        importlib.import_module(m.name)
        for m in pkgutil.walk_packages(sp.__path__, "singlepot.")
        if "main" not in m.name
    ]
    return {name: thing for module in modules for name, thing in vars(module).items() if ours(thing)}


def classes_of(value: object) -> Iterator[type]:
    """Classes of ours in a type, or in what an alias stands for."""
    if isinstance(value, list | tuple):
        for part in value:
            yield from classes_of(part)
    elif ours(value):
        assert isinstance(value, type)
        yield value
    else:
        yield from classes_of(get_args(value))


def annotated(owner: Any, annotation: object) -> Iterator[type]:
    scope = vars(sys.modules[owner.__module__])
    text = annotation if isinstance(annotation, str) else repr(annotation)
    for word in re.findall(r"[A-Za-z_]\w*", text):
        yield from classes_of(scope.get(word, by_name().get(word)))


def internal_fields(owner: type) -> set[str]:
    """The parts that a description calls internal."""
    return set(re.findall(r"^ *(\w+)\n +Internal: ", owner.__doc__ or "", re.MULTILINE))


def parts(owner: Any) -> Iterator[tuple[str, type]]:
    """What a function takes and returns; what a class holds, and its methods take and return."""
    if inspect.isfunction(owner):
        for name, annotation in inspect.get_annotations(owner).items():
            yield from ((f"{owner.__name__}({name})", value) for value in annotated(owner, annotation))
        return
    for base in owner.__mro__:
        if not ours(base):
            continue
        for name, annotation in inspect.get_annotations(base).items():
            if not name.startswith("_") and name not in internal_fields(base):
                yield from ((f"{owner.__name__}.{name}", value) for value in annotated(base, annotation))
        for name, member in vars(base).items():
            function = member
            if isinstance(member, property):
                function = member.fget
            elif isinstance(member, cached_property):
                function = member.func
            elif isinstance(member, classmethod | staticmethod):
                function = member.__func__
            described = getattr(function, "__doc__", None) or ""
            if not name.startswith("_") and inspect.isfunction(function) and not described.startswith("Internal: "):
                yield from ((f"{owner.__name__}.{where}", value) for where, value in parts(function))


@pytest.mark.parametrize("name", PUBLIC)
def test_what_a_public_name_takes_or_gives_is_public(name: str) -> None:
    result = list(parts(PUBLIC[name]))
    assert {(where, kind.__name__) for where, kind in result if kind not in {*CLASSES, *BACKENDS}} == set()


def test_the_walk_sees_what_is_returned_held_and_taken() -> None:
    seen = {where: kind for name in ("settle", "Settlement", "AreaAccount", "compare_regimes", "Repair")
            for where, kind in parts(PUBLIC[name])}  # fmt: skip
    assert seen["settle(return)"] is sp.Settlement
    assert seen["Settlement.certificate"] is sp.Certificate
    assert seen["AreaAccount.rules"] is sp.Price
    assert seen["compare_regimes(plan)"] is sp.RegimePlan
    assert seen["Repair.clashes"] is sp.Clash


@pytest.mark.parametrize("thing", CLASSES, ids=lambda thing: thing.__name__)
def test_the_description_of_a_class_has_each_of_its_fields(thing: type) -> None:
    described = inspect.getdoc(thing) or ""
    assert len(described) > 20
    names = [field.name for field in dataclasses.fields(thing)] if dataclasses.is_dataclass(thing) else []
    assert [name for name in names if not name.startswith("_") and not re.search(rf"\b{name}\b", described)] == []


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_a_public_function_is_a_verb_and_describes_each_parameter(function: Any) -> None:
    assert function.__name__.partition("_")[0] in VERBS or function in BUILDERS.values()
    described = inspect.getdoc(function) or ""
    parameters = inspect.signature(function).parameters
    assert [name for name in parameters if not re.search(rf"^[\w, ]*\b{name}\b[\w, ]*$", described, re.MULTILINE)] == []


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_public_functions_share_their_words(function: Any) -> None:
    """One word for a limit of time, for progress, for a place to write to and for overwriting, in one order."""
    names = list(inspect.signature(function).parameters)
    assert not {"time_limit", "limit_s", "directory", "target", "out", "file", "force", "callback"} & set(names)
    if function.__name__.startswith("write_"):
        assert "path" in names
    if {"path", "overwrite"} <= set(names):
        assert names.index("overwrite") == names.index("path") + 1
    if "progress" in names:
        assert inspect.get_annotations(function)["progress"] == "Callable[[Progress], object] | None"
        assert names.index("progress") == names.index("time_limit_s") + 1 or "restart" in names


@pytest.mark.parametrize("thing", CLASSES, ids=lambda thing: thing.__name__)
def test_values_write_themselves_to_a_path(thing: type) -> None:
    if write := getattr(thing, "write", None):
        names = list(inspect.signature(write).parameters)
        assert names[1:3] == ["path", "overwrite"]


def test_builders_are_loaded_with_the_package_and_check_their_arguments() -> None:
    """In a module of their own, since their names say from or to what is built, and not what is done."""
    assert sp.build is importlib.import_module("singlepot.build")
    assert set(sp.build.__all__) == {"add_up", "from_baselines", "to_current", "with_returns"}
    with pytest.raises(sp.BadOptionError, match="type str is no table"):
        sp.build.to_current("areas.csv")  # type: ignore[arg-type]
    assert pickle.loads(pickle.dumps(sp.build.add_up)) is sp.build.add_up


def test_every_exception_is_a_singlepot_error_and_says_so() -> None:
    errors = [thing for thing in CLASSES if issubclass(thing, Exception)]
    assert len(errors) > 10
    for error in errors:
        assert issubclass(error, sp.SinglepotError) and error.__name__.endswith("Error")
