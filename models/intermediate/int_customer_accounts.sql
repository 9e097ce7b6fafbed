{{ config(meta={'by_customer': 'sorted'}) }}
with accounts as (
    select * from {{ ref('dim_account') }} where customer_no is not null
)

select
    customer_no,
    count(*) as account_count,
    count(*) filter (where closed_on is null) as open_account_count,
    count(*) filter (where balance < 0) as debt_account_count,
    sum(balance)::decimal(18, 2) as balance_total,
    (sum(greatest(-balance, 0)) filter (where balance is not null))::decimal(18, 2) as debt_total
from accounts
group by customer_no
