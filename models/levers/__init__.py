"""Levers: the numbers of a scenario that people move, each by a name, a value and a sentence."""
