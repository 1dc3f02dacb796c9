"""Scenarios as folders, workbooks and JSON documents; templates and marked copies."""
