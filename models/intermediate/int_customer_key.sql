-- By what other systems name a customer. A number outlives its customer: whom no source knows any more is not here.
select
    numbers.customer_no,
    customers.customer_id,
    raw.identifier_value('tax_id', customers.tax_id) as tax_id,
    customers.origin
from {{ ref('stg_customer') }} as customers
inner join {{ source('raw', 'customer_no') }} as numbers using (customer_id)
