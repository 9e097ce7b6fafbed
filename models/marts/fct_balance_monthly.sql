{{ config(meta={'months_of': {'dataset': 'balance', 'day': 'balance_on'}}) }}
-- The state at the end of each month: the last balance that was taken in it; of two on one day the lower counts.
-- Where balances are taken once a month nearly all stand alone: only those that don't are compared, found by a hash that
-- is cheap to group by (two that share a hash by chance are told apart by their values below).
with balances as (
    select
        *,
        date_trunc('month', balance_on)::date as month,
        hash(account_id, month) as same
    from {{ ref('fct_balance') }}
    where balance_on is not null
),

repeated as (
    select same from balances group by same having count(*) > 1
),

last_ones as (
    select
        max_by(
            balances, (balance_on, -coalesce(balance, 0)::decimal(38, 2), coalesce(overdue, -1)::decimal(38, 2))
        ) as taken
    from balances
    semi join repeated using (same)
    group by account_id, month
)

select customer_no, account_id, month, balance_on, balance, debt, overdue
from balances
anti join repeated using (same)
union all
select
    taken.customer_no,
    taken.account_id,
    taken.month,
    taken.balance_on,
    taken.balance,
    taken.debt,
    taken.overdue
from last_ones
