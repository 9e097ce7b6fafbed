"""From source files to a release: ingestion, dbt, publication, orchestrated by Dagster."""
