-- Whose every customer id is: the number of a customer who was merged away retires, and all that is said of the id is
-- the survivor's. A number outlives its customer: an id that no source knows any more is nobody's.
with customers as (
    select customer_id, coalesce(survivors.survivor_id, customer_id) as stands_for
    from {{ ref('stg_customer') }}
    left join {{ ref('int_customer_survivor') }} as survivors using (customer_id)
)

select customers.customer_id, numbers.customer_no
from customers
inner join {{ source('raw', 'customer_no') }} as numbers on customers.stands_for = numbers.customer_id
