{{ config(materialized='view') }}
{{ current_rows('consent', ['consent_id']) }}
