"""Reading source files and writing raw Parquet. The engine that does the work is known only here."""
