"""Engines and the double build agree on many drawn scenarios, a fifth of them with copies of areas; counts printed.

``SINGLEPOT_SCENARIOS=650`` draws more than the usual number.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest

import singlepot as sp
from singlepot.models.assurance.double_build import rebuild

from ..agreement import GRANT, STAGE, compare_grants, compare_stages, judge
from ..contracts.test_backends import ENGINES
from ..strategies import scenario, seeded, with_copies
from .test_feature_coverage import FEATURES, binding_in

SCENARIOS = int(os.environ.get("SINGLEPOT_SCENARIOS", "18"))


def test_engines_and_double_build_agree_on_many_scenarios(capsys: pytest.CaptureFixture[str]) -> None:
    """Every stage to 1e-7, every grant to 1e-6, and nobody but the double build is asked who is right."""
    binds: Counter[str] = Counter()
    again: Counter[str] = Counter()
    worst: dict[str, float] = Counter()
    for seed in range(SCENARIOS):
        ties = seed % 5 == 4
        made = scenario(with_copies(seeded(seed), ["0copy", "Zcopy"]) if ties else seeded(seed))
        reference = sp.settle(made)
        verdict = judge(reference, rebuild(made))
        worst["sharing"] = max(worst["sharing"], verdict.distance)
        binds.update(binding_in(made, reference) | ({"ties"} if ties else set()))
        optima = dict(zip(reference.stages["name"], reference.stages["value"], strict=True))
        for backend, solver in ENGINES[1:]:
            other = sp.settle(made, backend=backend, solver=solver)
            name = f"{backend} {solver}"
            again[name] += len(other.certificate.notes)
            stage, grant = compare_stages(other, optima), compare_grants(reference, other)
            worst[name] = max(worst[name], stage, grant)
            assert stage <= STAGE, (seed, name)
            assert grant <= GRANT, (seed, name)
    with capsys.disabled():
        print(f"\n{SCENARIOS} scenarios, {binds['ties']} with ties; no disagreement")
        print("\n".join(f"  largest difference {value:.1e}  {name}" for name, value in sorted(worst.items())))
        print("\n".join(f"  {count:>5} stages solved again  {name}" for name, count in sorted(again.items())))
        print("\n".join(f"  {binds[name]:>5}  {name}" for name in sorted(FEATURES)))
