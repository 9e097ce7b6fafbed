{{ config(meta={'months_of': {'dataset': 'invoice', 'day': 'issued_on'}}) }}
with invoices as (
    select * from {{ ref('stg_invoice') }}
),

accounts as (
    -- An account that no register knows has a balance all the same.
    select account_id, accounts.customer_no, balances.taken.overdue is not null as is_known
    from {{ ref('dim_account') }} as accounts
    full join {{ ref('int_account_balance') }} as balances using (account_id)
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
    case when accounts.is_known then coalesce(overdue.overdue, 0) end::decimal(18, 2) as overdue
from invoices
left join accounts using (account_id)
left join overdue using (invoice_id)
