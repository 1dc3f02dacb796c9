"""What a scenario is, its arrays and its documents."""
