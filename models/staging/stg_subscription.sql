{{ config(materialized='view') }}
{{ current_rows('subscription', ['subscription_id']) }}
