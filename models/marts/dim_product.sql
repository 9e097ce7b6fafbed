-- A service that includes a volume is a package. Ids of tariffs and of services may be alike, so the kind stands before.
select
    product_id,
    null::uinteger as customer_no,
    'tariff' as product_kind,
    tariff_id as code,
    name,
    name__folded,
    customer_kind,
    null::varchar as service_kind,
    monthly_fee,
    included_minutes,
    included_mb,
    included_sms,
    minute_price,
    mb_price,
    valid_from as sold_from,
    valid_to as sold_until
from {{ ref('dim_tariff') }}
union all
select
    'service:' || service_id,
    null::uinteger,
    case when coalesce(included_minutes, included_mb, included_sms) is null then 'service' else 'package' end,
    service_id,
    name,
    name__folded,
    customer_kind,
    service_kind,
    monthly_fee,
    included_minutes,
    included_mb,
    included_sms,
    null,
    null,
    valid_from,
    valid_to
from {{ ref('stg_service') }}
