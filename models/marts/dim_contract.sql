with contracts as (
    select * from {{ ref('stg_contract') }}
),

numbers as (
    -- A number outlives its customer; a contract of somebody whom no source knows any more is nobody's.
    select customer_id, customer_no
    from {{ source('raw', 'customer_no') }}
    semi join {{ ref('stg_customer') }} using (customer_id)
)

select
    contracts.contract_id,
    numbers.customer_no,
    contracts.payment_kind,
    contracts.signed_on,
    contracts.ended_on
from contracts
left join numbers using (customer_id)
