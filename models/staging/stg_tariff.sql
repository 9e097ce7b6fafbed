{{ config(materialized='view') }}
{{ current_rows('tariff', ['tariff_id']) }}
