"""Tables out of CSV, Parquet, JSON and TOML files: cells, and where each stands."""
