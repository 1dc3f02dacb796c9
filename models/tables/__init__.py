"""Schema of the input: tables and columns, kinds of rules, defaults, and tables as they were read."""
