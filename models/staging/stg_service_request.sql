{{ config(materialized='view') }}
{{ current_rows('service_request', ['request_id']) }}
