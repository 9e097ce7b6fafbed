{{ config(materialized='view') }}
{{ current_rows('service', ['service_id']) }}
