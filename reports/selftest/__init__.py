"""Self-test: what this installation can do, tried on the machine on which it stands."""
