{{ config(materialized='view') }}
{{ current_rows('saved_segment', ['segment_id']) }}
