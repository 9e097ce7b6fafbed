{{ config(materialized='view') }}
{{ current_rows('charge', ['charge_id']) }}
