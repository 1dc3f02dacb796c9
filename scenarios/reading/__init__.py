"""Scenario readers: a shipped name, a folder or a single file is read as a scenario."""
