{{ config(materialized='view') }}
{{ current_rows('contact', ['contact_id']) }}
