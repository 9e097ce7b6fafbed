{{ config(meta={'by_customer': 'sorted'}) }}
with totals as (
    select
        customer_no,
        count(*) as payment_count,
        sum(amount)::decimal(18, 2) as paid_total,
        min(paid_on) as first_payment_on
    from {{ ref('fct_payment') }}
    where customer_no is not null
    group by customer_no
),

last_instants as (
    select customer_no, max(coalesce(paid_at, timestamp '-infinity')) as paid_at
    from {{ ref('fct_payment') }}
    where customer_no is not null and paid_on is not null
    group by customer_no
),

-- The last one has a total order: on one instant the greater id is the later payment.
last_payments as (
    select payments.customer_no, payments.paid_on, payments.amount, payments.method
    from {{ ref('fct_payment') }} as payments
    semi join last_instants
        on payments.customer_no = last_instants.customer_no
        and coalesce(payments.paid_at, timestamp '-infinity') = last_instants.paid_at
    where payments.paid_on is not null
    qualify row_number() over (
        partition by payments.customer_no order by payments.payment_id desc, payments.amount desc
    ) = 1
)
{{- sums_of_months(ref('fct_payment'), 'paid_on between {} and last_day({})', {
    'amount': ('paid_', 'decimal(18, 2)'),
}) }}

select
    customer_no,
    {{ monthly_columns('paid_') }}
    payment_count,
    paid_total,
    first_payment_on,
    last_payments.paid_on as last_payment_on,
    last_payments.amount as last_payment_amount,
    last_payments.method as last_payment_method
from totals
left join last_payments using (customer_no)
{{ join_months() }}
