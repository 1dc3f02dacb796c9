"""Reperformance: a written settlement is derived again from the scenario inside its folder, and every file compared."""
