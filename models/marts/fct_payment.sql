with payments as (
    select * from {{ ref('stg_payment') }}
),

accounts as (
    select account_id, customer_no from {{ ref('dim_account') }}
)

select
    accounts.customer_no,
    payments.account_id,
    payments.payment_id,
    payments.paid_at__date as paid_on,
    payments.paid_at,
    payments.method,
    payments.amount
from payments
left join accounts using (account_id)
