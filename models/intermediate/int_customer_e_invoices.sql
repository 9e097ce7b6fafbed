{{ config(meta={'by_customer': 'sorted'}) }}
with invoices as (
    select * from {{ ref('fct_e_invoice') }} where customer_no is not null
),

picked as (
    select
        customer_no,
        count(*) as e_invoice_count,
        count(*) filter (where status = 'signed') as signed_e_invoice_count,
        count(*) filter (where status = 'rejected') as rejected_e_invoice_count,
        count(*) filter (where status in ('sent', 'delivered')) as unanswered_e_invoice_count,
        sum(amount) filter (where status = 'signed')::decimal(18, 2) as signed_e_invoice_total,
        max(issued_on) as last_e_invoice_on,
        max(issued_on) filter (where status = 'rejected') as last_rejected_e_invoice_on,
        max({'on': issued_on, 'id': e_invoice_id, 'status': status, 'amount': amount})
            filter (where issued_on is not null) as last_invoice
    from invoices
    group by customer_no
)

select
    * exclude (last_invoice),
    last_invoice.status as last_e_invoice_status,
    last_invoice.amount as last_e_invoice_amount
from picked
