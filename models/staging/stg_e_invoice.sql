{{ config(materialized='view') }}
{{ current_rows('e_invoice', ['e_invoice_id']) }}
