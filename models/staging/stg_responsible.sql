{{ config(materialized='view') }}
{{ current_rows('responsible', ['customer_id', 'line', 'valid_from']) }}
