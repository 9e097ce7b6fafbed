-- Where another source says of a customer something else than the one that is believed, both now. Values are compared
-- without regard to case, spaces, forms of the apostrophe, and numbers and addresses in their one form.
{% set ordered = precedence() %}
with claims as (
    select
        numbers.customer_no,
        claims.*,
        row_number() over (
            partition by customer_id, attribute, source
            order by {{ by_belief() }}
        ) as place
    from {{ ref('int_customer_claim') }} as claims
    inner join {{ source('raw', 'customer_no') }} as numbers using (customer_id)
    semi join {{ ref('stg_customer') }} as known using (customer_id)
    anti join {{ ref('int_customer_survivor') }} as merged using (customer_id)
    where until = date '9999-12-31'
),

said as (
    select
        *,
        case
            when attribute = 'phone' then coalesce(raw.identifier_value('phone', value), value)
            when folded is not null then regexp_replace(trim(folded), '\s+', ' ', 'g')
            else replace(regexp_replace(
                regexp_replace(trim(lower(value)), '\s+', ' ', 'g'), '[`´ʹʻʼʽ‘’‛′＇]', '''', 'g'
            ), 'ё', 'е')
        end as compared,
        row_number() over (
            partition by customer_id, attribute order by {{ by_belief() }}
        ) as rank
    from claims
    where place = 1
),

chosen as (
    select * from said where rank = 1
)

select
    concat_ws(':', others.customer_id, others.attribute, others.source) as conflict_id,
    others.customer_no,
    others.attribute,
    chosen.source as chosen_source,
    others.source as other_source,
    {%- set shown = ordered | selectattr('shown') | map(attribute='name') | list %}
    {%- if shown %}
    case when others.attribute in ('{{ shown | join("', '") }}') then chosen.value end as chosen_value,
    case when others.attribute in ('{{ shown | join("', '") }}') then others.value end as other_value,
    {%- else %}
    null::varchar as chosen_value,
    null::varchar as other_value,
    {%- endif %}
    greatest(chosen.since, others.since) as since
from said as others
inner join chosen using (customer_id, attribute)
where others.rank > 1 and others.compared <> chosen.compared
