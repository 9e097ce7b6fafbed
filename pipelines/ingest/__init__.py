"""From source files to immutable raw Parquet, by declaration."""
