with subscriptions as (
    select * from {{ ref('stg_subscription') }}
),

accounts as (
    select account_id, contract_id, customer_no from {{ ref('dim_account') }}
)

select
    subscriptions.subscription_id,
    subscriptions.account_id,
    accounts.contract_id,
    accounts.customer_no,
    subscriptions.msisdn,
    subscriptions.tariff,
    subscriptions.tariff__folded,
    subscriptions.activated_on,
    subscriptions.deactivated_on
from subscriptions
left join accounts using (account_id)
