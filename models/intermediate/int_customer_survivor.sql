-- Who was given up for whom. A chain of mergers leads to its end. Who is said to be merged into somebody whom no source
-- knows, or in a circle, was merged into nobody.
with recursive given_up as (
    select customers.customer_id, customers.merged_into
    from {{ ref('stg_customer') }} as customers
    semi join {{ ref('stg_customer') }} as known on customers.merged_into = known.customer_id
    where customers.merged_into <> customers.customer_id
),

led_to as (
    select customer_id, merged_into as survivor_id from given_up
    union
    select led_to.customer_id, given_up.merged_into
    from led_to
    inner join given_up on led_to.survivor_id = given_up.customer_id
)

select customer_id, survivor_id
from led_to
anti join given_up on led_to.survivor_id = given_up.customer_id
