"""Scenarios built from figures: programme lines of baselines, returns of councils, areas added up."""
