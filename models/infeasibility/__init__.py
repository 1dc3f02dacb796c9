"""Infeasibility of a scenario: the rules that conflict, in amounts, and the elastic programme that relaxes them."""
