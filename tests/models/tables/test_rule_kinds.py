"""The table of rules is the only list of rules, and every rule that it holds can be written, priced and repaired."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from singlepot.models.formulation import terms
from singlepot.models.formulation.model import Model
from singlepot.models.infeasibility.clash import VERBS
from singlepot.models.tables.rule_kinds import KINDS, POTS, RULES, Rule, bounds_of, names_over

from ...places import ROOT

ROOMS = ("api", "models", "reports", "scenarios", "solver")

WRITTEN_AGAIN = ("models/assurance",)
"""What judges a settlement states the rules from the design, without the table."""

EXAMPLES = ("scenarios/writing/example.py", "models/tables/plain_words.py")
"""What shows a user how rules are written, and what people call them."""

NAMES = {name for rule in RULES.values() for name in (rule.name, rule.words)} | {
    rule.term for rule in RULES.values() if not rule.bound
}

VARIABLES = names_over(POTS)
"""Rules that are called as the decision variables that they limit, which a model may list."""


def modules() -> Iterator[Path]:
    """Every module of the package that must read the table instead of listing rules."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            here = path.relative_to(ROOT).as_posix()
            if here != "models/tables/rule_kinds.py" and not here.startswith((*WRITTEN_AGAIN, *EXAMPLES)):
                yield path


def lists(source: str) -> Iterator[tuple[int, set[str]]]:
    """Lines of the collections written out in a module, and of calls by keyword, that name two rules or more."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            parts = node.elts
        elif isinstance(node, ast.Dict):
            parts = [key for key in node.keys if key is not None]
        elif isinstance(node, ast.Call):
            parts = [ast.Constant(keyword.arg) for keyword in node.keywords]
        elif isinstance(node, ast.ClassDef):
            fields = [ast.unparse(field.target) for field in node.body if isinstance(field, ast.AnnAssign)]
            parts = [ast.Constant(field) for field in fields if field not in VARIABLES]
        else:
            continue
        texts = {leaf.value for part in parts for leaf in ast.walk(part) if isinstance(leaf, ast.Constant)}
        named = {text for text in texts if text in NAMES}
        if len(named) > 1:
            yield getattr(node, "lineno", 0), named


def test_no_other_module_lists_rules() -> None:
    rows = [
        f"{path.relative_to(ROOT)} line {line}: {', '.join(sorted(named))}"
        for path in modules()
        for line, named in lists(path.read_text())
    ]
    assert rows == []


@pytest.mark.parametrize(
    "source",
    [
        'KINDS = ("grant_floor", "grant_step")',
        '{"own_cost": "own-cost ceiling"}["own_cost"]; ["target floor", "grant lock"]',
        'limits = {"grant_floor": 1, "grant_lock": 2}',
        "Rules(grant_floor=1, grant_step=2)",
        "class Rules:\n    grant_floor: int\n    grant_step: int",
    ],
)
def test_a_list_of_rules_is_seen(source: str) -> None:
    assert list(lists(source))


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_every_rule_is_written_by_a_term_of_every_programme(rule: Rule) -> None:
    assert rule.term in {term.__name__ for term in terms.ALWAYS}
    if rule.bound:
        assert rule.term in Model.__dataclass_fields__
        assert bounds_of(rule.term)[rule.sense] is rule


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_every_rule_can_be_repaired_and_said(rule: Rule) -> None:
    assert (rule.kind in KINDS) != rule.over.of_rates
    assert rule.sense in VERBS
    assert rule.lower or rule.upper
    assert rule.explanation.endswith(".") and rule.words
