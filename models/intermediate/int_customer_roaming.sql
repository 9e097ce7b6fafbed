{{ config(meta={'by_customer': 'sorted'}) }}
select
    customer_no,
    max(month) as last_roaming_month,
    count(distinct month) as roaming_month_count,
    sum(roaming_minutes)::decimal(18, 2) as roaming_minutes_total
from {{ ref('fct_usage_monthly') }}
where customer_no is not null and roaming_minutes > 0
group by customer_no
