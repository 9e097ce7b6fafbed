"""Imports what changed products and their tests need and no change touches, before children are forked."""

import duckdb
import hypothesis.strategies
import pandas
import pyarrow.compute
import pyarrow.parquet
import sqlglot.dialects.clickhouse
import sqlglot.dialects.duckdb
import yaml

import warehouse.catalog.model
import warehouse.engines.duckdb
import warehouse.engines.port
import warehouse.releases.model
import warehouse.text

__all__ = ["duckdb", "hypothesis", "pandas", "pyarrow", "sqlglot", "warehouse", "yaml"]
