-- Which invoices an overdue amount is made of. A payment settles the oldest invoice first, so what is overdue are the
-- newest ones that were due. Only accounts that owe something are looked at.
with owing as (
    select account_id, taken.balance_on as balance_on, taken.overdue as overdue
    from {{ ref('int_account_balance') }}
    where taken.overdue > 0
),

due as (
    select
        invoices.invoice_id,
        invoices.amount,
        owing.overdue,
        coalesce(
            sum(invoices.amount) over (
                partition by invoices.account_id
                order by invoices.due_on desc, invoices.invoice_id desc
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as newer
    from {{ ref('stg_invoice') }} as invoices
    inner join owing using (account_id)
    where invoices.due_on < owing.balance_on and invoices.amount > 0
)

select
    invoice_id,
    least(amount, overdue - newer)::decimal(18, 2) as overdue
from due
where newer < overdue
