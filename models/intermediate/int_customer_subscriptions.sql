with subscriptions as (
    select
        *,
        (coalesce(activated_on, date '0001-01-01'), subscription_id) as age_rank
    from {{ ref('dim_subscription') }}
    where customer_no is not null
)

select
    customer_no,
    count(*) as subscription_count,
    count(*) filter (where deactivated_on is null) as open_subscription_count,
    min(activated_on) as first_activated_on,
    max(activated_on) as last_activated_on,
    max(deactivated_on) as last_deactivated_on,
    max_by(subscriptions, age_rank) as newest
from subscriptions
group by customer_no
