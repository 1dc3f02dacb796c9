"""Logs of a settlement: assumptions, decisions, verification, and the transparency record."""
