"""Answers and offers of areas: read from files as untrusted input, checked cell by cell, made into entries."""
