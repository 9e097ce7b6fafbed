{{ config(meta={'by_customer': 'sorted'}) }}
with totals as (
    select
        customer_no,
        count(*) as charge_count,
        sum(amount)::decimal(18, 2) as charged_total,
        max(charged_on) as last_charge_on
    from {{ ref('fct_charge') }}
    where customer_no is not null
    group by customer_no
)
{{- sums_of_months(ref('fct_charge'), 'charged_on between {} and last_day({})', {
    'amount': ('charged_', 'decimal(18, 2)'),
}) }}

select
    customer_no,
    {{ monthly_columns('charged_') }}
    charge_count,
    charged_total,
    last_charge_on
from totals
{{ join_months() }}
