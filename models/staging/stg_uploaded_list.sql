{{ config(materialized='view') }}
{{ current_rows('uploaded_list', ['list_id']) }}
