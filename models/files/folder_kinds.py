"""Kinds of folders that are written, each with its manifest: a folder is replaced only by one of its own kind."""

from __future__ import annotations

from .ownership import FolderKind

MANIFEST = "manifest.json"
"""Manifest of a settlement and of a finished ensemble."""

RUN = "run.json"
"""Timings, host and start of a settlement: the one file outside the promise of the same bytes."""

LEFT_OUT = "left_out.csv"
"""Cells that an import left out, in the folder of the scenario that it made."""

SETTLEMENT = FolderKind("settlement", MANIFEST, unlisted=(RUN,))
LIBRARY = FolderKind("library of scenarios", "written.json")
SCENARIO = FolderKind("scenario", "written.json")
TEMPLATE = FolderKind("template", "")  # which people fill in, so that none is ever replaced
COMPARISON = FolderKind("comparison", "comparison.json")
SWEEP = FolderKind("sweep", "sweep.json")
STABILITY = FolderKind("stability", "stability.json")
REGIMES = FolderKind("regimes", "regimes.json")
FRONTIER = FolderKind("frontier", "frontier.json")
ALTERNATIVES = FolderKind("alternatives", "alternatives.json")
ROBUST = FolderKind("robust grants", "robust.json")
SIGNATURES = FolderKind("signatures", "signatures.json")
ROUND_TABLES = FolderKind("asks of a round", "asks.json")
PUBLIC = FolderKind("public pages", "public.json")
REVIEW = FolderKind("review", "review.json")
ENSEMBLE = FolderKind("ensemble", "ensemble.json")
ENSEMBLE_TABLES = FolderKind("ensemble's tables", MANIFEST)
"""An ensemble has two manifests: the first is written when it begins, the second when it is finished."""
