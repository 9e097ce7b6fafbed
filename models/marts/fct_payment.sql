{{ config(meta={'months_of': {'dataset': 'payment', 'day': 'paid_at__date'}}) }}
with payments as (
    select
        *,
        case when account_id is null then raw.identifier_value('tax_id', tax_id) end as payer_tax_id
    from {{ ref('stg_payment') }}
),

-- A payer who is named by tax id alone is known where one customer has this id, else nobody is guessed. Who is only
-- listed in an outside directory pays nothing.
payers as (
    select raw.identifier_value('tax_id', tax_id) as payer_tax_id, any_value(customer_no) as customer_no
    from {{ ref('stg_customer') }}
    inner join {{ ref('int_customer_number') }} using (customer_id)
    where tax_id is not null and origin is null
    group by payer_tax_id
    having count(distinct customer_no) = 1
),

accounts as (
    select account_id, customer_no from {{ ref('dim_account') }}
)

select
    case when payments.account_id is null then payers.customer_no else accounts.customer_no end as customer_no,
    payments.account_id,
    payments.payment_id,
    payments.paid_at__date as paid_on,
    payments.paid_at,
    payments.method,
    payments.amount
from payments
left join accounts using (account_id)
left join payers using (payer_tax_id)
