{{ config(meta={'by_customer': 'sorted'}) }}
with subscriptions as not materialized (
    select * from {{ ref('dim_subscription') }} where customer_no is not null
),

totals as (
    select
        customer_no,
        count(*) as subscription_count,
        count(*) filter (where deactivated_on is null) as open_subscription_count,
        min(activated_on) as first_activated_on,
        max(activated_on) as last_activated_on,
        max(deactivated_on) as last_deactivated_on
    from subscriptions
    group by customer_no
),

-- Of those activated on one day the greater id is the newest; one without a day is the oldest.
newest as (
    select
        subscriptions.customer_no,
        subscriptions.subscription_id as newest_subscription_id,
        subscriptions.tariff,
        subscriptions.tariff__folded,
        subscriptions.msisdn
    from subscriptions
    inner join totals using (customer_no)
    where subscriptions.activated_on is not distinct from totals.last_activated_on
    qualify row_number() over (
        partition by subscriptions.customer_no order by subscriptions.subscription_id desc
    ) = 1
)

select totals.*, newest.newest_subscription_id, newest.tariff, newest.tariff__folded, newest.msisdn
from totals
left join newest using (customer_no)
