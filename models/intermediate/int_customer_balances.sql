{{ config(meta={'by_customer': 'sorted'}) }}
with accounts as (
    select
        customer_no,
        sum(taken.overdue)::decimal(18, 2) as overdue_total,
        count(*) filter (where taken.overdue > 0) as overdue_account_count
    from {{ ref('int_account_balance') }}
    where customer_no is not null
    group by customer_no
),

last_ones as (
    select customer_no, max(balance_on) as last_balance_on
    from {{ ref('fct_balance_monthly') }}
    where customer_no is not null
    group by customer_no
)
{{- sums_of_months(ref('fct_balance_monthly'), 'month = {}', {
    'balance': ('balance_', 'decimal(18, 2)'),
    'debt': ('debt_', 'decimal(18, 2)'),
    'overdue': ('overdue_', 'decimal(18, 2)'),
}) }}

select
    customer_no,
    {{ monthly_columns('balance_') }}
    {{ monthly_columns('debt_') }}
    {{ monthly_columns('overdue_') }}
    last_balance_on,
    overdue_total,
    overdue_account_count
from last_ones
inner join accounts using (customer_no)
{{ join_months() }}
