"""Comparisons, parameter sweeps and stability: each settles many scenarios."""
