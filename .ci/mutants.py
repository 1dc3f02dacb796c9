"""Mutants of the syntax tree of a file: at one place each, one small change of what it does.

Changed are comparisons, arithmetic, numbers, truth values, ``and`` and ``or``, conditions, pairs of names such as
``min`` and ``max``, returned values, and statements that can be left out. Texts, annotations, decorators and
``strict=`` stay.
"""

from __future__ import annotations

import ast
import copy
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
PAIRS = ("min max", "any all", "minimum maximum", "floor ceil", "argmin argmax", "lower upper", "first last")
OPPOSITE = {one: other for pair in PAIRS for one, other in (pair.split(), pair.split()[::-1])}
KEPT = ("strict",)
"""Keywords that only guard what is true anyway."""


@dataclass(frozen=True)
class Mutant:
    """One change of one file.

    Attributes
    ----------
    path
        The file.
    line, source
        Number and text of the line where it is changed.
    owner
        Qualified name of the outermost function that is changed; empty where none is.
    change
        What was there and what is there now.
    tree
        The file's changed syntax tree.
    """

    path: Path
    line: int
    source: str
    owner: str
    change: str
    tree: ast.Module


def count_places(path: Path) -> int:
    """Count the places of a file that can be changed."""
    finder = _Finder()
    finder.visit(ast.parse(path.read_text(encoding="utf-8")))
    return len(finder.places)


Change = Callable[[Any], ast.AST]
"""Makes of a copy of a node what stands there instead."""


def mutants(path: Path, draw: random.Random) -> Iterator[Mutant]:
    """Make one mutant for each place of a file that can be changed, in a drawn order."""
    text = path.read_text(encoding="utf-8")
    tree, lines = ast.parse(text), text.splitlines()
    finder = _Finder()
    finder.visit(tree)
    order = {id(node): i for i, node in enumerate(ast.walk(tree))}
    draw.shuffle(finder.places)
    for node, owner, choices in finder.places:
        changed = copy.deepcopy(tree)
        old = list(ast.walk(changed))[order[id(node)]]
        new = draw.choice(choices)(copy.deepcopy(old))
        change = f"{_text(old)}  →  {_text(new)}"
        _replace(changed, old, ast.copy_location(new, old))
        try:
            compile(ast.fix_missing_locations(changed), str(path), "exec")
        except SyntaxError:  # a break or a yield is no longer where it may be
            continue
        yield Mutant(path, _line(node), lines[_line(node) - 1].strip(), owner, change, changed)


def _line(node: Any) -> int:
    return int(node.target.lineno if isinstance(node, ast.comprehension) else node.lineno)


def _text(node: ast.AST) -> str:
    first, more, _ = ast.unparse(node).partition("\n")
    return first + (" …" if more else "")


def _replace(tree: ast.AST, old: ast.AST, new: ast.AST) -> None:
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, new)
            elif isinstance(value, list):
                value[:] = [new if item is old else item for item in value]


class _Finder(ast.NodeVisitor):
    """Finds the places that can be changed, each with the outermost function that it is in."""

    def __init__(self) -> None:
        self.places: list[tuple[Any, str, list[Change]]] = []
        self._scope: list[str] = []
        self._owner = ""

    def visit(self, node: ast.AST) -> None:
        """Note a node that can be changed, and go on below it."""
        if choices := list(_changes(node)):
            self.places.append((node, self._owner, choices))
        super().visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Defaults belong to what is around a function, its body to the outermost one."""
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                self.visit(default)
        before = self._owner
        self._owner = before or ".".join([*self._scope, node.name])
        self._body(node.body)
        self._owner = before

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Methods are named by their class."""
        self._scope.append(node.name)
        self._body(node.body)
        self._scope.pop()

    def _body(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            self.visit(statement)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Annotations are never evaluated."""
        if node.value is not None:
            self.visit(node.value)

    def visit_arg(self, node: ast.arg) -> None:
        """Annotations are never evaluated."""

    def visit_Expr(self, node: ast.Expr) -> None:
        """Docstrings are no code."""
        if not isinstance(node.value, ast.Constant):
            self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Texts stay."""

    def visit_keyword(self, node: ast.keyword) -> None:
        """Guards of what is true anyway stay."""
        if node.arg not in KEPT:
            self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        """What type checkers alone read stays."""
        if not (isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"):
            self.generic_visit(node)


def _changes(node: ast.AST) -> Iterator[Change]:
    """List what could stand in the place of a node."""
    match node:
        case ast.Compare(ops=operators):
            for i, operator in enumerate(operators):
                for other in COMPARED[type(operator)]:
                    yield partial(_with_item, name="ops", i=i, item=other())
        case ast.BinOp(op=operator) | ast.AugAssign(op=operator) if type(operator) in COMPUTED:
            yield partial(_with, name="op", value=COMPUTED[type(operator)]())
            if isinstance(node, ast.AugAssign):
                yield lambda old: ast.Pass()
        case ast.BoolOp(op=operator, values=values):
            yield partial(_with, name="op", value=ast.Or() if isinstance(operator, ast.And) else ast.And())
            for i in range(len(values)):
                yield partial(_without, i=i)
        case ast.UnaryOp(op=ast.USub() | ast.Not() | ast.Invert()):
            yield lambda old: old.operand
        case ast.Constant(value=bool() as value):
            yield partial(_with, name="value", value=not value)
        case ast.Constant(value=int() | float() as value):
            yield partial(_with, name="value", value=value + 1)
            yield partial(_with, name="value", value=value * 2 if isinstance(value, float) and value else value - 1)
        case ast.Name(id=name) if name in OPPOSITE:
            yield partial(_with, name="id", value=OPPOSITE[name])
        case ast.Attribute(attr=name) if name in OPPOSITE:
            yield partial(_with, name="attr", value=OPPOSITE[name])
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test) if not isinstance(test, ast.Compare):
            yield partial(_with, name="test", value=ast.UnaryOp(ast.Not(), test))
        case ast.comprehension(ifs=[_, *_] as tests):
            yield partial(_with, name="ifs", value=tests[1:])
        case ast.Return(value=value) if value is not None and not _is_none(value):
            yield partial(_with, name="value", value=ast.Constant(None))
        case ast.Expr(value=ast.Call() | ast.Await()) | ast.Raise() | ast.AugAssign() | ast.Continue() | ast.Delete():
            yield lambda old: ast.Pass()
        case ast.Assign(targets=[ast.Subscript() | ast.Attribute(), *_]):
            yield lambda old: ast.Pass()
        case ast.Break():
            yield lambda old: ast.Continue()


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _with(old: Any, name: str, value: Any) -> ast.AST:
    setattr(old, name, value)
    return old


def _with_item(old: Any, name: str, i: int, item: ast.AST) -> ast.AST:
    getattr(old, name)[i] = item
    return old


def _without(old: ast.BoolOp, i: int) -> ast.AST:
    del old.values[i]
    return old if len(old.values) > 1 else old.values[0]
