"""Lexicographic minimisation: stages in turn, each on the optimal face of the ones before."""
