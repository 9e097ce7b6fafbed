{{ config(materialized='view') }}
{{ current_rows('usage_monthly', ['subscription_id', 'month']) }}
