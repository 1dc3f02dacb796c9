"""What tables there are: columns, rule kinds, defaults, and tables as they were read."""
