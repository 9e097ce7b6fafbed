-- Tariffs of the subscriptions whose tariff was seen to change, one after another. Nearly all have had one only; they
-- are found first, so that only the others' versions are put in order.
with said as (
    select
        subscription_id,
        _known_from as known_from,
        arg_max(struct_pack(tariff := tariff, folded := tariff__folded), (_load_order, _row)) as tariff
    from {{ source('raw', 'subscription') }}
    where
        _load_mode <> 'append'
        and subscription_id in (
            select subscription_id
            from {{ source('raw', 'subscription') }}
            where _load_mode <> 'append'
            group by subscription_id
            having min(tariff) <> max(tariff)
        )
    group by subscription_id, known_from
),

compared as (
    select
        *,
        lag(tariff.tariff) over versions as previous,
        row_number() over versions as place
    from said
    window versions as (partition by subscription_id order by known_from)
),

-- A version without a tariff ends the one before.
changed as (
    select * from compared where place = 1 or tariff.tariff is distinct from previous
)

select
    subscription_id,
    tariff.tariff as tariff,
    tariff.folded as tariff__folded,
    case when place > 1 then known_from end as since,
    lead(known_from) over (partition by subscription_id order by known_from) as until
from changed
