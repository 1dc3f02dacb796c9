"""Validation of a scenario's tables: every problem of an input is found here."""
