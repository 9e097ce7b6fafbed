-- A link is told from both ends: what both said is laid side by side, day by day, before versions are made of it.
{% set stated = ['customer_id', 'related_customer_id', 'link_kind', 'role', 'share_percent', 'valid_from', 'valid_to'] %}
{% set key = "concat_ws('|', link_kind, customer_id, related_customer_id, valid_from)" %}
{% set columns = [
    'customer_id', 'related_customer_id', 'link_kind', 'side', 'related_role', 'own_role', 'share_percent', 'valid_from',
    'valid_to',
] %}
with versions as (
    with {{ told_pieces('customer_link', key, stated, all=true) }},

    unpacked as (
        select unnest(said), since, until from pieces
    ),

    stated as (
        {{ links_of_survivors('unpacked', ref('int_customer_survivor')) }}
    ),

    ends as (
        {{ link_ends('stated', ', since, until') }}
    ),

    named as (
        select {{ link_id() }} as id, * from ends
    ),

    days as (
        select id, since as day from named
        union
        select id, until from named
    ),

    parts as (
        select id, day, lead(day) over (partition by id order by day) as next_day from days
    ),

    linked as (
        select parts.id, parts.day, parts.next_day, {{ link_key() }}, {{ merged_link() }}
        from parts
        inner join named on named.id = parts.id and named.since <= parts.day and named.until > parts.day
        group by parts.id, parts.day, parts.next_day, {{ link_key() }}
    ),

    link_pieces as (
        select id, day as since, next_day as until, struct_pack({{ columns | join(', ') }}) as said from linked
    ),
    {{ past_pieces(columns, 'link_pieces') }}
)

select id as link_id, * exclude (id) from versions
