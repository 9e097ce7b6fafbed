{{ config(materialized='view') }}
{{ current_rows('employee', ['employee_id']) }}
