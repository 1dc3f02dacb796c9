"""Descriptions of the settings, a sentence each, for templates, the JSON Schema and the manual."""

from __future__ import annotations

from ..tables.rule_kinds import RULES
from .derive import DERIVE_EXPLAINED
from .levelling import CONVERGENCE_EXPLAINED, INCLUSION_EXPLAINED
from .review import PUBLIC_EXPLAINED, REVIEW_EXPLAINED
from .settings import DEFAULT_ORDER, MONEY, STAGES, Bands

SETTINGS_EXPLAINED = {
    "schema": "Version of the format: 1.",
    "title": "What the scenario is called.",
    "money": f"Unit of all money: {', '.join(MONEY)}.",
    "price_base": "Financial year in whose prices the money is, 2025-26.",
    "years": "Financial years to be settled, consecutive: 2026-27, 2027-28.",
    "attributes": "Names of the further numeric columns of areas.",
    "overlapping": "Whether areas may lie within one another, as councils in their combined authority: true or false.",
    "ring_fenced": "Envelopes into which no money moves from others: capability.",
    "expect": 'How many rows a table has, `bids = 284`, or the hash of its CSV, `bids = "sha256:…"`; `settings` is '
    "how many values rules, equity and stages set beside their defaults. Checked on reading.",
    **{
        f"rules.{rule.name}": rule.explanation
        + ("" if rule.switch else f" A share: {'1.2 is 120%' if rule.least >= 1 else '0.7 is 70%'}.")
        for rule in RULES.values()
        if rule.general
    },
    "equity.attribute": "Attribute by which areas weigh: (median / the area's value) ** elasticity.",
    "equity.elasticity": "How strongly they do; 0 is not at all.",
    "stages.order": f"What is minimised, in this order. Known: {', '.join(STAGES)}. "
    f"Default: {', '.join(DEFAULT_ORDER)}.",
    "stages.give": "How much of a stage later stages may use, by its name.",
    "stages.limits": "Value up to which later stages may use a stage that gives, by its name with its priority, "
    "`shortfall.largest[1]`: a settlement's own limits keep what was given from being given again.",
    "stages.bands.ends": f"Where the bands of concessions and burdens end. Default: {', '.join(map(str, Bands.ends))}.",
    "stages.bands.slopes": "How much each band weighs, one more than ends. "
    f"Default: {', '.join(f'{slope:g}' for slope in Bands.slopes)}.",
    **{f"convergence.{key}": text for key, text in CONVERGENCE_EXPLAINED.items()},
    **{f"inclusion.{key}": text for key, text in INCLUSION_EXPLAINED.items()},
    **{f"review.{key}": text for key, text in REVIEW_EXPLAINED.items()},
    **{f"public.{key}": text for key, text in PUBLIC_EXPLAINED.items()},
    **{f"derive.{key}": text for key, text in DERIVE_EXPLAINED.items()},
    "log": "What is written down for assurance: `sources`, `assumptions`, `decisions`, `transparency`; see below.",
    "notes": "Remarks by key, kept and not read.",
}
"""Explanation by key, the section before it."""
