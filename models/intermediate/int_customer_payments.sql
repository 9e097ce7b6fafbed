with payments as (
    select * from {{ ref('fct_payment') }} where customer_no is not null
),

-- The last one has a total order: on one instant the greater id is the later payment.
last_payments as (
    select customer_no, paid_on, amount, method
    from payments
    where paid_on is not null
    qualify row_number() over (
        partition by customer_no order by paid_at desc, payment_id desc, amount desc
    ) = 1
),

totals as (
    select
        customer_no,
        {{ monthly_sums('amount', "date_trunc('month', paid_on)", 'paid_', 'decimal(18, 2)') }}
        count(*) as payment_count,
        sum(amount)::decimal(18, 2) as paid_total,
        min(paid_on) as first_payment_on
    from payments
    group by customer_no
)

select
    totals.*,
    last_payments.paid_on as last_payment_on,
    last_payments.amount as last_payment_amount,
    last_payments.method as last_payment_method
from totals
left join last_payments using (customer_no)
