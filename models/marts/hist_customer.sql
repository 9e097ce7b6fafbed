-- Customers are numbered for ever: those whom no source knows any more too. Where a group of attributes has an order of
-- precedence, a day's version is what the sources said in that order on that day.
{% set columns = [
    'kind', 'full_name', 'full_name__folded', 'short_name', 'short_name__folded', 'tax_id', 'phone', 'email',
    'email__folded', 'birth_date', 'sex', 'language', 'region', 'city', 'city__folded', 'address',
    'address__folded', 'industry', 'head_count', 'vip', 'registered_on', 'declared_status', 'gone_on',
] %}
{% set ordered = precedence() %}
{% set claims = ref('int_customer_claim') %}
with moved as (
    select distinct customer_id as id
    from {{ claims }}
    where
        until < date '9999-12-31'
        or since > (select min(_known_from) from (
            select _known_from from {{ source('raw', 'customer') }} where _load_mode <> 'append'
            union all
            select _known_from from {{ source('raw', 'customer_replaced') }}
        ))
),

{% if not ordered -%}
versions as (
    {{ past_versions('customer', 'customer_id', columns) }}
)
{%- else -%}
versions as (
    with {{ told_pieces('customer', 'customer_id', columns, also='moved') }},

    days as (
        select id, since as day from pieces
        union
        select id, until from pieces
        union
        select customer_id, since from {{ claims }} where customer_id in (select id from pieces)
        union
        select customer_id, until from {{ claims }} where customer_id in (select id from pieces)
    ),

    stretches as (
        select id, day, lead(day) over (partition by id order by day) as next_day from days
    ),

    chosen as (
        select stretches.id, stretches.day, attribute,
            {{ first_claim('struct_pack(value := value, folded := folded)') }} as chosen
        from stretches
        inner join {{ claims }} as claims
            on claims.customer_id = stretches.id and claims.since <= stretches.day and claims.until > stretches.day
        group by stretches.id, stretches.day, attribute
    ),

    preferred as (
        {{ preferred_wide(ordered, 'id, day', 'chosen') }}
    ),

    told_then as (
        select stretches.id, stretches.day, stretches.next_day, unnest(pieces.said)
        from stretches
        inner join pieces
            on pieces.id = stretches.id and pieces.since <= stretches.day and pieces.until > stretches.day
    ),

    believed as (
        select customers.* replace (
            {{ preferred_columns(ordered) | indent(12) }}
        )
        from told_then as customers
        left join preferred using (id, day)
    ),

    believed_pieces as (
        select id, day as since, next_day as until, struct_pack({{ columns | join(', ') }}) as said from believed
    ),
    {{ past_pieces(columns, 'believed_pieces') }}
)
{%- endif %}

select numbers.customer_no, versions.id as customer_id, versions.* exclude (id)
from versions
inner join {{ source('raw', 'customer_no') }} as numbers on numbers.customer_id = versions.id
