with numbers as (
    select customer_id, customer_no
    from {{ source('raw', 'customer_no') }}
    semi join {{ ref('stg_customer') }} using (customer_id)
),

stated as (
    select * from {{ ref('stg_customer_link') }} where customer_id <> related_customer_id
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
