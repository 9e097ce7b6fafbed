-- A subscription names its tariff; of tariffs that share a name it means the newest (`newest_of_name`).
with tariffs as (
    select * from {{ ref('stg_tariff') }}
),

newest as (
    select arg_max(tariff_id, (coalesce(valid_from, date '0001-01-01'), tariff_id)) as tariff_id
    from tariffs
    where name is not null
    group by name
)

select
    tariffs.tariff_id,
    'tariff:' || tariffs.tariff_id as product_id,
    tariffs.name,
    tariffs.name__folded,
    newest.tariff_id is not null as newest_of_name,
    tariffs.customer_kind,
    tariffs.monthly_fee,
    tariffs.included_minutes,
    tariffs.included_mb,
    tariffs.included_sms,
    tariffs.minute_price,
    tariffs.mb_price,
    tariffs.valid_from,
    tariffs.valid_to
from tariffs
left join newest using (tariff_id)
