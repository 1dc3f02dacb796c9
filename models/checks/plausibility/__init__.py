"""Plausibility checks: what is valid cell by cell and probably a mistake."""
