"""Diagnostics of inputs: codes, diagnostics with their places, and the explanation of each code."""
