"""Written settlements and other results: read back, verified, written."""
