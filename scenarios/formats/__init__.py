"""File formats: readers of CSV, Parquet, JSON and TOML take cells and record the position of each."""
