-- By what other systems name a customer; `is_own`: not by the id of one who was merged into the customer. A number
-- outlives its customer: whom no source knows any more is not here.
select
    numbers.customer_no,
    customers.customer_id,
    raw.identifier_value('tax_id', customers.tax_id) as tax_id,
    customers.origin,
    survivors.survivor_id is null as is_own
from {{ ref('stg_customer') }} as customers
inner join {{ ref('int_customer_number') }} as numbers using (customer_id)
left join {{ ref('int_customer_survivor') }} as survivors using (customer_id)
