"""Scenario writers: folders, workbooks, JSON documents, templates and marked copies."""
