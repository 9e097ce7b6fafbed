{{ config(materialized='view') }}
{{ current_rows('usage_daily', ['subscription_id', 'used_on']) }}
