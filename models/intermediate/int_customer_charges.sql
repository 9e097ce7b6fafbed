with charges as (
    select * from {{ ref('fct_charge') }} where customer_no is not null
)

select
    customer_no,
    {{ monthly_sums('amount', "date_trunc('month', charged_on)", 'charged_', 'decimal(18, 2)') }}
    count(*) as charge_count,
    sum(amount)::decimal(18, 2) as charged_total,
    max(charged_on) as last_charge_on
from charges
group by customer_no
