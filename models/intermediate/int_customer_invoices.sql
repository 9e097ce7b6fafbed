{{ config(meta={'by_customer': 'sorted'}) }}
with invoices as (
    select * from {{ ref('fct_invoice') }} where customer_no is not null
)

select
    customer_no,
    count(*) as invoice_count,
    sum(amount)::decimal(18, 2) as invoiced_total,
    max_by(
        struct_pack(issued_on, due_on, amount, vat), (issued_on, invoice_id)
    ) filter (where issued_on is not null) as last_one,
    count(*) filter (where overdue > 0) as overdue_invoice_count,
    min(due_on) filter (where overdue > 0) as oldest_overdue_on
from invoices
group by customer_no
