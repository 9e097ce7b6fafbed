{{ config(meta={'months_of': {'dataset': 'e_invoice', 'day': 'issued_on'}}) }}
-- An invoice is the buyer's.
with invoices as (
    select *, raw.identifier_value('tax_id', buyer_tax_id) as owner_tax_id from {{ ref('stg_e_invoice') }}
)

select
    owners.customer_no,
    invoices.e_invoice_id,
    invoices.invoice_no,
    invoices.seller_tax_id,
    invoices.buyer_tax_id,
    invoices.issued_on,
    invoices.status,
    invoices.status_at,
    invoices.amount,
    invoices.vat
from invoices
left join {{ ref('int_tax_id_owner') }} as owners on invoices.owner_tax_id = owners.tax_id
