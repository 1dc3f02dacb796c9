"""What ``scenario.toml`` holds: its schema, how it is read strictly, and what it means."""
