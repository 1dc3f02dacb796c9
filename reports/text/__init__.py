"""Texts report summaries, comparisons and reasons in 80 columns."""
