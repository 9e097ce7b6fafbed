with contracts as (
    select * from {{ ref('stg_contract') }}
),

numbers as (
    select customer_id, customer_no from {{ source('raw', 'customer_no') }}
)

select
    contracts.contract_id,
    numbers.customer_no,
    contracts.payment_kind,
    contracts.signed_on,
    contracts.ended_on
from contracts
left join numbers using (customer_id)
