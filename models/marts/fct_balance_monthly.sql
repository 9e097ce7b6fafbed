-- The state at the end of each month: the last balance that was taken in it. Of two on one day the lower counts.
with balances as (
    select
        *,
        date_trunc('month', balance_on)::date as month
    from {{ ref('fct_balance') }}
),

last_ones as (
    select
        account_id,
        month,
        arg_max(
            balances, (balance_on, -coalesce(balance, 0)::decimal(38, 2), coalesce(overdue, -1)::decimal(38, 2))
        ) as taken
    from balances
    group by account_id, month
)

select
    taken.customer_no as customer_no,
    account_id,
    month,
    taken.balance_on as balance_on,
    taken.balance as balance,
    taken.debt as debt,
    taken.overdue as overdue
from last_ones
