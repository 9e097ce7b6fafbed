{{ config(materialized='view') }}
{{ current_rows('device', ['imei', 'msisdn', 'first_seen_on']) }}
