"""From raw files to the private build database that dbt works in, and the checks between them."""
