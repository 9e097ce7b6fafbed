with contracts as (
    select * from {{ ref('stg_contract') }}
),

numbers as (
    select * from {{ ref('int_customer_number') }}
)

select
    contracts.contract_id,
    numbers.customer_no,
    contracts.payment_kind,
    contracts.signed_on,
    contracts.ended_on
from contracts
left join numbers using (customer_id)
