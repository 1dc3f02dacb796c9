"""Logs record the assumptions, decisions, data, verification and versions behind a settlement."""
