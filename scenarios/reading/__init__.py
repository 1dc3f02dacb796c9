"""A name or a path as a scenario: the shipped library, folders, single files."""
