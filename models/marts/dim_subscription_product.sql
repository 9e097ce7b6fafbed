-- Nothing is on for longer than its subscription.
with subscriptions as (
    select * from {{ ref('dim_subscription') }}
),

changes as (
    select * from {{ ref('int_subscription_tariff') }}
),

products as (
    select * from {{ ref('dim_product') }}
),

tariffs as (
    select
        subscriptions.*,
        case when changes.subscription_id is null then subscriptions.tariff else changes.tariff end as name,
        case
            when changes.subscription_id is null then subscriptions.tariff__folded else changes.tariff__folded
        end as folded,
        changes.since,
        coalesce(changes.since, subscriptions.activated_on) as begins_on,
        least(changes.until, subscriptions.deactivated_on) as ends_on
    from subscriptions
    left join changes using (subscription_id)
)

select
    tariffs.subscription_id || ':tariff:' || tariffs.name || coalesce(':' || tariffs.since, '')
        as subscription_product_id,
    tariffs.customer_no,
    tariffs.contract_id,
    tariffs.account_id,
    tariffs.subscription_id,
    listed.product_id,
    'tariff' as product_kind,
    tariffs.name,
    tariffs.folded as name__folded,
    null::varchar as service_kind,
    listed.monthly_fee,
    listed.included_minutes,
    listed.included_mb,
    listed.included_sms,
    listed.valid_from as sold_from,
    listed.valid_to as sold_until,
    tariffs.begins_on as activated_on,
    tariffs.ends_on as deactivated_on
from tariffs
left join {{ ref('dim_tariff') }} as listed on listed.name = tariffs.name and listed.newest_of_name
where tariffs.name is not null
union all
select
    services.subscription_id || ':service:' || services.service_id || ':' || services.activated_on,
    subscriptions.customer_no,
    subscriptions.contract_id,
    subscriptions.account_id,
    services.subscription_id,
    products.product_id,
    coalesce(products.product_kind, 'service'),
    coalesce(products.name, services.service_id),
    coalesce(products.name__folded, lower(services.service_id)),
    products.service_kind,
    coalesce(services.monthly_fee, products.monthly_fee),
    products.included_minutes,
    products.included_mb,
    products.included_sms,
    products.sold_from,
    products.sold_until,
    services.activated_on,
    least(services.deactivated_on, subscriptions.deactivated_on)
from {{ ref('stg_subscription_service') }} as services
left join subscriptions using (subscription_id)
left join products on products.product_id = 'service:' || services.service_id
