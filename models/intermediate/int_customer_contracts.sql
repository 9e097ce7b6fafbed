{{ config(meta={'by_customer': 'sorted'}) }}
-- Open = without an end date: whether a contract is in force on a day is for the catalogue to say.
with contracts as (
    select * from {{ ref('dim_contract') }} where customer_no is not null
)

select
    customer_no,
    count(*) as contract_count,
    count(*) filter (where ended_on is null) as open_contract_count,
    min(signed_on) as first_contract_on,
    max(signed_on) as last_contract_on,
    max(ended_on) as last_contract_ended_on,
    arg_max(payment_kind, (coalesce(signed_on, date '0001-01-01'), contract_id)) as payment_kind
from contracts
group by customer_no
