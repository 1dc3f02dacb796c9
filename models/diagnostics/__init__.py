"""Codes of problems, problems with their places, and what each code means."""
