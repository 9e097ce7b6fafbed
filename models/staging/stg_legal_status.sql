{{ config(materialized='view') }}
{{ current_rows('legal_status', ['tax_id', 'registry', 'status', 'valid_from']) }}
