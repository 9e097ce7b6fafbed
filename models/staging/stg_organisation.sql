{{ config(materialized='view') }}
{{ current_rows('organisation', ['tax_id']) }}
