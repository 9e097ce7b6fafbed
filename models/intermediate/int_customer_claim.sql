-- What each source claims of a customer whom several of them describe, for the attributes with an order of precedence: a
-- row per unbroken run of days on which a source said the same. NULL is a claim where the source had said a value before.
-- A registry names companies by tax id: whose a tax id was is worked out day by day, as int_tax_id_owner does for today.
{% set ordered = precedence() %}
{% set registers = [source('raw', 'customer'), source('raw', 'customer_replaced')] %}
{% set organisations = [source('raw', 'organisation'), source('raw', 'organisation_replaced')] %}
{% set survivors = ref('int_customer_survivor') %}
{% if not ordered %}
select
    null::varchar as customer_id, null::varchar as attribute, null::varchar as source, null::integer as turn,
    null::date as registered_on, null::varchar as registry_key, null::varchar as value, null::varchar as folded,
    null::date as since, null::date as until
where false
{% else %}
{% set own_columns = [] %}
{% for attribute in ordered %}
    {% do own_columns.append(attribute.name) %}
    {% if attribute.folded %}{% do own_columns.append(attribute.name ~ '__folded') %}{% endif %}
{% endfor %}
with registry as (
    with {{ told_pieces('organisation', "concat_ws('|', _source, tax_id)", [
        '_source', 'tax_id', 'registered_on', 'name', 'name__folded', 'region', 'industry', 'head_count',
    ], all=true) }}
    select raw.identifier_value('tax_id', said.tax_id) as form, unnest(said), since, until
    from pieces
    where since < until
),

ever_told as (
    select customer_id, tax_id, _source from {{ registers[0] }} where _load_mode <> 'append'
    union all
    select customer_id, tax_id, _source from {{ registers[1] }}
),

taxpayers as (
    select distinct customer_id
    from ever_told
    semi join registry on raw.identifier_value('tax_id', ever_told.tax_id) = registry.form
),

several as (
    select customer_id from ever_told group by customer_id having min(_source) <> max(_source)
),

asked as (
    select customer_id from taxpayers union select customer_id from several
),

register as (
    with {{ told_pieces('customer', "concat_ws('|', _source, customer_id)", ['_source', 'customer_id'] + own_columns,
        all=true, among='customer_id in (select customer_id from asked)') }}
    select unnest(said), since, until from pieces where since < until
),

holdings as (
    with {{ told_pieces('customer', 'customer_id', ['tax_id', 'origin'],
        all=true, among='customer_id in (select customer_id from taxpayers)') }}
    select id, raw.identifier_value('tax_id', said.tax_id) as form, said.origin is not null as listed, since, until
    from pieces
    where since < until
),

held as (
    select
        holdings.id as customer_id,
        holdings.form,
        holdings.listed,
        holdings.since,
        holdings.until,
        coalesce(survivors.survivor_id, holdings.id) as stands_for,
        survivors.survivor_id is null as is_own
    from holdings
    left join {{ survivors }} as survivors on survivors.customer_id = holdings.id
    where holdings.form is not null
),

days as (
    select form, since as day from held union select form, until from held
),

stretches as (
    select form, day as since, lead(day) over (partition by form order by day) as until from days
),

owners as (
    select
        stretches.form,
        stretches.since,
        stretches.until,
        case
            when count(distinct stands_for) filter (where not listed) = 1
                then min(customer_id) filter (where not listed and is_own)
            when count(distinct stands_for) = 1 then min(customer_id) filter (where is_own)
        end as owner
    from stretches
    inner join held
        on held.form = stretches.form and held.since <= stretches.since and held.until > stretches.since
    group by stretches.form, stretches.since, stretches.until
),

registered as (
    select
        owners.owner as customer_id,
        registry.* exclude (form, since, until),
        greatest(registry.since, owners.since) as since,
        least(registry.until, owners.until) as until
    from registry
    inner join owners
        on owners.form = registry.form and owners.since < registry.until and owners.until > registry.since
    where owners.owner is not null
),

said as (
    {%- for attribute in ordered %}
    {%- set of_register = attribute.claims | selectattr('dataset', 'equalto', 'customer') | list %}
    {%- set of_registries = attribute.claims | selectattr('dataset', 'equalto', 'organisation') | list %}
    {{ 'union all' if not loop.first }}
    select
        customer_id,
        '{{ attribute.name }}' as attribute,
        _source as source,
        2 * case _source
            {%- for claim in of_register %} when '{{ claim.source }}' then {{ claim.place }}{% endfor %} else 999
        end as turn,
        null::date as registered_on,
        null::varchar as registry_key,
        {{ attribute.name }}::varchar as value,
        {{ attribute.name ~ '__folded' if attribute.folded else 'null::varchar' }} as folded,
        since,
        until
    from register
    {%- if not of_registries %}
    semi join several using (customer_id)
    {%- endif %}
    {%- if of_registries %}
    union all
    select
        customer_id,
        '{{ attribute.name }}',
        _source,
        2 * case _source
            {%- for claim in of_registries %} when '{{ claim.source }}' then {{ claim.place }}{% endfor %}
        end + 1,
        registered_on,
        tax_id,
        {{ of_registries[0].column }}::varchar,
        {{ of_registries[0].column ~ '__folded' if attribute.folded else 'null' }},
        since,
        until
    from registered
    where _source in ({% for claim in of_registries %}'{{ claim.source }}'{{ ', ' if not loop.last }}{% endfor %})
    {%- endif %}
    {%- endfor %}
),

compared as (
    select
        *,
        coalesce(value is not distinct from lag(value) over by_day and since = lag(until) over by_day, false)
            as continued,
        coalesce(bool_or(value is not null) over by_day, false) as ever
    from said
    window by_day as (partition by customer_id, attribute, source, registry_key order by since)
),

numbered as (
    select
        *,
        count(*) filter (where not continued) over (
            partition by customer_id, attribute, source, registry_key order by since
        ) as run
    from compared
    where ever
)

select
    customer_id,
    attribute,
    source,
    turn,
    max(registered_on) as registered_on,
    registry_key,
    any_value(value) as value,
    any_value(folded) as folded,
    min(since) as since,
    max(until) as until
from numbered
group by customer_id, attribute, source, turn, registry_key, run
{% endif %}
