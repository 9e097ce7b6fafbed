{{ config(materialized='view') }}
{{ current_rows('identity_document', ['customer_id', 'document_kind', 'series', 'number']) }}
