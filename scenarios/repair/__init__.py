"""Repair of an infeasible scenario: the least relaxation of its rules that restores a settlement."""
