{{ config(materialized='view') }}
{{ current_rows('identifier', ['kind', 'value', 'customer_id', 'account_id', 'subscription_id', 'valid_from']) }}
