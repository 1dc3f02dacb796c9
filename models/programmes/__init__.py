"""Derivation of bids, targets and options from programme lines: pure functions of arrays, without files or tables."""
