{{ config(materialized='view') }}
{{ current_rows('survey', ['answer_id']) }}
