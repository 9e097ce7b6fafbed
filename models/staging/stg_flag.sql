{{ config(materialized='view') }}
{{ current_rows('flag', ['flag_id']) }}
