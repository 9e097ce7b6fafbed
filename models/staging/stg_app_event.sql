{{ config(materialized='view') }}
{{ current_rows('app_event', ['event_id']) }}
