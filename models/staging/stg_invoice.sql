{{ config(materialized='view') }}
{{ current_rows('invoice', ['invoice_id']) }}
