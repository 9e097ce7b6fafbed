{{ config(meta={'months_of': {'dataset': 'balance', 'day': 'balance_on'}}) }}
-- Where nothing is owed nothing is overdue, said or not.
with balances as (
    select * from {{ ref('stg_balance') }}
),

accounts as (
    select account_id, customer_no from {{ ref('dim_account') }}
)

select
    accounts.customer_no,
    balances.account_id,
    balances.balance_on,
    balances.balance,
    (case when balances.balance < 0 then -balances.balance when balances.balance >= 0 then 0 end)::decimal(18, 2) as debt,
    coalesce(balances.overdue, case when balances.balance >= 0 then 0 end)::decimal(18, 2) as overdue
from balances
left join accounts using (account_id)
