"""Shadow prices of the aims of convergence, in money, as those of national targets."""

from __future__ import annotations

from singlepot.solver import Bound

from .prices import Price, first_stage, place_of, priced, with_certainty
from .solved_stages import SolvedStages


def aim_prices(solved: SolvedStages) -> tuple[Price, ...]:
    """Return the shadow price of every aim, in the order of the aims; none where no stage counts them."""
    gaps, programme = solved.formulation.data.levelling.gaps, solved.programme
    rows = programme.rows("convergence")
    if gaps is None:
        return ()
    if rows.start == rows.stop:
        return tuple(Price("convergence", (), "", 0.0, 0.0, "", None, False, Bound(0)) for _ in gaps.aim)
    prices = []
    for aim, row in enumerate(range(rows.start, rows.stop)):
        stage = first_stage(solved, row)
        marginal = float(stage.row[row]) if stage else 0.0
        per = solved.units[int(gaps.objective[aim])]
        labels = place_of(programme.row_families, row)
        prices.append(priced(solved, "convergence", labels, stage, Bound(row), marginal, per, None))
    return with_certainty(solved, prices)
