with accounts as (
    select * from {{ ref('stg_account') }}
),

contracts as (
    select contract_id, customer_no from {{ ref('dim_contract') }}
)

select
    accounts.account_id,
    accounts.contract_id,
    contracts.customer_no,
    accounts.opened_on,
    accounts.closed_on,
    accounts.balance
from accounts
left join contracts using (contract_id)
