with months as (
    select
        customer_no,
        {{ monthly_sums('balance', 'month', 'balance_', 'decimal(18, 2)') }}
        {{ monthly_sums('debt', 'month', 'debt_', 'decimal(18, 2)') }}
        {{ monthly_sums('overdue', 'month', 'overdue_', 'decimal(18, 2)') }}
        max(balance_on) as last_balance_on
    from {{ ref('fct_balance_monthly') }}
    where customer_no is not null
    group by customer_no
),

accounts as (
    select
        customer_no,
        sum(taken.overdue)::decimal(18, 2) as overdue_total,
        count(*) filter (where taken.overdue > 0) as overdue_account_count
    from {{ ref('int_account_balance') }}
    where customer_no is not null
    group by customer_no
)

select months.*, accounts.overdue_total, accounts.overdue_account_count
from months
inner join accounts using (customer_no)
