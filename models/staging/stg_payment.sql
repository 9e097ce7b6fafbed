{{ config(materialized='view') }}
{{ current_rows('payment', ['payment_id']) }}
