{{ config(materialized='view') }}
{{ current_rows('subscription_service', ['subscription_id', 'service_id', 'activated_on']) }}
