"""Elastic programmes and Farkas certificates."""
