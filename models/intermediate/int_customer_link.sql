-- Links in one form: each from both ends. What the source states about (customer, related) holds the other way round
-- with the sides swapped; what it states from both ends is one link. Links of a customer who was merged away are the
-- survivor's, and none leads to oneself.
with numbers as (
    select * from {{ ref('int_customer_number') }}
),

survivors as (
    select * from {{ ref('int_customer_survivor') }}
),

stated as (
    select
        links.* replace (
            coalesce(own.survivor_id, links.customer_id) as customer_id,
            coalesce(related.survivor_id, links.related_customer_id) as related_customer_id
        )
    from {{ ref('stg_customer_link') }} as links
    left join survivors as own on own.customer_id = links.customer_id
    left join survivors as related on related.customer_id = links.related_customer_id
    where
        coalesce(own.survivor_id, links.customer_id)
        <> coalesce(related.survivor_id, links.related_customer_id)
),

ends as (
    select
        customer_id,
        related_customer_id,
        link_kind,
        case when link_kind = 'holding' then 'parent' else 'peer' end as side,
        role as related_role,
        null::varchar as own_role,
        share_percent,
        valid_from,
        valid_to
    from stated
    union all
    select
        related_customer_id,
        customer_id,
        link_kind,
        case when link_kind = 'holding' then 'subsidiary' else 'peer' end,
        null,
        role,
        share_percent,
        valid_from,
        valid_to
    from stated
),

merged as (
    select
        customer_id,
        related_customer_id,
        link_kind,
        side,
        valid_from,
        max(related_role) as related_role,
        max(own_role) as own_role,
        max(share_percent) as share_percent,
        -- Without an end from either side it has none.
        case when count(*) = count(valid_to) then max(valid_to) end as valid_to
    from ends
    group by customer_id, related_customer_id, link_kind, side, valid_from
)

select
    md5(concat_ws('|', link_kind, side, customer_id, related_customer_id, valid_from)) as link_id,
    numbers.customer_no,
    related.customer_no as related_customer_no,
    merged.*
from merged
left join numbers using (customer_id)
left join numbers as related on related.customer_id = merged.related_customer_id
