"""What a skilled hand writes to bring one extract into Parquet: a typed read with its rejects kept, one COPY.

It knows the layout of the file, does not look for repeated keys, and keeps nothing about the file.
"""

from pathlib import Path
from typing import Any

import duckdb

USAGE = """
    SELECT SUBS_ID AS subscription_id, PERIOD AS month, VOICE_MIN AS voice_minutes, DATA_MB AS data_mb,
        SMS_CNT AS sms_count, ROAM_MIN AS roaming_minutes
    FROM read_csv('{file}', delim = ';', header = true, auto_detect = false, decimal_separator = ',',
        dateformat = '%d.%m.%Y', store_rejects = true, rejects_limit = 0,
        columns = {{'SUBS_ID': 'VARCHAR', 'PERIOD': 'DATE', 'VOICE_MIN': 'DECIMAL(18,2)',
            'DATA_MB': 'DECIMAL(18,2)', 'SMS_CNT': 'BIGINT', 'ROAM_MIN': 'DECIMAL(18,2)'}})
    WHERE SUBS_ID IS NOT NULL AND PERIOD IS NOT NULL
"""
# The zone has had one offset for as long as there are payments.
PAYMENTS = """
    SELECT payment_id, account AS account_id, paid_at - INTERVAL 5 HOUR AS paid_at,
        paid_at::DATE AS paid_at__date, channel AS method, amount
    FROM read_csv('{file}', delim = ',', header = true, auto_detect = false,
        timestampformat = '%Y-%m-%d %H:%M:%S', store_rejects = true, rejects_limit = 0,
        columns = {{'payment_id': 'VARCHAR', 'account': 'VARCHAR', 'paid_at': 'TIMESTAMP',
            'channel': 'VARCHAR', 'amount': 'DECIMAL(18,2)'}})
    WHERE payment_id IS NOT NULL AND account IS NOT NULL
"""
SUMS = {
    USAGE: ("voice_minutes", "data_mb", "sms_count", "roaming_minutes"),
    PAYMENTS: ("amount",),
}
BLOCK = 1 << 18


def quiet(folder: Path) -> duckdb.DuckDBPyConnection:
    """An engine that spills to `folder` and draws no progress bar: standard output holds results alone."""
    con = duckdb.connect(config={"temp_directory": str(folder)})
    con.execute("SET enable_progress_bar = false").fetchall()
    return con


def copy(sql: str, encoding: str, file: Path, folder: Path) -> tuple[int, int]:
    """Write `folder`/part.parquet; (rows written, rows that could not be read)."""
    source = file if encoding == "utf-8" else _decoded(file, encoding, folder / "utf8.csv")
    with quiet(folder) as con:
        part = f"COPY ({sql.format(file=source)}) TO '{folder / 'part.parquet'}' (FORMAT parquet)"
        written = con.execute(part).fetchall()[0][0]
        rejected = con.sql("SELECT count(DISTINCT line) FROM reject_errors").fetchall()[0][0]
    return int(written), int(rejected)


def _decoded(file: Path, encoding: str, target: Path) -> Path:
    # The engine reads utf-8, and latin-1 only without the bytes 0x80-0x9f, which cp1251 uses. Most blocks of
    # an extract of numbers are ASCII and need no work.
    with file.open("rb") as source, target.open("wb") as copied:
        while block := source.read(BLOCK):
            copied.write(block if block.isascii() else block.decode(encoding).encode())
    return target


def answer(sql: str, rows: int, folder: Path, result: tuple[int, int]) -> dict[str, Any]:
    """What the file says, after the race: rows of the file = accepted + rejected + duplicates."""
    written, rejected = result
    sums = ", ".join(f"coalesce(sum({column}), 0)::VARCHAR" for column in SUMS[sql])
    sql_of_all = f"SELECT count(*), {sums} FROM (SELECT DISTINCT * FROM '{folder / 'part.parquet'}')"  # noqa: S608
    with quiet(folder) as con:
        found = con.sql(sql_of_all).fetchall()[0]
    return {
        "accepted": found[0],
        "duplicates": written - found[0],
        "rejected": rows - written,
        "unreadable_at_least": rejected <= rows - written,
        "sums": dict(zip(SUMS[sql], found[1:], strict=True)),
    }
