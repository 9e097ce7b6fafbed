-- A device is its subscription's; where the source names a number alone, that of the subscription that had this
-- number when the device was first seen (of several the one activated last).
with subscriptions as (
    select subscription_id, customer_no, account_id from {{ ref('dim_subscription') }}
),

numbered as (
    select
        devices.imei,
        devices.msisdn,
        devices.first_seen_on,
        arg_max(
            numbers.subscription_id,
            (coalesce(numbers.activated_on, date '0001-01-01'), numbers.subscription_id)
        ) as subscription_id
    from {{ ref('stg_device') }} as devices
    inner join {{ ref('dim_subscription') }} as numbers
        on
            raw.identifier_value('msisdn', numbers.msisdn) = raw.identifier_value('msisdn', devices.msisdn)
            and coalesce(numbers.activated_on, date '0001-01-01') <= devices.first_seen_on
            and coalesce(numbers.deactivated_on, date '9999-12-31') >= devices.first_seen_on
    where devices.subscription_id is null
    group by devices.imei, devices.msisdn, devices.first_seen_on
),

-- Who has no subscription of the source has a number and a day, or nobody is found.
owned as (
    select
        devices.* exclude (subscription_id),
        devices.imei || coalesce(':' || devices.msisdn, '') || coalesce(':' || devices.first_seen_on, '') as device_id,
        coalesce(devices.subscription_id, numbered.subscription_id) as subscription_id
    from {{ ref('stg_device') }} as devices
    left join numbered using (imei, msisdn, first_seen_on)
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
