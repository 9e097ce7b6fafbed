{{ config(materialized='view') }}
{{ current_rows('list_member', ['list_id', 'member_id']) }}
