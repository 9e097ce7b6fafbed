-- A device is its subscription's; where the source names a number alone, that of the subscription that had this
-- number when the device was first seen (of several the one activated last).
with devices as (
    select
        *,
        imei || coalesce(':' || msisdn, '') || coalesce(':' || first_seen_on, '') as device_id
    from {{ ref('stg_device') }}
),

subscriptions as (
    select * from {{ ref('dim_subscription') }}
),

numbered as (
    select
        devices.device_id,
        arg_max(
            subscriptions.subscription_id,
            (coalesce(subscriptions.activated_on, date '0001-01-01'), subscriptions.subscription_id)
        ) as subscription_id
    from devices
    inner join subscriptions
        on
            raw.identifier_value('msisdn', subscriptions.msisdn) = raw.identifier_value('msisdn', devices.msisdn)
            and coalesce(subscriptions.activated_on, date '0001-01-01') <= devices.first_seen_on
            and coalesce(subscriptions.deactivated_on, date '9999-12-31') >= devices.first_seen_on
    where devices.subscription_id is null
    group by devices.device_id
),

owned as (
    select
        devices.* exclude (subscription_id),
        coalesce(devices.subscription_id, numbered.subscription_id) as subscription_id
    from devices
    left join numbered using (device_id)
)

select
    owned.device_id,
    subscriptions.customer_no,
    subscriptions.account_id,
    owned.subscription_id,
    owned.imei,
    owned.tac,
    owned.msisdn,
    owned.vendor,
    owned.model,
    owned.model__folded,
    owned.device_kind,
    owned.os,
    owned.os_version,
    owned.network,
    owned.first_seen_on,
    owned.last_seen_on
from owned
left join subscriptions using (subscription_id)
