{{ config(meta={'by_customer': 'slices'}) }}
with totals as (
    select
        customer_no,
        min(month) as first_usage_month,
        max(month) as last_usage_month
    from {{ ref('fct_usage_monthly') }}
    where customer_no is not null
    group by customer_no
)
{{- sums_of_months(ref('fct_usage_monthly'), 'month = {}', {
    'voice_minutes': ('voice_minutes_', 'decimal(18, 2)'),
    'data_mb': ('data_mb_', 'decimal(18, 2)'),
    'sms_count': ('sms_count_', 'bigint'),
    'roaming_minutes': ('roaming_minutes_', 'decimal(18, 2)'),
}) }}

select
    customer_no,
    {{ monthly_columns('voice_minutes_') }}
    {{ monthly_columns('data_mb_') }}
    {{ monthly_columns('sms_count_') }}
    {{ monthly_columns('roaming_minutes_') }}
    first_usage_month,
    last_usage_month
from totals
{{ join_months() }}
