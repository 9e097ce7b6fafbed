{{ config(meta={'by_customer': 'sorted'}) }}
with devices as (
    select
        devices.*,
        (coalesce(first_seen_on, date '0001-01-01'), coalesce(last_seen_on, date '9999-12-31'), device_id) as age_rank,
        devices.subscription_id = subscriptions.newest_subscription_id as of_newest
    from {{ ref('dim_device') }} as devices
    inner join {{ ref('int_customer_subscriptions') }} as subscriptions using (customer_no)
)

select
    customer_no,
    count(distinct imei) as device_count,
    count(distinct imei) filter (where last_seen_on is null) as open_device_count,
    max_by(
        struct_pack(vendor, model, model__folded, device_kind, os, os_version, network, first_seen_on, last_seen_on),
        age_rank
    ) filter (where of_newest) as newest
from devices
group by customer_no
