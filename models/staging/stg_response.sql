{{ config(materialized='view') }}
{{ current_rows('response', ['response_id']) }}
