{{ config(meta={'months_of': {'dataset': 'usage_daily', 'day': 'used_on'}}) }}
with usage as (
    select * from {{ ref('stg_usage_daily') }}
),

subscriptions as (
    select subscription_id, account_id, customer_no from {{ ref('dim_subscription') }}
)

select
    subscriptions.customer_no,
    subscriptions.account_id,
    usage.subscription_id,
    usage.used_on,
    usage.voice_minutes,
    usage.data_mb,
    usage.sms_count,
    usage.roaming_minutes
from usage
left join subscriptions using (subscription_id)
