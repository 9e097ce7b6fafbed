-- Links of a customer who was merged away are the survivor's, and none leads to oneself.
with numbers as (
    select * from {{ ref('int_customer_number') }}
),

stated as (
    {{ links_of_survivors(ref('stg_customer_link'), ref('int_customer_survivor')) }}
),

ends as (
    {{ link_ends('stated') }}
),

merged as (
    select {{ link_key() }}, {{ merged_link() }}
    from ends
    group by {{ link_key() }}
)

select
    {{ link_id() }} as link_id,
    numbers.customer_no,
    related.customer_no as related_customer_no,
    merged.*
from merged
left join numbers using (customer_id)
left join numbers as related on related.customer_id = merged.related_customer_id
