{{ config(meta={'months_of': {'dataset': 'usage_monthly', 'day': 'month'}}) }}
with usage as (
    select * from {{ ref('stg_usage_monthly') }}
),

subscriptions as (
    select subscription_id, account_id, customer_no from {{ ref('dim_subscription') }}
)

select
    subscriptions.customer_no,
    subscriptions.account_id,
    usage.subscription_id,
    usage.month,
    usage.voice_minutes,
    usage.data_mb,
    usage.sms_count,
    usage.roaming_minutes
from usage
left join subscriptions using (subscription_id)
