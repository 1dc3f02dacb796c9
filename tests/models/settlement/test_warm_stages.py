"""Stages that start from the last basis end as exactly as those solved afresh."""

from __future__ import annotations

import singlepot as sp


def test_stages_of_england_start_from_the_last_basis_and_leave_no_error_of_perturbed_bounds() -> None:
    """All but the first; perturbed bounds left a gap of 9e-11, and a row was violated by 4e-9."""
    settlement = sp.settle("england")
    methods = [str(method) for method in dict(settlement.provenance["methods"]).values()]
    assert all(method.startswith("primal simplex from the last basis") for method in methods[1:]), methods
    assert max(stage.gap for stage in settlement.certificate.stages) < 1e-12
    assert settlement.certificate.violation < 1e-9
