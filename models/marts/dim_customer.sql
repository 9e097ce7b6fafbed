{{ config(materialized='view') }}
-- The customers there are, as the register says: prospects and those who are gone too, who was merged away never.
select numbers.customer_no, customers.*
from {{ ref('stg_customer') }} as customers
inner join {{ source('raw', 'customer_no') }} as numbers using (customer_id)
anti join {{ ref('int_customer_survivor') }} as merged using (customer_id)
