{{ config(materialized='view') }}
{{ current_rows('contract', ['contract_id']) }}
