{{ config(materialized='view') }}
{{ current_rows('audit_entry', ['audit_id']) }}
