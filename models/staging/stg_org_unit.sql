{{ config(materialized='view') }}
{{ current_rows('org_unit', ['unit_id']) }}
