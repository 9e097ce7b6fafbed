with invoices as (
    select * from {{ ref('stg_invoice') }}
),

accounts as (
    select account_id, customer_no from {{ ref('dim_account') }}
),

balances as (
    select account_id, taken.overdue as overdue from {{ ref('int_account_balance') }}
),

overdue as (
    select * from {{ ref('int_invoice_overdue') }}
)

select
    accounts.customer_no,
    invoices.account_id,
    invoices.invoice_id,
    invoices.invoice_no,
    invoices.month,
    invoices.issued_on,
    invoices.due_on,
    invoices.amount,
    invoices.vat,
    case when balances.overdue is not null then coalesce(overdue.overdue, 0) end::decimal(18, 2) as overdue
from invoices
left join accounts using (account_id)
left join balances using (account_id)
left join overdue using (invoice_id)
