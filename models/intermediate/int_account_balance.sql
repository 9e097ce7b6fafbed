-- The newest month that has a balance holds the last one.
select
    account_id,
    max_by(customer_no, month) as customer_no,
    max_by(struct_pack(balance_on, balance, debt, overdue), month) as taken
from {{ ref('fct_balance_monthly') }}
group by account_id
