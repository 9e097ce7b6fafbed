{{ config(materialized='view') }}
{{ current_rows('contact_person', ['contact_person_id']) }}
