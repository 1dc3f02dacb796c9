"""One file a term: list the folder to learn what the programme can say.

Every term is a function that adds its columns and rows to a :class:`~singlepot.models.formulation.model.Model`; its
docstring holds the formula and what each symbol means.
"""

from __future__ import annotations

from ..model import Term
from .burden import burden
from .burden_bands import burden_bands
from .carry_over import carry_over
from .concession import concession
from .concession_bands import concession_bands
from .grant import grant
from .grant_step import grant_step
from .group import group
from .largest_concession import largest_concession
from .largest_shortfall import largest_shortfall
from .link import link
from .national import national
from .own_cost import own_cost
from .pot import pot
from .pot_share import pot_share
from .requirement import requirement
from .take_up import take_up
from .target import target
from .target_ceiling import target_ceiling
from .virement import virement

ALWAYS: tuple[Term, ...] = (
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
    grant_step,
    target_ceiling,
    own_cost,
    pot_share,
)
"""Terms of every programme, in the order in which they are written."""

FOR_STAGE: dict[str, tuple[Term, ...]] = {
    "shortfall.largest": (largest_shortfall,),
    "concession.largest": (concession, largest_concession),
    "concession.total": (concession, concession_bands),
    "burden": (burden, burden_bands),
}
"""Terms that a stage needs; they are left out where no such stage is asked for."""

__all__ = ["ALWAYS", "FOR_STAGE"]
