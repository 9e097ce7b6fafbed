{{ config(meta={'months_of': {'dataset': 'charge', 'day': 'charged_on'}}) }}
with charges as (
    select * from {{ ref('stg_charge') }}
),

accounts as (
    select account_id, customer_no from {{ ref('dim_account') }}
)

select
    accounts.customer_no,
    charges.account_id,
    charges.charge_id,
    charges.charged_on,
    charges.charge_kind,
    charges.amount
from charges
left join accounts using (account_id)
