{{ config(materialized='view') }}
{{ current_rows('code_word', ['customer_id']) }}
