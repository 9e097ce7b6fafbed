{{ config(materialized='view') }}
{{ current_rows('balance', ['account_id', 'balance_on']) }}
