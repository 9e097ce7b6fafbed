with usage as (
    select * from {{ ref('fct_usage_monthly') }} where customer_no is not null
)

select
    customer_no,
    {{ monthly_sums('voice_minutes', 'month', 'voice_minutes_', 'decimal(18, 2)') }}
    {{ monthly_sums('data_mb', 'month', 'data_mb_', 'decimal(18, 2)') }}
    {{ monthly_sums('sms_count', 'month', 'sms_count_', 'bigint') }}
    {{ monthly_sums('roaming_minutes', 'month', 'roaming_minutes_', 'decimal(18, 2)') }}
    min(month) as first_usage_month,
    max(month) as last_usage_month
from usage
group by customer_no
