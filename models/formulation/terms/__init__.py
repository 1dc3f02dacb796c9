"""One file a term: list the folder to learn what the programme can say.

Every term is a function that adds its columns and rows to a :class:`~singlepot.models.formulation.model.Model`; its
docstring holds the formula and what each symbol means. The terms that write the rows of a rule are those that the table
of rules names; a file of that name holds a function of that name.
"""

from __future__ import annotations

from importlib import import_module

from ...tables.rule_kinds import RULES
from ..model import Term
from .burden import burden
from .burden_bands import burden_bands
from .carry_over import carry_over
from .concession import concession
from .concession_bands import concession_bands
from .convergence import convergence
from .grant import grant
from .group import group
from .largest_concession import largest_concession
from .largest_shortfall import largest_shortfall
from .link import link
from .national import national
from .pot import pot
from .requirement import requirement
from .scheme import scheme
from .take_up import take_up
from .target import target
from .together import together
from .virement import virement

_ALLOCATION: tuple[Term, ...] = (
    take_up,
    grant,
    target,
    carry_over,
    virement,
    pot,
    national,
    link,
    group,
    requirement,
    scheme,
)
"""Terms of every programme that hold without any rule, in the order in which they are written."""


def _of_rules() -> tuple[Term, ...]:
    """Import the further terms that rules name, in the order of the table."""
    names = dict.fromkeys(rule.term for rule in RULES.values())
    for term in _ALLOCATION:
        names.pop(term.__name__, None)
    return tuple(getattr(import_module(f".{name}", __name__), name) for name in names)


ALWAYS = (*_ALLOCATION, *_of_rules())
"""Terms of every programme, in the order in which they are written."""

FOR_STAGE: dict[str, tuple[Term, ...]] = {
    "shortfall.largest": (largest_shortfall,),
    "concession.largest": (concession, largest_concession),
    "concession.total": (concession, concession_bands),
    "burden": (burden, burden_bands),
    "convergence.total": (convergence,),
    "inclusion.total": (together,),
}
"""Terms that a stage needs; they are left out where no such stage is asked for."""

__all__ = ["ALWAYS", "FOR_STAGE"]
