{{ config(materialized='view') }}
{{ current_rows('account', ['account_id']) }}
