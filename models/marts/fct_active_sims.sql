-- A state, kept as its changes: a row per customer and day on which a number was switched on or off, with how many were
-- on after it. A number is on from its activation up to and including the day of its deactivation, so the latest row
-- before a day says how many were on at its start; what was switched off before it was on never was.
with subscriptions as (
    select customer_no, activated_on, deactivated_on
    from {{ ref('dim_subscription') }}
    where customer_no is not null and activated_on is not null and coalesce(deactivated_on >= activated_on, true)
),

changes as (
    select
        customer_no,
        changed_on,
        count(*) filter (where switched_on) as activated_count,
        count(*) filter (where not switched_on) as deactivated_count
    from (
        select customer_no, activated_on as changed_on, true as switched_on from subscriptions
        union all
        select customer_no, deactivated_on, false from subscriptions where deactivated_on is not null
    )
    group by customer_no, changed_on
)

select
    customer_no,
    changed_on,
    activated_count,
    deactivated_count,
    (sum(activated_count - deactivated_count) over (partition by customer_no order by changed_on))::bigint
        as active_count
from changes
