{{ config(materialized='view') }}
{{ current_rows('customer', ['customer_id']) }}
