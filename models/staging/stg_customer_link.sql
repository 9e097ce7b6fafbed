{{ config(materialized='view') }}
{{ current_rows('customer_link', ['customer_id', 'related_customer_id', 'link_kind', 'valid_from']) }}
