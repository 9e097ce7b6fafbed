{{ config(meta={'by_customer': 'sorted'}) }}
-- Open = without a date on which it was switched off.
with products as (
    select
        products.*,
        products.product_kind = 'tariff' as is_tariff,
        products.deactivated_on is null as is_open,
        products.subscription_id = subscriptions.newest_subscription_id as of_newest,
        -- Where a subscription has had several tariffs, the last one stands without end or with the subscription's.
        (coalesce(products.activated_on, date '0001-01-01'), products.subscription_product_id) as age_rank
    from {{ ref('dim_subscription_product') }} as products
    inner join {{ ref('int_customer_subscriptions') }} as subscriptions using (customer_no)
)

select
    customer_no,
    max_by(
        struct_pack(
            monthly_fee, included_minutes, included_mb, included_sms, activated_on, sold_from, sold_until, product_id
        ),
        age_rank
    ) filter (where is_tariff and of_newest) as newest_tariff,
    count(*) filter (where is_tariff) - count(distinct subscription_id) filter (where is_tariff)
        as tariff_change_count,
    count(*) filter (where not is_tariff) as service_count,
    count(*) filter (where not is_tariff and is_open) as open_service_count,
    (sum(monthly_fee) filter (where not is_tariff and is_open))::decimal(18, 2) as service_fee_total,
    (sum(monthly_fee) filter (where is_open))::decimal(18, 2) as recurring_fee_total,
    max(activated_on) filter (where not is_tariff) as last_service_on,
    max(deactivated_on) filter (where not is_tariff) as last_service_ended_on
from products
group by customer_no
